"""Proving (核对) that what stands in the tables is what audited actions said, and that no record is gone."""

from app.auditing.faults import Fault, Report
from app.auditing.verification import verify

__all__ = ["Fault", "Report", "verify"]
