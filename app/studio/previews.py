"""A letter of a change as it will come out, beside the one before it: of the sample, or of a case decided already."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.changes import letter_cases, policy, store
from app.core.errors import Invalid, Rejection
from app.definitions.letters import CONTRACT, SAMPLE, TEMPLATE, Letter
from app.documents.errors import Problem
from app.documents.isolated import Trial, pages_isolated, try_isolated
from app.studio import editor
from app.studio.blueprint import blueprint
from app.tryout.asking import Draft, ask
from app.tryout.trial import Trial as Played
from app.web import STAFF, services, transaction, transacts_itself
from app.web.download import PDF, attachment

AFTER, BEFORE = "改后", "现行"


@dataclass(frozen=True, slots=True)
class Preview:
    """`pictures` are the first of `count` pages as PNG; `message` says why there are none, or what to know of them."""

    title: str
    problems: list[Problem] = field(default_factory=list)
    count: int = 0
    pictures: list[str] = field(default_factory=list)
    message: str = ""


@blueprint.get("/changes/<change_id>/programmes/<bundle_id>/letter/preview")
@transacts_itself(STAFF)
def letter_preview(change_id: str, bundle_id: str) -> ResponseReturnValue:
    """The part of the page beside the sentences. A letter that cannot be made is an answer, not a failure."""
    path = request.args.get("path", "")
    parts, before = _parts(change_id, bundle_id, path)
    return _shown(list(_of_samples(parts, before)), of="sample.json 里的样例数据")


@blueprint.post("/changes/<change_id>/programmes/<bundle_id>/letter/preview")
@transacts_itself(STAFF)
def letter_try(change_id: str, bundle_id: str) -> ResponseReturnValue:
    """The same of a closed case: `number`. Its answers without its people are played through the change."""
    path, number = request.form.get("path", ""), request.form.get("number", "").strip()
    try:
        with transaction(STAFF, writing=True) as call:
            policy.require_reader(call.session, call.actor)
            _require_letter(path)
            bundle = store.bundle_of(call.session, change_id, bundle_id)
            replay = letter_cases.replay_of(call.session, call.actor, bundle, number, call.now)
    except Invalid as rejection:
        if "number" not in rejection.fields:
            raise
        return _shown([Preview(AFTER, message=rejection.fields["number"])], of="")
    key = path.split("/")[1]
    drafts = ((AFTER, replay.after), (BEFORE, replay.before))
    played = [_played(title, draft, replay.trial, key) for title, draft in drafts if draft is not None]
    return _shown(played, of=f"案件 {number} 的答复，姓名等换成虚构的")


@blueprint.get("/changes/<change_id>/programmes/<bundle_id>/letter.pdf")
@transacts_itself(STAFF)
def letter_pdf(change_id: str, bundle_id: str) -> ResponseReturnValue:
    path = request.args.get("path", "")
    parts, _ = _parts(change_id, bundle_id, path)
    trial = try_isolated(*_complete(parts))
    if trial.docx is None:
        faults = [f"{each.message}{each.where}" for each in trial.problems if each.severity == "error"]
        raise Invalid({path: "；".join(faults)})
    return attachment(services().to_pdf(trial.docx), f"样张-{path.split('/')[-2]}.pdf", PDF)


def _shown(previews: list[Preview], *, of: str) -> str:
    return render_template("studio/_preview.html", previews=previews, of=of)


def _of_samples(parts: dict[str, bytes | None], before: Letter | None) -> Iterator[Preview]:
    """The letter with its sample; and the one before it with the same where that fits it, else with its own."""
    try:
        template, contract, sample = _complete(parts)
    except Rejection as rejection:
        yield Preview(AFTER, message=rejection.message)
        return
    yield _made(AFTER, try_isolated(template, contract, sample), "改正以后才看得到样张")
    if before is not None and (before.template, before.contract) != (template, contract):
        fitting = sample if before.contract == contract else before.sample
        if fitting is not None:
            made = try_isolated(before.template, before.contract, fitting)
            yield _made(BEFORE, Trial(made.docx, []), "现行的文书按现在的要求检查不合格，这里显示不出来")


def _made(title: str, trial: Trial, otherwise: str) -> Preview:
    if trial.docx is None:
        return Preview(title, trial.problems, message=otherwise)
    return _seen(title, trial.docx, trial.problems)


def _played(title: str, draft: Draft, trial: Played, key: str) -> Preview:
    """The letter that a case brings forth in a draft: the first of several."""
    try:
        told = ask(draft, "written", trial=trial.as_json(), template=key)
    except Rejection as rejection:
        return Preview(title, message=rejection.message)
    stopped = f"；办到一半停下了：{told['stopped']}" if told["stopped"] else ""
    letters = [base64.b64decode(each) for each in told["letters"]]
    if not letters:
        return Preview(title, message=f"按{title}的规则办这件案件，没有开出这份文书{stopped}")
    more = f"共开出 {len(letters)} 份，这里是第一份" if len(letters) > 1 else ""
    return _seen(title, letters[0], [], f"{more}{stopped}".removeprefix("；"))


def _seen(title: str, docx: bytes, problems: list[Problem], message: str = "") -> Preview:
    """The first pages of a letter as pictures."""
    try:
        pages = pages_isolated(services().to_pdf(docx))
    except Rejection as rejection:
        return Preview(title, problems, message=rejection.message)
    if pages is None:
        return Preview(title, problems, message="样张太大，这里显示不出来，请下载 PDF 查看")
    pictures = [base64.b64encode(each).decode() for each in pages.pictures]
    return Preview(title, problems, pages.count, pictures, message)


def _require_letter(path: str) -> None:
    if editor.kind_of(path) != editor.LETTER or path.count("/") != 2:
        raise Invalid({"path": "只有文书能看样张"})


def _parts(change_id: str, bundle_id: str, path: str) -> tuple[dict[str, bytes | None], Letter | None]:
    """The files of the letter whose template has this path, as the draft stands; and the letter before the change.

    Raises NotYours, NotFound, Invalid.
    """
    folder = path.rpartition("/")[0]
    with transaction(STAFF, writing=False) as call:
        policy.require_reader(call.session, call.actor)
        _require_letter(path)
        bundle = store.bundle_of(call.session, change_id, bundle_id)
        found = {name: store.file_of(call.session, bundle, f"{folder}/{name}") for name in (TEMPLATE, CONTRACT, SAMPLE)}
        return found, letter_cases.letter_before(call.session, bundle, folder.rpartition("/")[2], call.now)


def _complete(parts: dict[str, bytes | None]) -> tuple[bytes, bytes, bytes]:
    """Template, contract and sample. Raises Invalid where one is missing."""
    found = {name: content for name, content in parts.items() if content is not None}
    if found.keys() != parts.keys():
        missing = parts.keys() - found.keys()
        raise Invalid({name: f"这份文书缺少 {name}，请在变更页面上传以后再看样张" for name in missing})
    return found[TEMPLATE], found[CONTRACT], found[SAMPLE]
