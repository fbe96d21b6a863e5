"""States of a change and what it is filed under."""

from __future__ import annotations

OPEN, SUBMITTED, APPROVED, DROPPED = "open", "submitted", "approved", "dropped"
STATES = {OPEN: "起草中", SUBMITTED: "等待批准", APPROVED: "已批准", DROPPED: "已放弃"}
AUDIT_CHAIN = "changes"
