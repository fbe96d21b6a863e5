"""What runs, what is refused, what is said to be in vain: one set of tables for the engine, the gate and the page."""

from app.engine.support.judge import Found, judged, unsupported
from app.engine.support.verdicts import REFUSED

__all__ = ["REFUSED", "Found", "judged", "unsupported"]
