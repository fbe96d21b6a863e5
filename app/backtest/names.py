"""What a back-test may find of a case, what it may be doing, and how people call both."""

from __future__ import annotations

WAITING, RUNNING, DONE, STOPPED, FAILED = "waiting", "running", "done", "stopped", "failed"
STATES = {WAITING: "排队等候", RUNNING: "正在回测", DONE: "已完成", STOPPED: "已停止", FAILED: "没有做完"}

REFUSED, ADMITTED, MORE, LESS, OTHER = "refused", "admitted", "more", "less", "other"
UNDETERMINED, MISMATCH, UNCHANGED = "undetermined", "mismatch", "unchanged"
KINDS = {
    REFUSED: "原来准予，改为不予",
    ADMITTED: "原来不予，改为可以准予",
    MORE: "金额增加",
    LESS: "金额减少",
    OTHER: "其他变化",
    UNDETERMINED: "不能判断",
    MISMATCH: "按当时的规则重演不一致",
}
"""In the order of lists; a case that is unchanged is only counted."""

REROUTED, LETTERS, UNANSWERED = "rerouted", "letters", "unanswered"
UNWALKED, UNFAITHFUL, SAME_WAY = "unwalked", "unfaithful", "same_way"
WAYS = {
    REROUTED: "走的环节不同",
    LETTERS: "文书种类不同",
    UNANSWERED: "停在没有人办过的地方",
    UNWALKED: "不能重走",
    UNFAITHFUL: "按当时的流程重走不一致",
}
"""What a case is that was walked through the diagram, in the order of lists; one that goes the same way is counted."""
LISTED = {**KINDS, **WAYS}
FLIPS = (REFUSED, ADMITTED, MORE, LESS, OTHER)
