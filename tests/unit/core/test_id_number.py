from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import id_number

STANDARD = "11010519491231002X"  # the example number of GB 11643-1999


def test_the_standards_own_example():
    assert id_number.is_valid(STANDARD)
    assert id_number.birth_date(STANDARD) == date(1949, 12, 31)
    assert id_number.sex(STANDARD) == "女"
    assert id_number.age_on(STANDARD, date(2020, 12, 30)) == 70
    assert id_number.age_on(STANDARD, date(2020, 12, 31)) == 71


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        110105194912310020,
        "110105194912310021",  # check character
        "11010519491231002x",  # not the normal form
        "11010519491231002X ",
        "1101051949123100２X",
        "110105490230002",  # 15 characters
        "110105194902300026",  # 30 February
        "11010502001231001X",  # born in the year 200
        "０1010519491231002X",
    ],
)
def test_what_is_no_number_is_refused_everywhere(text):
    assert not id_number.is_valid(text)
    for read in (id_number.birth_date, id_number.sex):
        with pytest.raises(ValueError):
            read(text)


def test_impossible_dates_are_refused_even_when_the_check_character_fits():
    for day in ("19490230", "20230229", "02001231", "00000000", "20201301"):
        first_17 = "110105" + day + "001"
        assert not id_number.is_valid(first_17 + id_number.check_character(first_17))


def test_nobody_has_an_age_before_birth():
    with pytest.raises(ValueError):
        id_number.age_on(STANDARD, date(1949, 12, 30))


def test_normalise_takes_what_phones_type():
    assert id_number.normalise(" 110105 19491231 ００２ｘ ") == STANDARD


@given(st.dates(date(1880, 1, 1), date(2100, 1, 1)), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(born, sequence, place, shift):
    first_17 = f"220122{born:%Y%m%d}{sequence:03d}"
    number = first_17 + id_number.check_character(first_17)
    assert id_number.birth_date(number) == born
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert not id_number.is_valid(wrong)
