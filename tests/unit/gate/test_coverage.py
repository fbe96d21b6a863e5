"""The page of coverage: it is what the repository says today, and nothing is left open without a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from app.core.paths import BUNDLES
from app.figures.content import seeded
from app.gate import carriers
from app.gate.coverage import COVERAGE, NOTES, PROVED, Evidence, collect, read_proofs, render
from app.gate.mutation import stories_of

CHAPTERS = "ABCDE"


@pytest.fixture(scope="module")
def evidence() -> dict[str, Evidence]:
    return collect()


def _of_chapters(page: str) -> dict[str, str]:
    """Lines of the overview and sections of the page, by clause id."""
    overview, _, details = page.partition("## Clause by clause")
    rows = {line.split("|")[1].strip(): line for line in overview.splitlines() if line.startswith("| ")}
    sections = {section.split()[0]: section.strip() for section in details.split("\n### ")[1:]}
    return {id: rows[id] + sections[id] for id in seeded().clauses if id[0] in CHAPTERS}


def test_the_page_is_up_to_date(evidence: dict[str, Evidence]) -> None:
    there = _of_chapters(COVERAGE.read_text(encoding="utf-8"))
    stale = [id for id, text in _of_chapters(render(evidence)).items() if there[id] != text]
    assert not stale, f"run `doudi coverage`: {', '.join(stale)}"


def test_every_clause_is_proved_or_says_why_not(evidence: dict[str, Evidence]) -> None:
    silent = [id for id, each in evidence.items() if each.status != PROVED and not each.reason]
    assert not silent
    assert not set(yaml.safe_load(NOTES.read_text(encoding="utf-8"))) - set(seeded().clauses)


def test_a_rule_proves_one_clause_at_a_step_that_shows_it() -> None:
    proofs = read_proofs()
    assert len({(proof.bundle, proof.rule) for proof in proofs.values()}) == len(proofs)
    stories = {bundle: stories_of(BUNDLES, bundle) for bundle in {proof.bundle for proof in proofs.values()}}
    shown = {id: stories[proof.bundle][proof.story].shows(id) for id, proof in proofs.items()}
    assert not [id for id, proof in proofs.items() if proof.step not in shown[id]]


def test_everything_that_carries_a_clause_is_found(evidence: dict[str, Evidence]) -> None:
    found = evidence["A4"].found
    assert "uninsured_unemployed_relief/relief.bpmn: 村（社区）调查核实" in found["elements"]
    assert found["clocks"] == ["uninsured_unemployed_relief: 村（社区）调查核实"]
    assert any(letter.startswith("refusal_notice ") for letter in found["letters"])
    assert any(figure.startswith("village_investigation_working_days ") for figure in found["figures"])
    assert "uninsured_unemployed_relief: 不符合条件的申请, row 1" in evidence["B7"].found["rows"]
    assert "uninsured_unemployed_relief: amount-exactly-the-cap" in evidence["A7"].found["stories"]


def test_a_proof_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    notes = tmp_path / "notes.yaml"
    notes.write_text("A1: {tests: ['tests/unit/gate/test_coverage.py::test_nothing']}", encoding="utf-8")
    with pytest.raises(ValueError, match="there is no test"):
        collect(notes=notes)


def test_what_nothing_carries_is_not_covered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = tmp_path / "notes.yaml"
    notes.write_text("A1: {reason: to come}", encoding="utf-8")
    monkeypatch.setattr(carriers, "of_figures", lambda catalogue: iter(()))
    (only,) = [each for each in collect(tmp_path, tmp_path, notes, "A").values() if each.clause.id == "A1"]
    assert (only.status, only.reason, any(only.found.values())) == ("not covered yet", "to come", False)
