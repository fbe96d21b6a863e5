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
from app.drafts import parts
from app.files import arriving
from app.files.posted import keep_one
from app.identity.credentials import count_visit
from app.web import services
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


@dataclass(slots=True)
class Arrived:
    """The posted files as they are kept, and by field why others are not."""

    files: list[arriving.Posted] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def arrive(held: passes.Pass, now: datetime) -> Arrived:
    """Look at the posted files; strangers' are counted first, in a transaction of its own. Raises Throttled.

    Looking takes seconds: no transaction should be open where many people send.
    """
    sent = files_of(request)
    if sent and held.is_anonymous:
        weight = sum(len(content) // MEGABYTE + 1 for _, _, content in sent)
        with services().database.write() as session:
            count_visit(session, "draft_file", _address(), MOST_MEGABYTES, now, within=DAY, weight=weight)
    return Arrived(*arriving.received(sent))


def keep(session: Session, held: passes.Pass, arrived: Arrived, now: datetime, *, sent: bool = False) -> Result:
    """Keep the text and the files of the posted form in the draft of its pass. Raises TooLong, Throttled.

    `sent`: a button was pressed, so that of one part of a form this is what counts, whatever another tab typed there.
    """
    known = passes.known_revision()
    if held.is_anonymous and not known:
        count_visit(session, "draft", _address(), MOST_BEGUN, now, within=DAY)
    posted = [
        [name, text]
        for name, text in request.form.items(multi=True)
        if not name.startswith("_") and name != CSRF
    ]  # fmt: skip
    most = LONGEST if held.is_anonymous else drafts.LONGEST
    files: list[dict[str, str]] = []
    refused = dict(arrived.refused)
    for name, file_name, content in arrived.files:
        if held.part and not parts.is_of(name, held.part):
            continue
        try:
            upload_id = keep_one(session, held.actor, held.shelf, name, file_name, content, now)
        except Invalid as wrong:
            refused |= wrong.fields
            continue
        if [name, upload_id] not in posted:
            posted.append([name, upload_id])
        files.append({"field": name, "id": upload_id, "name": file_name})
    if held.part:
        saved = parts.save(session, held.place, held.part, posted, known, now, most, sent=sent)
    else:
        saved = drafts.save(session, held.place, posted, known, now, most)
    return Result(saved, files, refused)


def _address() -> str:
    return request.remote_addr or ""
