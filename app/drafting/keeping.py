"""Keeping what a form posts: its text and its files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import request
from sqlalchemy.orm import Session

from app.core.errors import Invalid
from app.core.uploads import MEGABYTE
from app.drafting import passes
from app.drafts import operations as drafts
from app.files.posted import keep_one
from app.identity.credentials import count_visit
from app.web.posted import files_of

DAY = timedelta(days=1)
MOST_BEGUN, MOST_MEGABYTES, LONGEST = 2_000, 3_000, 128 * 1024
"""Without an account, in a day from one address: drafts begun, megabytes of files (a begun one counts as one), and
bytes of one draft, of which two are kept at most. That is 3.5 GB, and many people may sit behind one address."""
CSRF = "csrf_token"


@dataclass(slots=True)
class Result:
    """What was kept. `files`: field, id and name of each; `refused`: field → why its file was not taken."""

    saved: drafts.Saved
    files: list[dict[str, str]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def keep(session: Session, held: passes.Pass, now: datetime) -> Result:
    """Keep the text and the files of the posted form in the draft of its pass. Raises TooLong, Throttled."""
    known, chosen = passes.known_revision(), files_of(request)
    if held.is_anonymous:
        _count(session, known, [len(content) for _, _, content in chosen], now)
    posted = [
        [name, text]
        for name, text in request.form.items(multi=True)
        if not name.startswith("_") and name != CSRF
    ]  # fmt: skip
    most = LONGEST if held.is_anonymous else drafts.LONGEST
    files: list[dict[str, str]] = []
    refused: dict[str, str] = {}
    for name, file_name, content in chosen:
        try:
            upload_id = keep_one(session, held.actor, held.shelf, name, file_name, content, now)
        except Invalid as wrong:
            refused |= wrong.fields
            continue
        if [name, upload_id] not in posted:
            posted.append([name, upload_id])
        files.append({"field": name, "id": upload_id, "name": file_name})
    return Result(drafts.save(session, held.place, posted, known, now, most), files, refused)


def _count(session: Session, known: int, sizes: list[int], now: datetime) -> None:
    address = request.remote_addr or ""
    if not known:
        count_visit(session, "draft", address, MOST_BEGUN, now, within=DAY)
    if sizes:
        weight = sum(size // MEGABYTE + 1 for size in sizes)
        count_visit(session, "draft_file", address, MOST_MEGABYTES, now, within=DAY, weight=weight)
