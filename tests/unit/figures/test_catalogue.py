"""The catalogue of figures."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.figures.catalogue import UNITS, catalogue, load
from app.figures.clauses import clauses


def test_every_figure_cites_a_clause_and_its_own_defaults_are_possible() -> None:
    for entry in catalogue().values():
        assert entry.clause in clauses(), entry.key
        assert all(check.clause in clauses() for check in entry.checks), entry.key
        for default in entry.defaults:
            assert UNITS[entry.unit].fault(default.value) is None, entry.key


def test_checks_read_nothing_but_the_value_and_other_figures() -> None:
    checks = [check for entry in catalogue().values() for check in entry.checks]
    assert len(checks) > 10
    for check in checks:
        roots = {name.split(".")[0] for name in check.expect.names}
        assert roots <= {"value", "month12", "figure"}
        figures = {name.split(".")[1] for name in check.expect.names if name.startswith("figure.")}
        assert figures <= set(catalogue())


def test_a_check_holds_in_its_region_and_time() -> None:
    steady = catalogue()["rural_dibao_standard_month"].checks[3]
    assert steady.applies(frozenset({"220122", "2201", "22"}), date(2020, 9, 9))
    assert not steady.applies(frozenset({"220122", "2201", "22"}), date(2020, 9, 8))
    assert not steady.applies(frozenset({"340722", "3407", "34"}), date(2020, 9, 9))


@pytest.mark.parametrize(
    ("unit", "value", "fault"),
    [
        ("yuan", "1000.00", None),
        ("yuan", "1000.001", "小数位过多"),
        ("yuan", "-1", "应在 0 到"),
        ("share", "1.2", "应在 0 到 1 之间"),
        ("days", "7.5", "应为整数"),
        ("switch", "2", "应在 0 到 1 之间"),
    ],
)
def test_units_know_which_values_are_possible(unit: str, value: str, fault: str | None) -> None:
    found = UNITS[unit].fault(Decimal(value))
    assert found == fault if fault is None else fault in found


def test_values_are_shown_with_their_unit() -> None:
    assert catalogue()["uninsured_relief_cap"].display(Decimal("1000")) == "1000 元"
    assert catalogue()["dibao_confirmed_by_township"].display(Decimal(0)) == "否"
    assert catalogue()["county_sample_rate"].display(Decimal("0.1")) == "0.1"


def test_a_catalogue_with_a_figure_twice_or_of_no_unit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "figures.yaml"
    row = "{key: some_days, title: 天数, unit: days, clause: A4}"
    path.write_text(f"figures: [{row}, {row}]", encoding="utf-8")
    with pytest.raises(ValueError, match="some_days"):
        load(path)
    path.write_text("figures: [{key: some_days, title: 天数, unit: weeks, clause: A4}]", encoding="utf-8")
    with pytest.raises(ValueError, match="some_days"):
        load(path)
