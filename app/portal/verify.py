"""Verifying a letter (文书核验): by the address in its QR code, by number and code, by the file itself."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.core import uploads
from app.core.errors import Invalid, Rejection
from app.core.ids import digest
from app.db import training
from app.documents import verifying
from app.identity import queries as identity
from app.identity.credentials import count_visit
from app.portal.blueprint import blueprint
from app.web import ANYONE, Afterwards, Call, reads, writes

MOST_QUESTIONS = 120
"""In a quarter of an hour from one address: a bank's branch asks for many people. A code has 78 random bits."""
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to know: a number and a code as they were typed, the SHA-256 of a file."""

    number: str = ""
    code: str = ""
    sha256: str | None = None


@blueprint.get("/verify")
@reads(ANYONE)
def verify(call: Call) -> ResponseReturnValue:
    return _page(call, Asked())


def _again(call: Call, rejection: Rejection, code: str = "") -> ResponseReturnValue:
    typed = Asked(request.form.get("number", "")[:LONGEST], request.form.get("code", code)[:LONGEST])
    return _page(call, typed, rejection)


@blueprint.get("/verify/<code>")
@writes(ANYONE, again=_again)
def verify_code(call: Call, code: str) -> Afterwards:
    """What a telephone opens that was held before the QR code."""
    return _answer(call, Asked(code=code[:LONGEST]))


@blueprint.post("/verify")
@writes(ANYONE, again=_again)
def verify_letter(call: Call) -> Afterwards:
    number, code = (request.form.get(name, "").strip()[:LONGEST] for name in ("number", "code"))
    asked = Asked(number, code, _sha256())
    if not asked.code and not asked.sha256:
        raise Invalid({"code": "请填写文书上的验证码，或者选择收到的文书文件"})
    return _answer(call, asked)


def _sha256() -> str | None:
    """Of the file that was sent. It is hashed and forgotten: nothing reads what it holds."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return None
    content = sent.read(uploads.MAX_BYTES + 1)
    if len(content) > uploads.MAX_BYTES:
        most = uploads.in_megabytes(uploads.MAX_BYTES)
        raise Invalid({"file": f"文件超过 {most}，不会是本平台出具的文书，请核对后重选"})
    return digest(content)


def _answer(call: Call, asked: Asked) -> Afterwards:
    count_visit(call.session, "verify", request.remote_addr or "", MOST_QUESTIONS, call.now)
    if asked.code:
        found = verifying.by_code(call.session, asked.number, asked.code, asked.sha256)
    else:
        found = verifying.by_file(call.session, asked.sha256 or "")
    return Afterwards(lambda call: _page(call, asked, found=found, answered=True))


def _page(
    call: Call, asked: Asked, rejection: Rejection | None = None, *, found: verifying.Letter | None = None,
    answered: bool = False,
) -> str:  # fmt: skip
    return render_template(
        "portal/verify.html",
        asked=asked,
        answered=answered,
        letter=found,
        office=identity.office(call.session, found.office_id) if found else None,
        mark=training.paper_mark(call.session),
        now=call.now,
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
    )
