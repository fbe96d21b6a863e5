"""A pasted notice of days off: what is read, and what each wrong line is told."""

from __future__ import annotations

from datetime import date

import pytest

from app.calendar.imports import _library
from app.calendar.notices import parse_notice
from app.core.errors import Invalid

YEAR = (
    "日期,类型,名称\n2027-01-01至2027-01-03,放假,元旦\n2027年5月1日，放假，劳动节\n2027/10/1至2027/10/7,放假,国庆节\n"
)


def test_spans_and_spellings_are_read() -> None:
    days = parse_notice("\ufeff" + YEAR + "\n2027-10-09,上班,国庆节调休\n", national=True)
    assert len(days) == 12
    assert days[date(2027, 10, 7)].name == "国庆节"
    assert days[date(2027, 10, 9)].kind == "makeup"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("2027-02-30,放假,春节", "不是有效日期"),
        ("2027-02-10,调休,春节", "请写“放假”或“上班”"),
        ("2027-02-10,放假", "应为三列"),
        ("2027-10-01,放假,国庆节", "2027年10月1日出现了两次"),
        ("2027-02-12至2027-02-05,放假,春节", "结束日期早于开始日期"),
        ("2027-02-05至2029-02-05,放假,春节", "一段超过31天"),
        ("2027-02-10,上班,春节调休", "本来就上班"),
        ("2027-02-10,放假," + "节" * 61, "名称超过60个字"),
    ],
)
def test_a_wrong_line_is_named(line: str, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_notice(YEAR + line, national=True)
    assert list(refused.value.fields) == ["line.5"]
    assert refused.value.fields["line.5"].startswith("第5行：")
    assert told in refused.value.fields["line.5"]


def test_half_a_year_is_refused_since_it_would_replace_the_whole() -> None:
    with pytest.raises(Invalid, match="2028年缺少1月1日放假"):
        parse_notice(YEAR + "2028-10-01,放假,国庆节", national=True)


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(Invalid, match="没有读到任何日期"):
        parse_notice("日期,类型,名称\n", national=True)


def test_a_region_may_work_on_a_holiday_and_rest_on_a_single_day() -> None:
    days = parse_notice("2027-04-09,放假,三月三\n2027-02-10,上班,防汛", national=False)
    assert [day.kind for day in days.values()] == ["holiday", "workday"]


def test_every_seeded_year_is_a_whole_notice() -> None:
    kinds = {"holiday": "放假", "makeup": "上班"}
    text = "\n".join(f"{day},{kinds[each.kind]},{each.name}" for day, each in _library().items())
    assert parse_notice(text, national=True) == _library()
