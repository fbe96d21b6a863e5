"""What Word and WPS put into a file besides what it says: none of it leaves the house, and the author hears of it."""

import io
import json
import re

import pytest
from docx import Document
from lxml import etree

from app.documents import package
from app.documents.checking import check_files
from app.documents.pictures import png
from app.documents.template import load_template
from app.documents.text import extract_text
from app.documents.tidying import Tidied, tidied
from app.documents.upload import check_upload, take_in
from tests.unit.documents.test_upload import RELATION, changed, in_body

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = "[Content_Types].xml"
MICROSOFT = "http://schemas.microsoft.com/office/2006/relationships"


def with_part(docx, name, content, kind, *, of="word/document.xml", content_type="application/xml", within=""):
    """The document with one more part that another one refers to as rId99, and XML in its body."""
    folder, _, base = of.rpartition("/")
    relations = f"{folder}/_rels/{base}.rels" if folder else "_rels/.rels"
    kind = kind if "://" in kind else f"{RELATION}/{kind}"
    row = f'<Relationship Id="rId99" Type="{kind}" Target="/{name}"/>'.encode()

    def change(part, raw):
        if part == relations:
            return raw.replace(b"</Relationships>", row + b"</Relationships>")
        if part == TYPES:
            override = f'<Override PartName="/{name}" ContentType="{content_type}"/>'.encode()
            return raw.replace(b"</Types>", override + b"</Types>")
        return raw.replace(b"<w:body>", b"<w:body>" + within.encode()) if part == "word/document.xml" else raw

    add = [(name, content)]
    if relations not in package.parts(docx):
        whole = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
        add.append((relations, whole.format(row.decode())))
    return changed(docx, change, add=add)


def commented():
    document = Document()
    run = document.add_paragraph("兹通知").add_run("{{ name }}")
    document.add_comment(run, text="这里要问李主任", author="王五", initials="w")
    document.core_properties.last_modified_by = document.core_properties.author = "王五"
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


CHANGES = (
    '<w:p><w:pPr><w:jc w:val="left"/><w:pPrChange w:id="7" w:author="王五"><w:pPr/></w:pPrChange></w:pPr><w:r><w:rPr>'
    '<w:b/><w:rPrChange w:id="8" w:author="王五"><w:rPr/></w:rPrChange></w:rPr><w:t>甲</w:t></w:r></w:p>'
)
BOUND = (
    '<w:sdt><w:sdtPr><w:alias w:val="题"/><w:dataBinding w:xpath="/a" w:storeItemID="{0}"/></w:sdtPr><w:sdtContent>'
    "<w:p><w:r><w:t>{{ name }}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
)
SVG = (
    '<a:extLst><a:ext uri="{96DAC541-7B7A-43D3-8B79-37D633B846F1}"><asvg:svgBlip r:embed="rId99" '
    f'xmlns:r="{RELATION}" xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main"/></a:ext></a:extLst>'
)


def drawn():
    """A picture that Word keeps twice: as a PNG, and as the SVG that it came from."""
    document, buffer = Document(), io.BytesIO()
    document.add_paragraph("{{ name }}").add_run().add_picture(io.BytesIO(png(8, 8, 0, [b"\xff" * 8] * 8)))
    document.save(buffer)
    layered = changed(
        buffer.getvalue(),
        lambda name, raw: re.sub(rb"(<a:blip [^>]*)/>", rb"\1>" + SVG.encode() + b"</a:blip>", raw)
        if name == "word/document.xml" else raw,
    )  # fmt: skip
    return with_part(layered, "word/media/a.svg", b"<svg/>", "image")


@pytest.fixture
def kinds(word):
    """By name: a file, what is told of it, and what must be nowhere in a letter."""
    plain = word("{{ name }}")
    sheet = f'<w:settings xmlns:w="{W}" xmlns:r="{RELATION}"><w:attachedTemplate r:id="rId99"/></w:settings>'.encode()
    attached = with_part(plain, "word/a.dotm", b"x", "attachedTemplate", of="word/settings.xml")
    return {
        "comment": (commented(), "批注 1 处", "李主任"),
        "who wrote it": (commented(), "批注 1 处", "王五"),
        "formatting revision": (changed(plain, in_body(CHANGES.encode())), "格式修订 2 处", "王五"),
        "bound control": (
            with_part(plain, "customXml/item7.xml", b"<a>stale value</a>", "customXml", within=BOUND),
            "内容控件与文档数据的绑定 1 处", "stale value",
        ),
        "svg": (drawn(), "SVG 图片", "svgBlip"),
        "printer": (
            with_part(plain, "word/printerSettings/p1.bin", b"HP LaserJet", "printerSettings"),
            "打印机设置", "LaserJet",
        ),
        "template": (
            changed(attached, lambda name, raw: sheet if name == "word/settings.xml" else raw),
            "附加的模板文件", "attachedTemplate",
        ),
        "signature": (with_part(plain, "word/o.sigs", b"x", f"{MICROSOFT}/origin", of=""), "数字签名", "o.sigs"),
        "add-in": (
            with_part(plain, "word/panes.xml", b"<x/>", f"{MICROSOFT}/webextensiontaskpanes", of=""),
            "加载项", "panes",
        ),
    }  # fmt: skip


NAMES = ("comment", "who wrote it", "formatting revision", "bound control", "svg", "printer", "template", "signature",
         "add-in")  # fmt: skip


@pytest.mark.parametrize("kind", NAMES)
def test_it_never_leaves_the_house(kinds, kind, contract_of):
    data, told, secret = kinds[kind]
    assert within(data, secret)
    taken = take_in(data)
    assert taken.problems == []
    assert told in "、".join(taken.dropped)
    assert not within(taken.data, secret)
    assert tidied(taken.data) == Tidied(taken.data, ())
    letter = load_template(data).render({"name": "甲"})
    assert "甲" in extract_text(letter)
    assert not within(letter, secret)
    assert check_upload(letter) == []
    warned = check_files(taken.data, contract_of(name="text"), json.dumps({"name": "乙"}).encode())
    assert warned == []


def within(docx, secret):
    return any(secret.encode() in content or secret in name for name, content in package.parts(docx).items())


def test_what_nobody_has_to_know_of_is_kept_as_it_came(shipped):
    """So that a template that was fetched and brought back unchanged is no change."""
    assert take_in(shipped.template).data is shipped.template


def test_a_folder_of_files_is_told_what_will_not_go_out(contract_of):
    """Who does not upload in the product keeps the file as it is: the letter goes without, and the check says so."""
    (problem,) = check_files(commented(), contract_of(name="text"), b'{"name": "x"}')
    assert (problem.severity, problem.message) == ("warning", "批注 1 处不会随文书发出")


def test_what_nothing_leads_to_is_no_part_of_a_letter(word):
    lost = changed(word("甲"), add=[("word/media/lost.png", b"secret")])
    assert take_in(lost).problems == []
    assert not within(load_template(lost).render({}), "secret")
    (problem,) = take_in(changed(word("甲"), add=[("word/vbaProject.bin", b"x")])).problems
    assert "不允许的文件类型" in problem.message


def test_a_tag_in_the_place_of_the_author_stays(word):
    data = changed(word("甲"), lambda name, raw: raw.replace(b"python-docx", b"{{ name }}") if "core" in name else raw)
    core = package.parts(load_template(data).render({"name": "某镇"}))["docProps/core.xml"].decode()
    assert "某镇" in core


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "设了打开密码"),
        (b"%PDF-1.7 x", "这是 PDF"),
        (b"{\\rtf1 x}", "这是 RTF"),
        (b"<html><body>x</body></html>", "这是网页"),
    ],
)
def test_other_files_are_called_by_their_names(data, words):
    (problem,) = take_in(data).problems
    assert words in problem.message
    assert "另存为不带密码的 .docx" in problem.message


def test_strict_documents_are_told_what_to_do(word):
    def strict(name, raw):
        return (
            raw.replace(W.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main")
            if "document.xml" in name
            else raw
        )

    (problem, *_) = take_in(changed(word("甲"), strict)).problems
    assert "Strict Open XML" in problem.message
    assert "Word 文档 (*.docx)" in problem.message


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"PK\5\6" + bytes(18), b"x" * (6 << 20)])
def test_what_cannot_be_unpacked_is_left_as_it_is(data):
    taken = take_in(data)
    assert taken.data == data
    assert taken.problems


def rendered(docx, **values):
    return etree.fromstring(package.parts(load_template(docx).render(values))["word/document.xml"])


def test_what_a_loop_leaves_empty_is_mended(word):
    """An empty cell, a row without cells, a table without rows, a control and a header without paragraphs."""
    head, row, end = ["{%tr for x in xs %}", ""], ["{{ x }}", "乙"], ["{%tr endfor %}", ""]
    gone = rendered(word("甲", rows=[head, row, end]), xs=[])
    assert list(gone.iter(f"{{{W}}}tbl")) == []
    cell = "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc><w:tcPr/>{}</w:tc></w:tr></w:tbl>"
    lines = "".join(f"<w:p><w:r><w:t>{tag}</w:t></w:r></w:p>" for tag in ("{%p if xs %}", "{{ xs }}", "{%p endif %}"))
    for body in (cell.format(lines), f"<w:sdt><w:sdtPr/><w:sdtContent>{lines}</w:sdtContent></w:sdt>"):
        data = changed(word("甲"), in_body(body.encode()))
        root = rendered(data, xs="")
        assert [len(each) for each in root.iter(f"{{{W}}}sdtContent")] == []
        assert [[child.tag.rpartition("}")[2] for child in each] for each in root.iter(f"{{{W}}}tc")] in (
            [],
            [["tcPr", "p"]],
        )
        assert "有" in extract_text(load_template(data).render({"xs": "有"}))
    document = Document(io.BytesIO(word("甲", header="{%p if xs %}")))
    for text in ("{{ xs }}", "{%p endif %}"):
        document.sections[0].header.add_paragraph(text)
    buffer = io.BytesIO()
    document.save(buffer)
    letter = package.parts(load_template(buffer.getvalue()).render({"xs": ""}))
    assert [etree.QName(each).localname for each in etree.fromstring(letter["word/header1.xml"])] == ["p"]
