"""What it costs that decisions run again: bytes of a record, and time to keep and to replay one.

`python -m bench.decisions`. The records are those of every eighth story of the bundles.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

from sqlalchemy import func, select

from app.cases import decisions
from app.cases.decisions import Record
from app.cases.models import DecisionRecord
from app.cases.rerun import rerun
from app.core.clock import MovableClock
from app.core.paths import BUNDLES, TEMPLATES
from app.definitions.bundle import Bundle
from app.definitions.store import bundle_by_id
from app.feel import Recorder, Replay
from app.scenarios.play import Player
from app.scenarios.story import load_story
from app.scenarios.world import WorldTemplate
from bench.report import figure, middle

EACH, ROUNDS = 8, 5
AIM_BYTES, AIM_REPLAY, AIM_KEEP = 1_000, 2.0, 0.5
Case = tuple[Record, Bundle]


def played() -> tuple[list[Case], list[int]]:
    """Records with the bundles that they were decided by, and how many bytes each takes in its action's row."""
    template = WorldTemplate(BUNDLES, TEMPLATES)
    found: list[Case] = []
    sizes: list[int] = []
    for path in sorted(BUNDLES.glob("*/scenarios/*.yaml"))[::EACH]:
        story = load_story(path)
        world = template.open(MovableClock(story.clock))
        assert Player(world, story).run().holds, path
        with world.database.read() as session:
            for record_id, size in session.execute(select(DecisionRecord.id, func.length(DecisionRecord.sealed))):
                records = decisions.find(session, record_id)
                found += [(record, bundle_by_id(session, record.release_id)) for record in records]
                sizes.append(size // len(records))
        world.discard()
    template.close()
    return found, sizes


def milliseconds(work: Callable[[Record, Bundle], object], cases: Sequence[Case]) -> list[float]:
    """Processor time of one piece of work: each round's mean. The first round warms and does not count."""
    taken = []
    for _ in range(ROUNDS + 1):
        began = time.process_time()
        for case in cases:
            work(*case)
        taken.append((time.process_time() - began) * 1000 / len(cases))
    return taken[1:]


def _decide(record: Record, bundle: Bundle) -> None:
    decisions.decide(bundle, record.decision, Replay(record.seen), record.decided_at)


def _decide_and_keep(record: Record, bundle: Bundle) -> None:
    names = Recorder(Replay(record.seen))
    decisions.decide(bundle, record.decision, names, record.decided_at)
    names.node()


def main() -> None:
    """Print what a record costs."""
    cases, sizes = played()
    mean, largest = figure("decisions.bytes", statistics.mean(sizes), "bytes", f"<= {AIM_BYTES}"), max(sizes)
    figure("decisions.bytes.largest", largest, "bytes")
    replay = middle("decisions.replay", milliseconds(rerun, cases), "ms", f"<= {AIM_REPLAY}")
    both, alone = milliseconds(_decide_and_keep, cases), milliseconds(_decide, cases)
    keep = middle("decisions.keep", [one - two for one, two in zip(both, alone, strict=True)], "ms", f"<= {AIM_KEEP}")
    print(f"  {len(cases)} records of stories: {mean:,.0f} bytes each, the largest {largest:,}   aim {AIM_BYTES:,}")
    print(f"  a replay             {replay:5.2f} ms   aim {AIM_REPLAY}")
    print(f"  keeping what is read {keep:5.2f} ms   aim {AIM_KEEP}")


if __name__ == "__main__":
    main()
