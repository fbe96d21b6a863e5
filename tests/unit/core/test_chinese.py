from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import chinese

CAPITALS = "零壹贰叁肆伍陆柒捌玖"
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def read_number(text: str) -> int:
    """Read capital numerals back, by a method unlike the one that wrote them."""
    total = group = digit = 0
    for character in text:
        if character in PLACES:
            group, digit = group + digit * PLACES[character], 0
        elif character in "万亿":
            total, group, digit = total + (group + digit) * (10**4 if character == "万" else 10**8), 0, 0
        else:
            digit = CAPITALS.index(character)
    return total + group + digit


def read_amount(text: str) -> Decimal:
    yuan, _, rest = text.rpartition("元")
    rest = rest.removesuffix("整").lstrip("零")
    jiao, _, fen = rest.rpartition("角")
    return Decimal(read_number(yuan)) + Decimal(read_number(jiao)) / 10 + Decimal(read_number(fen.rstrip("分"))) / 100


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (800, "捌佰元整"),
        ("6000", "陆仟元整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("100000001", "壹亿零壹元整"),
        ("10000700", "壹仟万零柒佰元整"),
        ("0.05", "伍分"),
        ("0.5", "伍角整"),
        ("0", "零元整"),
        ("0.004", "零元整"),
        ("999.995", "壹仟元整"),
        ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_capital_amount(amount, text):
    assert chinese.capital_amount(amount) == text


@given(st.decimals(min_value=0, max_value=Decimal("999999999999.99"), places=2))
def test_capital_amount_reads_back(amount):
    text = chinese.capital_amount(amount)
    assert read_amount(text) == amount
    assert "零零" not in text
    assert text.endswith("整") == (amount * 100 % 10 == 0)


@pytest.mark.parametrize("amount", ["-0.01", "1e12", "NaN", "Infinity"])
def test_capital_amount_refuses(amount):
    with pytest.raises(ValueError):
        chinese.capital_amount(amount)


def test_numbers_and_dates():
    assert [chinese.chinese_number(n) for n in (1, 10, 12, 20, 99)] == ["一", "十", "十二", "二十", "九十九"]
    assert chinese.capital_number(4) == "肆"
    assert chinese.chinese_date(date(2020, 9, 5)) == "2020年9月5日"


@pytest.mark.parametrize(
    ("mask", "text", "masked"),
    [
        (chinese.mask_name, "孙丽", "孙*"),
        (chinese.mask_name, "王建国", "王*国"),
        (chinese.mask_name, "𠮷", "*"),
        (chinese.mask_name, "葛\U000e0100飾区", "葛\U000e0100*区"),
        (chinese.mask_id_number, "220122197204040503", "220122********0503"),
        (chinese.mask_id_number, "2201221972", "**********"),
        (chinese.mask_account, "6228 4802 4000 1234568", "***************4568"),
        (chinese.mask_phone, "13904310001", "139****0001"),
        (chinese.mask_phone, "83221000", "****1000"),
    ],
)
def test_masks(mask, text, masked):
    assert mask(text) == masked


@given(st.text(alphabet="0123456789X", max_size=30))
def test_a_mask_hides_four_characters_or_all(text):
    for mask in (chinese.mask_id_number, chinese.mask_account, chinese.mask_phone):
        assert mask(text).count("*") >= min(4, len(text))
        assert len(mask(text)) == len(text)
