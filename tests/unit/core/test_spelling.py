import pytest

from app.core import id_number, spelling

DOTS = ["·", "•", "‧", "・", "･", "．", ".", " ", "\u3000", "\u00a0", " · ", "", "\u200b·\ufeff"]


@pytest.mark.parametrize("dot", DOTS)
def test_a_name_is_one_by_all_spellings_of_its_dot(dot: str):
    assert spelling.same_name(f"阿依古丽{dot}买买提", "阿依古丽·买买提")


def test_letters_of_both_widths_are_one_and_other_names_stay_apart():
    assert spelling.same_name("Ｊｏｈｎ　smith", "John Smith")
    assert not spelling.same_name("刘桂芝", "刘桂枝")
    assert spelling.name_key("\u200b ") == ""


@pytest.mark.parametrize(
    "typed",
    [
        "\ufeff11010519491231002x",
        "110105\u200b19491231\u200d002X",
        "110105\u00a01949\u20091231\u3000002X",
        "１１０１０５１９４９１２３１００２ｘ",
        "11010519491231002X\u2060\n",
    ],
)
def test_a_number_is_one_by_all_spellings(typed: str):
    assert id_number.normalise(typed) == "11010519491231002X"
