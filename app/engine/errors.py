"""What the engine refuses, and what it cannot read."""

from __future__ import annotations

from app.core.errors import Gone, Rejection


class DiagramError(ValueError):
    """The file is no diagram that the engine can run. `problems` are Chinese sentences, one per fault."""

    def __init__(self, *problems: str) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


class StateError(ValueError):
    """A stored state of an unknown version, or of another diagram."""


class ElementError(Exception):
    """An element of the diagram cannot do its work; the message is Chinese and says what to correct."""


class PythonRefused(ElementError):
    """Something asked SpiffWorkflow to evaluate Python. Nothing here ever does."""

    def __init__(self) -> None:
        super().__init__("流程图中不能运行程序代码，请改用 FEEL 表达式")


class NotAwaited(Gone):
    """The process does not wait for this message."""

    def __init__(self, message: str) -> None:
        super().__init__(f"本案件当前没有等待“{message}”，可能已经办过，请刷新后再看")


class NotOpen(Gone):
    """The task or wait is not open any more."""

    def __init__(self) -> None:
        super().__init__("这一环节已经办结、退回或取消，请刷新待办列表")


class NotReturnable(Rejection):
    """The step to return to was never reached, or is open now."""

    code = "invalid"
