"""Cases and their letters over the API."""

from __future__ import annotations

from typing import Any

from apiflask.schemas import FileSchema

from app.api import schemas
from app.api.blueprint import blueprint
from app.cases import operations as cases
from app.cases import pages
from app.handout import word_file
from app.inbox.exchanges import ASIDE
from app.web import BEARER, Call, reads, transacts_itself, writes
from app.web.download import DOCX


@blueprint.get("/cases/<case_id>")
@reads(BEARER)
@blueprint.output(schemas.Case)
@blueprint.doc(summary="案件", operation_id="get_case")
def case(call: Call, case_id: str) -> Any:
    """案件、待办、资金和文书。"""
    page = pages.case_page(call.session, call.actor, case_id, call.now)
    head = page.case
    shown = {name: getattr(head, name) for name in schemas.HEAD}
    tasks = [item for item in page.items if item.status == "open" and item.kind not in ASIDE]
    return {**shown, "tasks": tasks, "waiting": page.waiting, "payments": page.orders, "documents": page.documents}


@blueprint.post("/waits/<wait_id>/answer")
@blueprint.output({}, status_code=204)
@writes(BEARER)
@blueprint.input(schemas.Answer)
@blueprint.doc(summary="答复核对", operation_id="answer_check")
def answer(call: Call, wait_id: str, json_data: dict[str, Any]) -> Any:
    """部门（以有权填写答复的账号的授权码）答复一次核对；已经答复、超时或者收回的不再接受。"""
    cases.answer(call.session, call.actor, wait_id, json_data["answer"], call.now)
    return ""


@blueprint.get("/cases/<case_id>/documents")
@reads(BEARER)
@blueprint.output(schemas.DocumentList)
@blueprint.doc(summary="案件的文书", operation_id="list_documents")
def case_documents(call: Call, case_id: str) -> Any:
    """按开出的先后。"""
    return {"items": pages.letters(call.session, call.actor, case_id, call.now)}


@blueprint.get("/documents/<document_id>")
@transacts_itself(BEARER)
@blueprint.output(FileSchema(type="string", format="binary"), content_type=DOCX)
@blueprint.doc(summary="文书的 Word 文件", operation_id="get_document")
def document(document_id: str) -> Any:
    """第一次取得时开出并留存；以后每次都是同样的字节。"""
    return word_file(BEARER, document_id)
