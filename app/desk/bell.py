"""What the bell in the head of every page says to who does not see it."""

from __future__ import annotations

from app.inbox.listing import cap


def bell_text(count: int) -> str:
    """``消息，3 条未读``"""
    return f"消息，{cap(count)} 条未读" if count else "消息，没有未读"
