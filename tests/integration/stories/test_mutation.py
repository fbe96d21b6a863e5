"""Stories notice when a rule is switched off; a rule that no story notices is only cited."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.core.paths import BUNDLES
from app.gate.coverage import read_proofs
from app.gate.mutation import Judge, Proof, mutants, still_holds, stories_of
from app.identity import appointed
from app.scenarios.play import play
from app.scenarios.world import WorldTemplate

RELIEF = "uninsured_unemployed_relief"
APART = {
    "dibao": ("nobody-checks-and-decides", "admission.bpmn: review without separateFrom"),
    "emergency_relief": ("nobody-decides-twice", "relief.bpmn: county_decision without separateFrom"),
    "expenditure_relief": ("nobody-verifies-and-decides", "relief.bpmn: review without separateFrom"),
    "tekun": ("nobody-investigates-and-decides", "admission.bpmn: review without separateFrom"),
    "tekun@340722": ("nobody-investigates-and-decides", "admission.bpmn: review without separateFrom"),
    "uninsured_unemployed_relief": (
        "nobody-investigates-and-confirms",
        "relief.bpmn: township_review without separateFrom",
    ),
}


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    found = Judge()
    yield found
    found.close()


@pytest.mark.parametrize("bundle", APART)
def test_separation_of_duties_cannot_be_switched_off_unnoticed(judge: Judge, bundle: str) -> None:
    name, rule = APART[bundle]
    mutant = next(each for each in mutants(BUNDLES / bundle) if each.what == rule)
    assert judge.breaks_at(mutant, stories_of(BUNDLES, bundle)[f"{name}.yaml"]) is not None


@pytest.mark.parametrize("bundle", APART)
def test_family_ties_cannot_be_switched_off_unnoticed(
    sqlite_worlds: WorldTemplate, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appointed, "ties", lambda session, user_id, id_numbers: [])
    assert not play(sqlite_worlds, stories_of(BUNDLES, bundle)[f"{APART[bundle][0]}.yaml"]).holds


def test_what_is_called_proved_is(judge: Judge) -> None:
    """A few of them; `doudi coverage --mutate` tries all."""
    proofs = list(read_proofs().items())
    assert all(still_holds(judge, proof, clause) for clause, proof in proofs[:: max(1, len(proofs) // 4)])


def test_breaking_elsewhere_proves_nothing(judge: Judge) -> None:
    """The story is about A5 and breaks without its clock; but not at a step that shows A6, nor by a rule of A6."""
    clock = next(
        each for each in mutants(BUNDLES / RELIEF) if each.what == "relief.bpmn: township_review without clock"
    )
    proof = Proof(RELIEF, clock.what, "once-found-at-confirmation.yaml", 3)
    assert clock.clauses == {"A5"}
    assert judge.breaks_at(clock, stories_of(BUNDLES, RELIEF)[proof.story]) == proof.step
    assert not still_holds(judge, proof, "A6")
    assert not still_holds(judge, proof, "A5")


def test_a_story_that_does_not_need_the_rule_holds_without_it(judge: Judge) -> None:
    name, rule = APART["emergency_relief"]
    mutant = next(each for each in mutants(BUNDLES / "emergency_relief") if each.what == rule)
    stories = stories_of(BUNDLES, "emergency_relief")
    assert judge.breaks_at(mutant, stories["exactly-the-township-limit.yaml"]) is None
