"""Readers of identity cards agree on nothing but what stands on the card."""

from __future__ import annotations

from datetime import date

import pytest

from app.core.id_card import read
from tests.support.worlds import id_number

NUMBER = id_number(7)
WRONG = NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")
ADDRESS = "吉林省农安县农安镇宝塔街1号"


@pytest.mark.parametrize(
    "said",
    [
        f"王建国|男|汉|19650302|{ADDRESS}|{NUMBER}|农安县公安局|20100101|长期",
        f"王建国\n男\n汉\n1965年3月2日\n{ADDRESS}\n{NUMBER}\n农安县公安局\n2010.01.01-长期",
        f"姓名：王建国\n性别：男\n民族：汉\n住址：{ADDRESS}\n公民身份号码：{NUMBER.lower()}",
        f'{{"code": 0, "data": {{"partyName": "王建国", "certAddress": "{ADDRESS}", "certNumber": "{NUMBER}"}}}}',
    ],
)
def test_the_card_is_found_whatever_the_reader_is(said: str) -> None:
    card = read(said)
    assert card is not None
    assert (card.name, card.number, card.address) == ("王建国", NUMBER, ADDRESS)
    assert card.born == date(int(NUMBER[6:10]), int(NUMBER[10:12]), int(NUMBER[12:14]))
    assert card.is_male == (int(NUMBER[16]) % 2 == 1)


@pytest.mark.parametrize("said", ["", "王建国", NUMBER, f"王建国|{WRONG}", "{" * 5000])
def test_what_is_no_card_is_none(said: str) -> None:
    assert read(said) is None
