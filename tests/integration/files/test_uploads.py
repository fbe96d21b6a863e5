"""Uploads rest sealed and are taken in all or none."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.core.actor import APPLICANT
from app.core.errors import Invalid, NotFound
from app.db import Database
from app.files import operations, posted, queries
from app.files.models import Upload

PHOTO = b"\xff\xd8\xff\xe0" + "身份证 220122199001010503".encode()


def test_an_upload_comes_back_as_it_was_and_rests_sealed(database: Database, now: datetime) -> None:
    with database.write() as session:
        (upload_id,) = operations.add(session, APPLICANT, "c1", [("身份证.jpg", PHOTO)], now)
    with database.read() as session:
        opened = queries.open_upload(session, upload_id)
        stored = session.scalar(select(Upload.content))
        (listed,) = queries.uploads_of(session, "c1")
    assert (opened.content, opened.name) == (PHOTO, "身份证.jpg")
    assert stored is not None
    assert b"220122" not in stored
    assert (listed.size, listed.uploaded_by_name, listed.uploaded_at) == (len(PHOTO), "申请人", now)


def test_the_same_bytes_are_kept_once_for_a_case(database: Database, now: datetime) -> None:
    with database.write() as session:
        first = operations.add(session, APPLICANT, "c1", [("a.jpg", PHOTO), ("b.jpg", PHOTO)], now)
        again = operations.add(session, APPLICANT, "c1", [("c.jpg", PHOTO)], now)
        other = operations.add(session, APPLICANT, "c2", [("a.jpg", PHOTO)], now)
    assert first[0] == first[1] == again[0] != other[0]


@pytest.mark.parametrize(
    "bad", [("x.html", b"<script>"), ("leer.pdf", b""), ("gross.pdf", b"%PDF-" + bytes(operations.MAX_BYTES))]
)
def test_one_bad_file_refuses_all_of_them(database: Database, now: datetime, bad: tuple[str, bytes]) -> None:
    with pytest.raises(Invalid) as refused, database.write() as session:
        operations.add(session, APPLICANT, "c1", [("a.jpg", PHOTO), bad], now)
    assert refused.value.fields.keys() == {"files"}
    assert bad[0] in refused.value.message
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Upload)) == 0


def test_an_unknown_upload_is_not_found(database: Database) -> None:
    with database.read() as session, pytest.raises(NotFound):
        queries.open_upload(session, "nothing")


def test_files_of_a_form_wait_for_their_case(database: Database, now: datetime) -> None:
    owner, data = posted.pending_owner("a:1", "apply:1"), {"household": {"proofs": []}, "name": "王桂芳"}
    with database.write() as session:
        pictures = [("household.proofs", "a.jpg", PHOTO), ("household.proofs", "b.jpg", PHOTO + b"2")]
        sent = [*pictures, ("name", "c.jpg", PHOTO)]
        assert posted.take(session, APPLICANT, owner, data, sent, now)
    kept, dropped = data["household"]["proofs"]  # type: ignore[index]
    data["household"]["proofs"] = [kept]  # type: ignore[index]
    with database.write() as session:
        posted.adopt(session, owner, "c1", data)
    with database.read() as session:
        assert [row.id for row in queries.uploads_of(session, "c1")] == [kept]
        with pytest.raises(NotFound):
            queries.upload(session, dropped)


def test_nobody_adopts_what_somebody_else_sent(database: Database, now: datetime) -> None:
    mine, theirs = posted.pending_owner("a:1", "apply:1"), {"proofs": []}
    elsewhere = posted.pending_owner("a:2", "apply:1")
    with database.write() as session:
        posted.take(session, APPLICANT, elsewhere, theirs, [("proofs", "a.jpg", PHOTO)], now)
    with database.write() as session:
        posted.adopt(session, mine, "c1", theirs)
        assert queries.uploads_of(session, "c1") == []


def test_a_refused_file_names_its_own_field(database: Database, now: datetime) -> None:
    with database.write() as session, pytest.raises(Invalid) as refused:
        posted.take(session, APPLICANT, "p:1", {"a": [{"proofs": []}]}, [("a.0.proofs", "x.exe", b"MZ")], now)
    assert refused.value.fields.keys() == {"a.0.proofs"}


def test_what_nobody_sent_in_goes_with_the_drafts(database: Database, now: datetime) -> None:
    data: dict[str, list[str]] = {"proofs": []}
    with database.write() as session:
        posted.take(session, APPLICANT, "p:1", data, [("proofs", "a.jpg", PHOTO)], now)
        posted.prune(session, now + timedelta(days=30), timedelta(days=30))
        assert len(queries.uploads_of(session, "p:1")) == 1
        posted.prune(session, now + timedelta(days=31), timedelta(days=30))
        assert queries.uploads_of(session, "p:1") == []


def test_what_waits_for_its_case_is_kept_within_bounds(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted, "PENDING_FILES", 2)
    monkeypatch.setattr(posted, "PENDING_BYTES", 3 * len(PHOTO))

    def send(owner: str, *contents: bytes) -> None:
        with database.write() as session:
            files = [("proofs", f"{n}.jpg", content) for n, content in enumerate(contents)]
            posted.take(session, APPLICANT, owner, {"proofs": []}, files, now)

    send("p:1", PHOTO, PHOTO + b"2")
    with pytest.raises(Invalid, match="最多保存 2 个"):
        send("p:2", PHOTO, PHOTO + b"2", PHOTO + b"3")
    with pytest.raises(Invalid, match="合计不能超过"):
        send("p:3", PHOTO + bytes(3 * len(PHOTO)))
    send("c1", PHOTO, PHOTO + b"2", PHOTO + b"3")
    with database.read() as session:
        assert [len(queries.uploads_of(session, owner)) for owner in ("p:1", "p:2", "p:3", "c1")] == [2, 0, 0, 3]
