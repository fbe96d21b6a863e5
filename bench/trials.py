"""A step of a trial: what one request costs in the child once it is warm. `python -m bench.trials`."""

from __future__ import annotations

import time

import yaml

from app.core.paths import BUNDLES
from app.definitions.folder import read_folder
from app.tryout import child
from app.tryout.asking import Draft
from app.tryout.playing import played
from app.tryout.state import of
from app.tryout.trial import Trial
from bench.report import middle

PROGRAMME, STORY, STEPS, ROUNDS = "dibao", "scenarios/arrears-of-a-raise.yaml", 6, 5


def main() -> None:
    """From the request to the state of the last step: all steps are played, the page's answer is made."""
    files = read_folder(BUNDLES / PROGRAMME)
    begun = yaml.load(files[STORY], yaml.BaseLoader)  # noqa: S506 (texts only)
    steps = tuple({name: each for name, each in step.items() if name != "expect"} for step in begun["steps"][:STEPS])
    parameters = {code: [values] for code, values in begun["parameters"].items()}
    draft = Draft("22", {path: each for path, each in files.items() if not path.startswith("scenarios/")})
    child.warm()
    trials = [Trial(begun["region"], begun["clock"], steps, count, parameters) for count in (1, STEPS)]
    _taken(draft, trials[1])  # what is shipped has been read and compiled before a child is forked
    one, all_of_them = ([_taken(draft, trial) for _ in range(ROUNDS)] for trial in trials)
    each = [(more - first) / (STEPS - 1) for first, more in zip(one, all_of_them, strict=True)]
    print(f"The first step, with its world and page: {middle('trials.first', one, 'ms'):.0f} ms")
    print(f"Each further step: {middle('trials.step', each, 'ms', '<= 100'):.0f} ms")


def _taken(draft: Draft, trial: Trial) -> float:
    begin = time.perf_counter()
    with played(draft, trial) as stage:
        of(stage, None, None)
    return 1_000 * (time.perf_counter() - begin)


if __name__ == "__main__":
    main()
