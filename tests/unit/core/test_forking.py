"""Children of the spare process: they answer, and whatever a stranger's file makes of them, nobody else is hurt."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from app.core import forking
from app.core.forking import Exceeded, Limits, Talk, ask

WORK = "tests.support.forked"
LIMITS = Limits(seconds=20, memory_mb=400)


def test_a_child_answers_more_than_a_pipe_holds() -> None:
    request = os.urandom(3 << 20)
    assert ask(f"{WORK}:echo", request, LIMITS) == request[::-1]


def test_who_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    with pytest.raises(Exceeded, match="用时超过 1 秒"):
        ask(f"{WORK}:sleep", str(told).encode(), Limits(seconds=1))
    for _ in range(100):
        if not Path(f"/proc/{told.read_text()}").exists():
            return
        time.sleep(0.05)
    pytest.fail("what the child started goes on")


@pytest.mark.parametrize("work", ["fill", "fail"])
def test_who_needs_too_much_or_breaks_gives_no_answer(work: str) -> None:
    with pytest.raises(Exceeded, match="超出了内存或运算上限"):
        ask(f"{WORK}:{work}", b"1000", LIMITS)


def test_a_spare_process_that_has_ended_is_started_again() -> None:
    assert ask(f"{WORK}:echo", b"ab", LIMITS) == b"ba"
    process = forking._spare(os.getpid())._process
    assert process is not None
    process.kill()
    process.wait()
    assert ask(f"{WORK}:echo", b"ab", LIMITS) == b"ba"


def test_who_talks_keeps_what_it_knows_until_it_breaks() -> None:
    talk = Talk(f"{WORK}:count", LIMITS)
    assert [talk.ask(b"ab"), talk.ask(b"cd")] == [b"ba1", b"dc2"]
    with pytest.raises(Exceeded, match="超出了内存或运算上限"):
        talk.ask(b"fail")
    with pytest.raises(Exceeded, match="没有启动"):
        talk.ask(b"ab")
    talk.close()
