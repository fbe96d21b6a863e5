"""Random walks: whatever people do to a case in whatever order, its invariants hold and nobody is stuck.

`DOUDI_WALKS=200 pytest tests/integration/walks` walks as often on each bundle, by a new seed each time;
`DOUDI_EXAMPLES=4` four times as often as usual, by the same seeds.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from app.cases import operations
from app.scenarios.play import Worlds
from tests.integration.walks.beginnings import beginnings, bundles, processes, returnable
from tests.integration.walks.walk import Walk
from tests.support.examples import examples
from tests.support.filling import SQLITE_ONLY

MORE = os.environ.get("DOUDI_WALKS")
BUNDLES = [folder for folder in bundles() if beginnings(folder)]
OF_AWARDS = [folder for folder in BUNDLES if processes(folder) != {"main"}]
AFTER_ANOTHER_CASE = {"income_use"}
"""Nobody gets past its first step before a consent is on record, so that there is nothing to go back to."""
PROCESSES = [
    (folder, process) for folder in BUNDLES for process in returnable(folder) if process not in AFTER_ANOTHER_CASE
]
STEPS = 22
SHAPE = settings(
    deadline=None,
    derandomize=not MORE,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)

Move = Callable[[Walk, st.DataObject], object]
MOVES: dict[str, Move] = {
    "agree": lambda walk, data: walk.complete(data.draw, agreeable=True),
    "answer": lambda walk, data: walk.complete(data.draw, agreeable=False),
    "send back": lambda walk, data: walk.send_back(data.draw),
    "wait": lambda walk, data: walk.wait(data.draw(st.sampled_from([1, 3, 10, 40]))),
    "object": lambda walk, data: walk.object(),
    "hold": lambda walk, data: walk.office_does("township_head", operations.hold, "等待核查"),
    "release": lambda walk, data: walk.office_does("township_head", operations.release),
    "retry": lambda walk, data: walk.office_does("township_clerk", operations.retry_incident),
    "lose figures": lambda walk, data: walk.lose_figures(),
    "enter figures": lambda walk, data: walk.enter_figures(),
    "pay": lambda walk, data: walk.pay(),
    "withdraw": lambda walk, data: walk.withdraw(),
    "cancel": lambda walk, data: walk.office_does("township_head", operations.cancel, "重复登记"),
}
USUAL = ["agree"] * 14 + ["answer"] * 4 + ["wait"] * 2 + ["send back"] * 2 + ["object"] * 2 + [*MOVES]
ON_HOLD = ["release"] * 4 + [*MOVES]
IN_TROUBLE = ["enter figures", "retry", "agree"] * 3 + [*MOVES]
WAITING = ["wait", "wait", "object"] * 4 + [*MOVES]


def _likely(walk: Walk) -> list[str]:
    """Moves by how often people would make them where the case stands; all are possible anywhere."""
    status, incidents = walk.trouble()
    if status == "suspended":
        return ON_HOLD
    if incidents:
        return IN_TROUBLE
    return USUAL if walk.open_items() else WAITING


def _wander(template: Worlds, bundle: Path, count: int) -> None:
    starts = {each.name: each for each in beginnings(bundle)}

    @settings(SHAPE, max_examples=int(MORE) if MORE else count)
    @given(st.sampled_from(sorted(starts)), st.data())
    def wander(name: str, data: st.DataObject) -> None:
        walk = Walk(template, starts[name])
        try:
            note(f"apply: {walk.apply() or 'done'}")
            _go(walk, data)
        finally:
            walk.world.discard()

    wander()


def _live_on(template: Worlds, bundle: Path, count: int) -> None:
    starts = {each.name: each for each in beginnings(bundle) if each.leaves_an_award}
    others = sorted(processes(bundle) - {"main"})

    @settings(SHAPE, max_examples=int(MORE) if MORE else count)
    @given(st.sampled_from(sorted(starts)), st.sampled_from(others), st.data())
    def live_on(name: str, process: str, data: st.DataObject) -> None:
        walk = Walk(template, starts[name])
        try:
            note(f"{process}: {walk.begin_on_award(process) or 'done'}")
            _go(walk, data)
        finally:
            walk.world.discard()

    live_on()


def _go_back(template: Worlds, bundle: Path, process: str, count: int) -> int:
    """Walk through a process and send it back again and again; how often that was possible."""
    starts = {each.name: each for each in beginnings(bundle) if process == "main" or each.leaves_an_award}
    returns = []

    @settings(SHAPE, max_examples=int(MORE) if MORE else count)
    @given(st.sampled_from(sorted(starts)), st.data())
    def go_back(name: str, data: st.DataObject) -> None:
        walk = Walk(template, starts[name])
        try:
            note(f"{process}: {(walk.apply() if process == 'main' else walk.begin_on_award(process)) or 'done'}")
            pace = data.draw(st.sampled_from([2, 3, 4]))
            for number in range(STEPS if walk.case_id else 0):
                if walk.is_open:
                    forward = ["agree", "agree", "answer"] if walk.open_items() else ["object", "wait"]
                    name = "send back" if number % pace == pace - 1 else data.draw(st.sampled_from(forward))
                    note(f"{name}: {MOVES[name](walk, data) or 'done'}")
            returns.append(walk.returns)
        finally:
            walk.world.discard()

    go_back()
    return sum(returns)


def _go(walk: Walk, data: st.DataObject) -> None:
    """Take steps until the case is closed; then nothing that people try may change it."""
    for _ in range(STEPS):
        problems = walk.problems()
        assert not problems, "\n".join(problems)
        if not walk.is_open:
            break
        name = data.draw(st.sampled_from(_likely(walk)))
        note(f"{name}: {MOVES[name](walk, data) or 'done'}")
    else:
        return
    for name in sorted(MOVES.keys() - {"wait", "pay", "lose figures", "enter figures"}) if walk.case_id else ():
        assert MOVES[name](walk, data), f"{name} moved a closed case"


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda folder: folder.name)
def test_walks_on_sqlite(sqlite_worlds: Worlds, bundle: Path) -> None:
    _wander(sqlite_worlds, bundle, examples(4))


@pytest.mark.parametrize("bundle", OF_AWARDS, ids=lambda folder: folder.name)
def test_walks_on_awards(sqlite_worlds: Worlds, bundle: Path) -> None:
    _live_on(sqlite_worlds, bundle, examples(3))


@pytest.mark.parametrize(
    ("bundle", "process"), PROCESSES, ids=[f"{folder.name}-{process}" for folder, process in PROCESSES]
)
def test_a_return_leaves_nothing_of_what_was_answered_behind_it(
    sqlite_worlds: Worlds, bundle: Path, process: str
) -> None:
    """Checked by `Walk.send_back` in every walk; here each process is sent back a few times. By chance a form may be
    answered wrongly so often that nothing is ever done that could be sent back."""
    assert any(_go_back(sqlite_worlds, bundle, process, count) for count in (examples(2), 15))


if not SQLITE_ONLY:

    @pytest.mark.postgres
    @pytest.mark.parametrize("bundle", BUNDLES, ids=lambda folder: folder.name)
    def test_walks_on_postgresql(postgres_worlds: Worlds, bundle: Path) -> None:
        _wander(postgres_worlds, bundle, examples(1))
