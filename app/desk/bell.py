"""What the bell in the head of every page says to who does not see it."""

from __future__ import annotations


def bell_text(count: str) -> str:
    """``消息，3 条未读``"""
    return f"消息，{count} 条未读" if count else "消息，没有未读"
