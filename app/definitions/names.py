"""Words that releases are filed under."""

from __future__ import annotations

EVERYWHERE = "*"
"""The scope of what holds in every region."""
LIBRARY = "letters"
"""The programme key under which releases of the letter library stand."""
DRAFT, SUBMITTED, APPROVED, REJECTED = "draft", "submitted", "approved", "rejected"
REPOSITORY, OWNER = "repository", "owner"
AUDIT_CHAIN = "releases"
