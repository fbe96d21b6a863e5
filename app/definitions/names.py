"""Words that releases are filed under."""

from __future__ import annotations

EVERYWHERE = "*"
"""The scope of what holds in every region."""
LIBRARY = "letters"
"""The programme key under which releases of the letter library stand."""
DRAFT, SUBMITTED, APPROVED, REJECTED = "draft", "submitted", "approved", "rejected"
IN_FORCE, COMING, STOPPED, SUPERSEDED, RETIRED = "in_force", "coming", "stopped", "superseded", "retired"
"""What has become of an approved release at a place, as of a day."""
REPOSITORY, OWNER = "repository", "owner"
AUDIT_CHAIN = "releases"
