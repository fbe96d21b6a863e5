"""What a page carries to write into one draft, and into no other: signed, since it outlives the session.

It opens nothing for reading. It cannot be made up, so it protects an autosave as the CSRF token protects the rest.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from app.core.actor import APPLICANT, Actor
from app.core.errors import Gone
from app.core.whole import LONGEST, whole_number
from app.drafts.operations import Place
from app.drafts.queries import owner_of
from app.files.posted import pending_owner

FIELD, REVISION = "_draft", "_revision"
DAYS = "DRAFT_DAYS"
ANONYMOUS = "a:"


@dataclass(frozen=True, slots=True)
class Pass:
    """Whose draft of what, into which release of the form; `page` shows it, `shelf` is where its files wait.

    `part`: the dotted paths, with blanks between, that a page of a long form writes; "" for the whole form.
    """

    owner: str
    owner_name: str
    subject: str
    version: str
    page: str
    shelf: str
    part: str = ""

    @property
    def place(self) -> Place:
        return Place(self.owner, self.owner_name, self.subject, self.version)

    @property
    def actor(self) -> Actor:
        """Who typed, also when nobody is signed in any more. May keep files and text, nothing else."""
        kind, _, user_id = self.owner.partition(":")
        return APPLICANT if kind == ANONYMOUS[0] else Actor("staff", self.owner_name, user_id)

    @property
    def is_anonymous(self) -> bool:
        return self.owner.startswith(ANONYMOUS)

    def signed(self) -> str:
        return _signer().dumps(astuple(self))


def held() -> Pass:
    """The pass that the posted form carries. Raises Gone for none, a wrong one or one that is too old."""
    try:
        return Pass(*_signer().loads(request.form.get(FIELD, ""), max_age=current_app.config[DAYS] * 86400))
    except (BadData, TypeError) as wrong:
        raise Gone("这一页打开得太久了，请先把填写的内容抄下来，再刷新页面") from wrong


def of_staff(actor: Actor, subject: str, page: str, version: str = "") -> Pass:
    """The pass of a form that one of the staff fills in; files that are posted with it wait for nobody."""
    owner = owner_of(actor)
    return Pass(owner, actor.name, subject, version, page, pending_owner(owner, subject))


def is_posted(subject: str) -> bool:
    """Whether the request posts the form of this subject: a page has several, and what is typed into others is kept."""
    if request.method != "POST" or FIELD not in request.form:
        return request.method == "POST"
    try:
        return held().subject == subject
    except Gone:
        return False


def known_revision() -> int:
    """The revision that the page knew; 0 where there was no draft."""
    text = request.form.get(REVISION, "")
    return (whole_number(text) or 0) if len(text) < LONGEST else 0


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="draft")
