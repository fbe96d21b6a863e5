"""The pages of policy owners: from a new change to its approval, and what they find when the ground moves."""

from __future__ import annotations

import html
import io
import json
import re
from datetime import timedelta
from zipfile import ZipFile

from docx import Document
from flask.testing import FlaskClient
from sqlalchemy import insert

from app.changes import checking, store
from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.core.ids import digest, new_id
from app.core.paths import BUNDLES, TEMPLATES
from app.definitions import publishing
from app.definitions.folder import read_folder
from app.gate import releases as gate
from app.identity import queries as identity
from tests.support.web import COUNTY, PROGRAMME, TOWNSHIP, Web

FILES = read_folder(BUNDLES / PROGRAMME)
NEWER = FILES["bundle.yaml"] + "# 改一处\n".encode()


def _owner(web: Web, number: int = 1) -> FlaskClient:
    client = web.client()
    web.sign_in(client, f"policy_owner.{COUNTY}" + (f".{number}" if number > 1 else ""))
    return client


def _begun(client: FlaskClient) -> tuple[str, str]:
    """The pages of a change with the relief in it, and of its bundle."""
    at = client.post("/studio/changes/new", data={"title": "改时限", "reason": "县政府文件"}).location
    client.post(f"{at}/programmes", data={"programme": PROGRAMME, "region": COUNTY})
    (bundle,) = set(re.findall(rf"{at}/programmes/(\w{{32}})/", client.get(at).text))
    return at, f"{at}/programmes/{bundle}"


def _pass_checks(web: Web, at: str, reached: dict[str, list[str]] | None = None) -> None:
    """As if the worker had found nothing, and its stories had come to these."""
    with web.database.write() as session:
        now = web.clock.now()
        for bundle in store.bundles_of(session, at.rpartition("/")[2]):
            subject = checking.subject_of(session, bundle, local_date(now))
            row = {"id": new_id(), "bundle_id": bundle.id, "passed": True, "findings": [], "stories": [],
                   "reached": reached}  # fmt: skip
            session.execute(insert(checking.RESULT).values(**row, **subject._asdict(), checked_at=now))


def test_a_change_is_drafted_checked_submitted_and_approved_in_the_browser(web: Web) -> None:
    owner, second = _owner(web), _owner(web, 2)
    at, bundle = _begun(owner)
    saved = owner.put(f"{bundle}/content", query_string={"path": "bundle.yaml", "was": digest(FILES["bundle.yaml"])},
                      data=NEWER)  # fmt: skip
    assert saved.json == {"hash": digest(NEWER)}
    refused = owner.post(f"{at}/submit", data={"from": "2020-11-01"})
    assert refused.status_code == 409
    assert "还没有按现在的内容检查过" in refused.text
    owner.post(f"{at}/check")
    assert "正在检查" in owner.get(at).text
    _pass_checks(web, at)
    page = owner.get(at).text
    assert "检查已通过" in page
    assert "已修改" in page
    assert "改一处" not in owner.get(f"{at}/compare").text  # a comment changes no meaning, and the page says so
    assert "内容的含义没有变化" in owner.get(f"{at}/compare").text
    assert owner.post(f"{at}/submit", data={"from": "2020-11-01"}).location == at
    assert "另一位政策管理员" in owner.post(f"{at}/approve").text
    assert second.post(f"{at}/approve").location == at
    assert "改时限" in second.get("/studio/changes?state=approved").text


def test_a_save_over_something_newer_is_refused_in_words_and_changes_nothing(web: Web) -> None:
    owner = _owner(web)
    _, bundle = _begun(owner)
    where = {"path": "bundle.yaml", "was": digest(b"older")}
    refused = owner.put(f"{bundle}/content", query_string=where, data=NEWER)
    assert refused.status_code == 409
    assert "又被改过" in (refused.json or {})["message"]
    assert owner.get(f"{bundle}/content?path=bundle.yaml").data == FILES["bundle.yaml"]


def test_two_owners_do_not_write_into_each_other(web: Web) -> None:
    owner, second = _owner(web), _owner(web, 2)
    at, bundle = _begun(owner)
    where = {"path": "bundle.yaml", "was": digest(FILES["bundle.yaml"])}
    assert second.put(f"{bundle}/content", query_string=where, data=NEWER).status_code == 409
    assert "正在编辑" in second.get(at).text
    second.post(f"{at}/ask")
    assert "请求接手编辑" in owner.post(f"{at}/seen").text
    owner.post(f"{at}/hand-over")
    assert second.put(f"{bundle}/content", query_string=where, data=NEWER).status_code == 200


def test_everything_downloads_and_uploads_again_unchanged(web: Web) -> None:
    owner = _owner(web)
    at, bundle = _begun(owner)
    packed = owner.get(f"{bundle}/folder.zip").data
    with ZipFile(io.BytesIO(packed)) as folder:
        assert {name: folder.read(name) for name in folder.namelist()} == FILES
    again = {"files": (io.BytesIO(packed), "x.zip")}
    told = owner.post(f"{bundle}/upload", data=again, follow_redirects=True).text
    assert "没有变化" in told
    wrong = owner.post(f"{bundle}/upload", data={"files": (io.BytesIO(b"x"), "run.py")})
    assert wrong.status_code == 422
    assert "不能放进项目" in wrong.text
    bomb = owner.post(f"{bundle}/upload", data={"files": (io.BytesIO(b"PK no zip"), "x.zip")})
    assert "不是有效的 zip" in bomb.text
    assert "还没有修改" in owner.get(at).text
    other = owner.put(
        f"{bundle}/content", query_string={"path": "picture.bpmn"}, data=b"\x89PNG\r\n" + bytes(range(256))
    )
    assert other.status_code == 200, "the gate says what it is; pages live with it"
    pages = ("/materials", "/names?path=picture.bpmn&element=x", "/file?path=picture.bpmn", "/document/links")
    for page in (at, f"{at}/compare", f"{at}/summary", *(f"{bundle}{each}" for each in pages)):
        assert owner.get(page).status_code == 200, page
    link = owner.post(f"{bundle}/document/links", data={"to:A4": "picture.bpmn#x"})
    assert (link.status_code, "现在读不出来" in link.text) == (409, True)


def test_the_nav_counts_and_the_page_tells_what_moved_to_owners_alone(web: Web) -> None:
    owner, clerk = web.client(), web.client()
    web.sign_in(owner, f"policy_owner.{COUNTY}")
    web.sign_in(clerk, f"township_clerk.{TOWNSHIP}")
    assert "没有进行中的政策变更" in owner.get("/studio/changes").text
    for code in (TOWNSHIP, COUNTY):
        with web.database.write() as session:
            scope = identity.region_by_code(session, code, local_date(web.clock.now())).id
            files = {**FILES, "bundle.yaml": NEWER} if code == TOWNSHIP else FILES
            put = publishing.put_in_force(session, SYSTEM, files, web.clock.now(), scopes=[scope])
        assert put
    page = owner.get("/studio/changes").text
    assert "基础版本已更新，请比对三方" in page
    (three,) = re.findall(r'href="(/studio/releases/\w+/compare)"', page)
    sides = owner.get(three).text
    assert "只有本地改了" in sides
    assert "改一处" not in sides  # a comment of YAML means nothing, so only the whole file is told
    assert '政策变更\n  <span class="count count-red">1</span>' in owner.get("/desk/").text.replace(
        "<span", "\n  <span"
    )
    assert "政策变更" not in clerk.get("/desk/").text


def test_from_a_clause_to_what_carries_it_and_to_a_change_of_it(web: Web) -> None:
    owner = _owner(web)
    page = owner.get("/studio/clauses?q=三个工作日内调查").text
    assert "村（社区）三个工作日内调查" in page
    assert "两个工作日" not in page
    page = owner.get("/studio/clauses/A4").text
    where = re.search(r'href="(/studio/changes/new\?programme=[^"]*relief\.bpmn[^"]*)"', page)
    figure = re.search(r'href="(/studio/changes/new\?figure=village_investigation_working_days[^"]*)"', page)
    assert where is not None
    assert figure is not None
    form = owner.get(html.unescape(where[1])).text
    assert "修改：村（社区）三个工作日内调查" in form
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    begun = owner.post("/studio/changes/new", data={**sent, "title": "改", "reason": "文件", "region": COUNTY})
    assert "/file?path=relief.bpmn&at=" in begun.location
    assert owner.get(begun.location).status_code == 200
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', owner.get(html.unescape(figure[1])).text))
    begun = owner.post("/studio/changes/new", data={**sent, "title": "改", "reason": "文件"})
    assert '<option value="village_investigation_working_days" selected>' in owner.get(begun.location).text


def test_an_owner_of_another_region_reads_a_change_and_is_offered_nothing_to_change(web: Web) -> None:
    at, bundle = _begun(_owner(web))
    other = web.client()
    web.sign_in(other, "policy_owner.220104")
    web.clock.move_to(web.clock.now() + timedelta(minutes=3))  # nobody edits any more
    page = other.get(at).text
    assert "改时限" in page
    assert "提交批准" not in page
    assert "只能查看" in other.get(f"{bundle}/file?path=bundle.yaml").text


def test_words_of_a_letter_that_cannot_be_saved_are_still_there(web: Web) -> None:
    owner, path = _owner(web), "letters/approval_notice/template.docx"
    at = owner.post("/studio/changes/new", data={"title": "改文书", "reason": "县政府文件"}).location
    owner.post(f"{at}/programmes", data={"programme": "letters", "region": COUNTY})
    (bundle,) = set(re.findall(rf"{at}/programmes/(\w{{32}})/", owner.get(at).text))
    page = owner.get(f"{at}/programmes/{bundle}/file?path={path}").text
    fields = re.findall(r'name="(p-\d+)"[^>]*>([^<]+)</textarea>', page)
    was = re.search(r'name="was" value="(\w+)"', page)
    assert was is not None
    first, second = fields[0][0], fields[1][0]
    sent = {"path": path, "was": was[1], first: "改过的第一段", second: ""}
    refused = owner.post(f"{at}/programmes/{bundle}/letter", data=sent)
    assert refused.status_code == 422
    assert "改过的第一段</textarea>" in refused.text
    assert "请填写一段文字" in refused.text
    saved = owner.post(f"{at}/programmes/{bundle}/letter", data={**sent, second: html.unescape(fields[1][1])})
    assert saved.status_code == 302
    late = owner.post(f"{at}/programmes/{bundle}/letter", data={"path": path, "was": was[1], second: "晚了一步"})
    assert late.status_code == 409
    assert "晚了一步</textarea>" in late.text
    assert "改过的第一段</textarea>" in late.text  # what was saved meanwhile is not put back to what it was


def test_figures_are_typed_in_a_grid_and_a_refusal_loses_nothing(web: Web) -> None:
    owner = _owner(web)
    at, _ = _begun(owner)
    assert "沿用全国" in owner.get(f"{at}/figures?key=publicity_days").text
    cells = {"value:publicity_days@220122": "9", "value:uninsured_relief_cap@220122": "-1"}
    refused = owner.post(f"{at}/figures", data={**cells, "since:publicity_days@220122": "2021-01-01"})
    assert refused.status_code == 422
    assert re.search(r'name="value:publicity_days@220122" value="9"', refused.text)
    assert re.search(r'name="since:publicity_days@220122" value="2021-01-01"', refused.text)
    assert re.search(r'is-invalid" name="value:uninsured_relief_cap@220122" value="-1"', refused.text)
    assert "不改标准" in owner.get(at).text
    saved = owner.post(f"{at}/figures", data={**cells, "value:uninsured_relief_cap@220122": "1500"})
    assert saved.status_code == 302
    assert "1500 元" in owner.get(at).text
    steps = {"value:uninsured_relief_cap@220122": "1500", "value:uninsured_relief_cap@220122#2": "1800"}
    refused = owner.post(f"{at}/figures", data=steps)
    assert re.search(r'is-invalid" name="value:uninsured_relief_cap@220122#2" value="1800"', refused.text)
    owner.post(f"{at}/figures", data={**steps, "since:uninsured_relief_cap@220122#2": "2021-07-01"})
    shown = r'(?s)value:uninsured_relief_cap@220122#2" value="1800".*?value="2021-07-01"'
    assert re.search(shown, owner.get(f"{at}/figures").text)
    typed = {
        "publicity_days@220122": {"value": "0", "since": ""},
        "uninsured_relief_cap@220122": {"value": "", "since": ""},
    }
    held = (owner.post("/studio/figures/held", json={"cells": typed}).json or {})["cells"]
    assert held["publicity_days@220122"]["refused"]
    assert "公示至少一天" in held["publicity_days@220122"]["message"]
    assert held["uninsured_relief_cap@220122"] == {"message": "", "refused": False}


def test_a_letter_is_shown_as_it_will_come_out_and_what_is_no_letter_is_refused_in_words(web: Web) -> None:
    owner = _owner(web)
    _, bundle = _begun(owner)
    shipped = (TEMPLATES / "approval_notice" / "template.docx").read_bytes()
    where = {"path": "letters/approval_notice/template.docx"}
    assert "已经不在" in owner.get(f"{bundle}/file", query_string=where).text
    assert "缺少 template.docx" in owner.get(f"{bundle}/letter/preview", query_string=where).text
    for name, told in (("plain.docx", "这是 PDF，请用 Word 或 WPS 另存为"), ("macro.docx", "不允许的文件类型")):
        content = {"plain.docx": b"%PDF-1.7", "macro.docx": _with_macro(shipped)}[name]
        sent = {"letter": "approval_notice", "files": (io.BytesIO(content), name)}
        refused = owner.post(f"{bundle}/upload", data=sent)
        assert (refused.status_code, told in refused.text) == (422, True)
    noted = {"letter": "approval_notice", "files": (io.BytesIO(_with_a_comment(shipped)), "new.docx")}
    assert "已经去掉：批注 1 处" in owner.post(f"{bundle}/upload", data=noted, follow_redirects=True).text
    seen = owner.get(f"{bundle}/letter/preview", query_string=where).text
    assert "共 2 页" in seen
    assert seen.count("data:image/png;base64,iVBORw0KGgo") == 4  # beside the one before it
    page = owner.get(f"{bundle}/file", query_string=where).text
    was = re.search(r'name="was" value="(\w+)"', page)
    first = re.search(r'name="(p-\d+)"', page)
    assert was is not None
    assert first is not None
    reworded = {**where, "was": was[1], first[1]: "经办人：{{ nobody }}"}
    assert owner.post(f"{bundle}/letter", data=reworded).status_code == 302
    broken = owner.get(f"{bundle}/letter/preview", query_string=where).text
    assert "所在段落：经办人：{{ nobody }}" in broken
    assert "没有变量 nobody" in owner.get(f"{bundle}/letter.pdf", query_string=where).text


def _with_a_comment(docx: bytes) -> bytes:
    document, buffer = Document(io.BytesIO(docx)), io.BytesIO()
    document.add_comment(document.paragraphs[0].runs, text="问李主任", author="王五")
    document.save(buffer)
    return buffer.getvalue()


def _with_macro(docx: bytes) -> bytes:
    buffer = io.BytesIO(docx)
    with ZipFile(buffer, "a") as letter:
        letter.writestr("word/vbaProject.bin", b"macro")
    return buffer.getvalue()


def test_a_document_is_pasted_its_clauses_marked_and_linked(web: Web) -> None:
    owner = _owner(web)
    at, bundle = _begun(owner)
    head = {"key": "N21", "title": "农安县临时救助办法", "number": "农政发〔2021〕3号", "in_force_from": "2020-11-01"}
    text = "一、总则\n（一）村（居）民委员会五个工作日内调查核实。\n（二）乡镇人民政府审批，发给一次性救助金。"
    read = owner.post(f"{bundle}/document", data={**head, "text": text})
    assert all(f'value="{each}"' in read.text for each in ("N21-1", "N21-2", "一(一)", "一(二)"))
    marked = {
        "id": ["N21-1", "N21-2", "N21-3"], "at": ["一", "一(一)", "一(二)"], "title_of": ["总则", "调查", "审批"],
        "text_of": ["总则", "五个工作日内调查核实。", "乡镇审批。"], "chosen": ["1", "2"], "act": "save",
    }  # fmt: skip
    wrong = owner.post(f"{bundle}/document", data={**head, **marked, "id": ["N21-1", "A4", "N21-3"]})
    assert wrong.status_code == 422
    assert "目录中已有这个条款" in wrong.text
    assert "五个工作日内调查核实。" in wrong.text, "nothing typed is lost"
    links = owner.post(f"{bundle}/document", data={**head, **marked}).location
    assert "村（社区）调查核实" in owner.get(links).text
    owner.post(f"{bundle}/document/links", data={"to:N21-2": "relief.bpmn#village_investigation", "to:N21-3": ""})
    kept = owner.get(f"{bundle}/content?path=catalogue.yaml").data.decode()
    assert "N21-2" in kept
    assert "N21-1:" not in kept
    assert ">N21-2、" in owner.get(f"{bundle}/content?path=relief.bpmn").data.decode()
    offered = owner.get(f"{bundle}/materials").json or {}
    assert {"N21-2", "N21-3"} <= {each["value"] for each in offered["clauses"]}


def test_what_is_found_is_mended_at_one_press_and_nothing_broken_is_submitted(web: Web) -> None:
    owner = _owner(web)
    at, bundle = _begun(owner)
    where, diagram = {"path": "relief.bpmn"}, FILES["relief.bpmn"]
    broken = diagram.replace(b'"township_review.form.json"', b'"township_reviews.form.json"')
    owner.put(f"{bundle}/content", query_string={**where, "was": digest(diagram)}, data=broken)
    found = owner.get(f"{bundle}/findings", query_string=where).text
    assert "1 处须改正" in found
    assert "at=township_review" in html.unescape(found)
    mend = {name: html.unescape(text) for name, text in re.findall(r'name="(\w+)" value="([^"]*)"', found)}
    assert (mend["path"], mend["was"]) == ("relief.bpmn", digest(broken))
    with web.database.read() as session:
        row = store.bundle_of(session, *re.findall(r"\w{32}", bundle))
        on = local_date(web.clock.now())
        trials = checking.trials_of(session, row, on)
        prepared = checking.Prepared(row.id, checking.subject_of(session, row, on), trials, {}, "")
    outcome = gate.run(prepared.trials)
    with web.database.write() as session:
        checking.keep(session, prepared, outcome, web.clock.now())
    refused = owner.post(f"{at}/submit", data={"from": "2020-11-01"})
    assert refused.status_code == 409
    assert "检查没有通过" in refused.text
    assert "改为“township_review.form.json”" in refused.text

    owner.post(f"{bundle}/mend", data=mend)
    assert owner.get(f"{bundle}/content", query_string=where).data == diagram
    assert "没有发现问题" in owner.get(f"{bundle}/findings", query_string=where).text
    again = owner.post(f"{bundle}/mend", data=mend)
    assert again.status_code == 409
    assert "又改过" in again.text
    assert owner.get(f"{bundle}/content", query_string=where).data == diagram


def test_what_no_story_comes_to_is_listed_with_its_share_and_marked_on_the_diagram(web: Web) -> None:
    owner = _owner(web)
    at, bundle = _begun(owner)
    assert "还没有按现在的内容检查过" in owner.get(f"{bundle}/reach").text
    _pass_checks(web, at, {"relief.bpmn": ["apply", "application_form"], "eligibility.dmn": ["申请条件（据申请书）#3"]})
    page = re.sub(r"\s+", " ", owner.get(f"{bundle}/reach").text)
    assert re.search(
        r'环节</a></td><td data-label="共有" class="end figures">13</td><td [^>]*>2</td><td [^>]*>11<', page
    )
    assert "申请条件（据申请书） 第 3 行" not in page
    assert re.search(r"path=eligibility.dmn&amp;at=application_eligibility&amp;row=2", page)
    marked = json.loads(html.unescape(re.findall(r'data-heat="(.*?)"', page)[0]))
    assert "payment" in marked
    assert "apply" not in marked
