"""Linting what a stranger uploaded, in a child process that can be killed: a diagram once hung the parser for ever."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

from app.engine.lint.problem import ERROR, Known, Problem

_ROOT = Path(__file__).resolve().parents[3]
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of wall clock and of CPU, and megabytes of address space, of the child."""

    seconds: float = 20
    cpu_seconds: int = 10
    memory_mb: int = 1024


def lint_isolated(xml: bytes, known: Known | None = None, limits: Limits | None = None) -> list[Problem]:
    """`lint` in a child process; a file that exceeds the limits gives one error."""
    return lint_all({"": xml}, known, limits)[""]


def lint_all(
    diagrams: Mapping[str, bytes], known: Known | None = None, limits: Limits | None = None
) -> dict[str, list[Problem]]:
    """The same for several by name, in one child: starting one costs more than most diagrams.

    Where it exceeds the limits, each gets a child of its own, so that the error is told of the one that did it.
    """
    limits = limits or Limits()
    found = _ask(list(diagrams.values()), known or Known(), limits)
    if not isinstance(found, str):
        return dict(zip(diagrams, found, strict=True))
    if len(diagrams) == 1:
        return {name: [_refused(found)] for name in diagrams}
    return {name: lint_isolated(xml, known, limits) for name, xml in diagrams.items()}


def _ask(diagrams: list[bytes], known: Known, limits: Limits) -> list[list[Problem]] | str:
    """What the child found in each, or why it did not end."""
    command = [sys.executable, "-I", "-c", _CHILD, str(_ROOT), str(limits.cpu_seconds), str(limits.memory_mb)]
    head = json.dumps({"known": _plain(known), "sizes": [len(each) for each in diagrams]}).encode()
    request = b"\n".join((head, b"".join(diagrams)))
    try:
        done = subprocess.run(command, input=request, capture_output=True, timeout=limits.seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"检查用时超过 {limits.seconds:g} 秒"
    if done.returncode:
        return "检查时超出了内存或运算上限"
    return [[_problem(*each) for each in problems] for problems in json.loads(done.stdout)]


def _problem(*told: Any) -> Problem:
    """As it was before it was JSON."""
    return replace(Problem(*told), hint=tuple(told[-1]))


def _plain(known: Known) -> dict[str, list[str] | None]:
    values = {each.name: getattr(known, each.name) for each in fields(known)}
    return {name: None if value is None else list(value) for name, value in values.items()}


def _refused(reason: str) -> Problem:
    return Problem("", "", ERROR, f"{reason}，这个文件不能使用。请简化流程图，或用流程设计器重新画")


def serve(cpu_seconds: int, memory_mb: int) -> None:
    """The child: limits first, then read, lint, write."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * _MEGABYTE, memory_mb * _MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    from app.engine.lint.rules import lint

    head = json.loads(sys.stdin.buffer.readline())
    known = Known(**head["known"])
    diagrams = [sys.stdin.buffer.read(size) for size in head["sizes"]]
    sys.stdout.write(json.dumps([[astuple(each) for each in lint(xml, known)] for xml in diagrams]))


_CHILD = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from app.engine.lint.isolated import serve; serve(int(sys.argv[2]), int(sys.argv[3]))"
)
