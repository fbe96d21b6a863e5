"""The catalogue of figures."""

from datetime import date
from decimal import Decimal

import pytest

from app.figures.content import read, seeded
from app.figures.entries import UNITS
from app.figures.errors import CatalogueError
from app.figures.items import EVERYWHERE

FIGURES = seeded().figures
CLAUSES = seeded().clauses


def test_every_figure_cites_a_clause_and_its_own_defaults_are_possible() -> None:
    for entry in FIGURES.values():
        assert entry.clause in CLAUSES, entry.key
        assert all(check.clause in CLAUSES for check in entry.checks), entry.key
        for default in entry.defaults:
            assert UNITS[entry.unit].fault(default.value) is None, entry.key


def test_checks_read_nothing_but_the_value_and_other_figures() -> None:
    checks = [check for entry in FIGURES.values() for check in entry.checks]
    assert len(checks) > 10
    for check in checks:
        roots = {name.split(".")[0] for name in check.expect.names}
        assert roots <= {"value", "month12", "figure"}
        figures = {name.split(".")[1] for name in check.expect.names if name.startswith("figure.")}
        assert figures <= set(FIGURES)


def test_a_check_holds_in_its_region_and_time() -> None:
    steady = FIGURES["rural_dibao_standard_month"].checks[3]
    assert steady.applies(frozenset({"220122", "2201", "22"}), date(2020, 9, 9))
    assert not steady.applies(frozenset({"220122", "2201", "22"}), date(2020, 9, 8))
    assert not steady.applies(frozenset({"340722", "3407", "34"}), date(2020, 9, 9))


@pytest.mark.parametrize(
    ("unit", "value", "fault"),
    [
        ("yuan", "1000.00", None),
        ("yuan", "1000.001", "小数位过多"),
        ("yuan", "-1", "应在 0 到"),
        ("share", "1.2", "应在 0 到 100% 之间"),
        ("days", "7.5", "应为整数"),
        ("switch", "2", "应在 0 到 1 之间"),
    ],
)
def test_units_know_which_values_are_possible(unit: str, value: str, fault: str | None) -> None:
    found = UNITS[unit].fault(Decimal(value))
    assert found == fault if fault is None else fault in found


def test_values_are_shown_with_their_unit() -> None:
    assert FIGURES["uninsured_relief_cap"].display(Decimal("1000")) == "1000 元"
    assert FIGURES["dibao_confirmed_by_township"].display(Decimal(0)) == "否"
    assert FIGURES["county_sample_rate"].display(Decimal("0.1")) == "10%"


OWN = """
figures:
  - {key: heating_grant_once, title: 取暖补助（次）, unit: yuan, kind: amount, clause: QA-12}
documents:
  QA19: {region: "340722", number: 枞民〔2019〕430号, title: 取暖补助通知, in_force_from: 2019-11-01}
clauses:
  QA-12: {title: 取暖补助, text: 给困难家庭发放取暖补助。, from: [{QA19: 第二条}]}
"""
ZONGYANG = ("340722", "3407", "34")


def added(content: str, place: str = "340722") -> list[str]:
    with pytest.raises(CatalogueError) as refused:
        seeded().with_additions(content.encode(), place)
    return refused.value.problems


def test_a_region_adds_figures_documents_and_clauses_with_ids_of_its_own() -> None:
    extended = seeded().with_additions(OWN.encode(), "340722")
    assert extended.figures["heating_grant_once"].is_confirmed
    assert extended.cite("QA-12", ZONGYANG, date(2019, 11, 1)) == "枞民〔2019〕430号 第二条"
    assert extended.cite("QA-12", ZONGYANG, date(2019, 10, 31)) == ""
    assert extended.cite("QA-12", ("220122", "2201", "22")) == ""
    assert extended.ids_in("QA-12 发放取暖补助，E7") == ["QA-12", "E7"]
    assert extended.hash != seeded().hash
    assert extended.with_additions(OWN.encode(), "340722").hash == extended.hash
    assert extended.with_additions(OWN.encode(), "340722103").items == extended.items  # who takes it over owns nothing


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("heating_grant_once", "publicity_days", "单位是 days，不能改为 yuan"),
        ("heating_grant_once", "tekun_care_full_month", "由其他地区或上级维护"),
        ("clause: QA-12}", "clause: QA-13}", "没有编号为“QA-13”的条款"),
        ("[{QA19: 第二条}]", "[{QA20: 第二条}]", "没有代号为“QA20”的文件"),
        ('region: "340722"', 'region: "220122"', "不在本地区"),
        ("QA-12: {title", "Q: {title", "条款编号"),
        ("kind: amount", "kind: money", "没有“money”"),
        ("unit: yuan, kind", "unit: weeks, kind", "没有“weeks”"),
        (", in_force_from: 2019-11-01", "", "缺少这一项"),
        ("2019-11-01}", "2019-11-01, in_force_until: 2019-11-01}", "失效日期应晚于施行日期"),
    ],
)
def test_what_cannot_be_added_is_named_with_its_place(old: str, new: str, told: str) -> None:
    assert old in OWN
    assert any(told in problem for problem in added(OWN.replace(old, new))), added(OWN.replace(old, new))


def test_a_floor_that_is_no_expression_and_a_figure_twice_are_refused() -> None:
    check = "checks: [{clause: QA-12, expect: value >, message: 太低}]"
    assert "写得不对" in added(OWN.replace("clause: QA-12}", f"clause: QA-12, {check}}}", 1))[0]
    row = "{key: some_days, title: 天数, unit: days, kind: duration, clause: A4}"
    with pytest.raises(CatalogueError, match="some_days：写了两次"):
        read(f"figures: [{row}, {row}]".encode(), EVERYWHERE)


def test_every_seeded_document_says_from_when_it_is_in_force() -> None:
    assert all(document.in_force_from for document in seeded().documents.values())
