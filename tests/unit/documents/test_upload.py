"""Hostile files: each is refused, and refused for what it is."""

import io
import zipfile

import pytest

from app.documents.upload import check_upload

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def changed(docx: bytes, change=None, add=(), method=zipfile.ZIP_DEFLATED) -> bytes:
    """The document with `change(name, content)` applied to its members, and members added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(buffer, "w", method) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(name, content) if change else content)
        for name, content in add:
            target.writestr(name, content)
    return buffer.getvalue()


def related(kind: str, target: str, mode: str = "External"):
    relation = f'<Relationship Id="rId99" Type="{RELATION}/{kind}" Target="{target}" TargetMode="{mode}"/>'.encode()
    return lambda name, content: (
        content.replace(b"</Relationships>", relation + b"</Relationships>")
        if name == "word/_rels/document.xml.rels"
        else content
    )


def in_body(xml: bytes):
    return lambda name, content: (
        content.replace(b"<w:body>", b"<w:body>" + xml, 1) if name == "word/document.xml" else content
    )


def in_part(part: str, old: bytes, new: bytes):
    return lambda name, content: content.replace(old, new, 1) if name == part else content


def test_what_ships_may_be_uploaded(shipped):
    assert check_upload(shipped.template) == []


def test_a_web_link_may_stay(word):
    assert check_upload(changed(word("甲"), related("hyperlink", "https://example.org/"))) == []


FIELD = '<w:p><w:r><w:instrText xml:space="preserve"> {} </w:instrText></w:r></w:p>'
HOSTILE = {
    "remote template": (related("attachedTemplate", "http://example.org/a.dotm"), "attachedTemplate"),
    "remote image": (related("image", "http://example.org/a.png"), "文档以外"),
    "script link": (related("hyperlink", "javascript:alert(1)"), "文档以外"),
    "file link": (related("hyperlink", "file:///etc/passwd"), "文档以外"),
    "ole": (related("oleObject", "embeddings/a.xml", "Internal"), "oleObject"),
    "altchunk relation": (related("aFChunk", "a.xml", "Internal"), "aFChunk"),
    "sub document": (related("subDocument", "a.docx"), "subDocument"),
    "relation out of the package": (related("image", "../../../etc/passwd", "Internal"), "越界"),
    "altchunk": (in_body(b"<w:altChunk/>"), "嵌入"),
    "object": (in_body(b"<w:p><w:r><w:object/></w:r></w:p>"), "嵌入"),
    "dde": (in_body(FIELD.format("DDEAUTO c:\\\\cmd.exe").encode()), "DDEAUTO"),
    "dde in pieces": (
        in_body(b"<w:p><w:r><w:instrText>DDEA</w:instrText></w:r><w:r><w:instrText>UTO x</w:instrText></w:r></w:p>"),
        "DDEAUTO",
    ),
    "include": (in_body(b'<w:p><w:fldSimple w:instr="includetext /etc/passwd"/></w:p>'), "INCLUDETEXT"),
    "macros": (in_part("[Content_Types].xml", b"wordprocessingml.document.main", b"ms-word.macroEnabled"), "内容类型"),
    "doctype": (in_part("word/styles.xml", b"<w:styles", b'<!DOCTYPE a [<!ENTITY b "c">]><w:styles'), "DOCTYPE"),
    "broken xml": (in_part("word/document.xml", b"</w:body>", b""), "XML"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_contents(word, name):
    change, reason = HOSTILE[name]
    data = changed(word("甲"), change)
    assert data != changed(word("甲"))
    problems = check_upload(data)
    assert any(reason in problem.message for problem in problems), problems
    assert {problem.severity for problem in problems} == {"error"}


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ("word/vbaProject.bin", "不允许的文件类型"),
        ("word/embeddings/a.exe", "不允许的文件类型"),
        ("../../etc/cron.xml", "越界"),
        ("/etc/cron.xml", "越界"),
        ("word\\..\\..\\a.xml", "越界"),
        ("C:/a.xml", "越界"),
        ("WORD/document.xml", "重名"),
    ],
)
def test_hostile_members(word, member, reason):
    problems = check_upload(changed(word("甲"), add=[(member, b"<a/>")]))
    assert any(reason in problem.message for problem in problems), problems


def test_doctype_in_another_encoding(word):
    hidden = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16")
    problems = check_upload(changed(word("甲"), add=[("word/extra.xml", hidden)]))
    assert any("DOCTYPE" in problem.message for problem in problems)


def test_zip_bombs(word):
    assert "炸弹" in check_upload(changed(word("甲"), add=[("word/a.xml", b" " * (3 << 20))]))[0].message
    many = [(f"word/a{number}.xml", b"<a/>") for number in range(400)]
    assert "过多" in check_upload(changed(word("甲"), add=many))[0].message


def test_a_bomb_that_lies_about_its_size(word):
    data = bytearray(changed(word("甲"), add=[("word/zz.xml", b" " * (11 << 20))]))
    size = (11 << 20).to_bytes(4, "little")
    at = data.rindex(size)
    data[at : at + 4] = (100).to_bytes(4, "little")
    problems = check_upload(bytes(data))
    assert problems
    assert problems[0].where == "word/zz.xml"


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"\xd0\xcf\x11\xe0" * 100, b"x" * (6 << 20)])
def test_not_a_document(data):
    assert len(check_upload(data)) == 1


def test_a_spreadsheet_is_no_letter():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert "不是 Word 文档" in check_upload(buffer.getvalue())[0].message
