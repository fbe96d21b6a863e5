"""How much one command may do, whatever the diagram: beyond it the element stands as an incident."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, Final

from SpiffWorkflow.task import Task

from app.engine.errors import ElementError
from app.engine.repetition import Repetition

MAX_INSTANCES: Final = 1000  # of multi-instance activities, open at the same time in one case
MAX_ELEMENTS: Final = 20_000  # run in one command
MAX_SECONDS: Final = 5.0  # of CPU in one command: a busy machine stops nobody
MAX_ROUNDS: Final = 100  # of one automatic element in one command and one sub-process
MAX_DEPTH: Final = 800  # of a path; SpiffWorkflow loses sight of tasks below 1000, and recurses along the way there


class Bounds:
    """What one command has used up so far."""

    def __init__(self) -> None:
        self._rounds: Counter[tuple[Any, int]] = Counter()
        self._elements = 0
        self._until = time.thread_time() + MAX_SECONDS

    def exceeded_by(self, task: Task) -> ElementError | None:
        """Count one element that is about to run, and say which bound it breaks."""
        kind = (task.task_spec, id(task.workflow))
        self._rounds[kind] += 1
        self._elements += 1
        if self._rounds[kind] > _most_rounds(task):
            return ElementError("流程可能在无限循环，已停在这里，请检查循环的出口条件")
        if _is_too_deep(task):
            return ElementError(f"回路里走过的环节超过 {MAX_DEPTH} 步，已停在这里，请退回后走出回路")
        if self._elements > MAX_ELEMENTS or time.thread_time() > self._until:
            return ElementError(
                f"一次操作引出的自动环节太多（上限 {MAX_ELEMENTS} 个、{MAX_SECONDS:g} 秒），已停在这里；"
                "重试可接着办理，请检查嵌套的多实例与循环"
            )
        return None


def _most_rounds(task: Task) -> int:
    specs = (task.task_spec, task.parent.task_spec if task.parent else None)
    return MAX_INSTANCES + 1 if any(isinstance(spec, Repetition) for spec in specs) else MAX_ROUNDS


def _is_too_deep(task: Task) -> bool:
    # The depth is counted by walking up; a tree of fewer tasks cannot be so deep.
    return len(task.workflow.tasks) > MAX_DEPTH and task.depth > MAX_DEPTH
