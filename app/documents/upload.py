"""Is an uploaded file a Word document that can do no harm? Looked at before anything parses it as one."""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from app.documents import fields, places
from app.documents.errors import Problem, error
from app.documents.tidying import Tidied, tidied

_MIB = 1 << 20
_MAX_FILE, _MAX_PART, _MAX_TOTAL, _MAX_MEMBERS = 5 * _MIB, 10 * _MIB, 40 * _MIB, 300
_MAX_RATIO = 200
_EXTENSIONS = {"xml", "rels", "png", "jpeg", "jpg", "gif", "bmp", "tif", "tiff", "emf", "wmf", "odttf", "fntdata"}
_CONTENT_TYPE = re.compile(r"macroEnabled|vbaProject|activeX|oleObject|\.template\.", re.I)
_RELATION = re.compile(
    r"/(oleObject|package|vbaProject|subDocument|frame|aFChunk|externalLink\w*|control|"
    r"mailMergeSource|mailMergeHeaderSource|transform|attachedSchema|settingsTemplate)$",
    re.I,
)
_EMBEDDED = ("{*}altChunk", "{*}object", "{*}control", "{*}OLEObject", "{*}subDoc", "{*}movie", "{*}scriptAnchor")
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "这是老格式的 .doc 或 .wps，或者设了打开密码"),
    (b"%PDF", "这是 PDF"),
    (b"{\\rtf", "这是 RTF 文件"),
    (b"<", "这是网页或 XML 文件"),
)
_ADVICE = {
    "svg": "SVG 图片请另存为 PNG 后重新插入",
    "xlsx": "图表或嵌入的表格请选择性粘贴为图片",
    **dict.fromkeys(("mp4", "avi", "wmv", "mp3", "wav"), "视频和声音请删除"),
}
_STRICT = "http://purl.oclc.org/ooxml/"
_LINK = ("http://", "https://", "mailto:", "tel:")
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError)  # also what zipfile cannot do
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


@dataclass(frozen=True, slots=True)
class Taken:
    """What was uploaded, without what no letter needs; `dropped` says what that was. `problems`: as `check_upload`."""

    data: bytes
    dropped: tuple[str, ...]
    problems: list[Problem]


def take_in(data: bytes) -> Taken:
    """The file, tidied (`tidying`) where its author has to know of it or it could not be taken otherwise."""
    problems = check_upload(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            safe = len(data) <= _MAX_FILE and next(_unsafe(archive), None) is None
        tidy = tidied(data) if safe else Tidied(data, ())
    except (*_BROKEN, etree.XMLSyntaxError):
        return Taken(data, (), problems)
    if not problems and not tidy.dropped:
        return Taken(data, (), [])
    return Taken(tidy.data, tidy.dropped, check_upload(tidy.data))


def check_upload(data: bytes) -> list[Problem]:
    """Every reason to refuse the file as a template; an empty list: it may be opened.

    Reads no more than 40 MB out of it, whatever the archive claims, and follows no reference.
    """
    if len(data) > _MAX_FILE:
        return [error(f"文件超过 {_MAX_FILE // _MIB} MB，请压缩里面的图片")]
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN:
        start = data.lstrip()[:8]
        found = next((told for sign, told in _OTHERS if start.startswith(sign)), "不是有效的 Word 文档（.docx）")
        return [error(f"{found}，请用 Word 或 WPS 另存为不带密码的 .docx 后再上传")]
    with archive:
        problems = [*_unsafe(archive), *_foreign(archive)]
        return problems or list(_contents(archive))


def _unsafe(archive: zipfile.ZipFile) -> Iterator[Problem]:
    """What the directory of the archive says against unpacking it."""
    members = archive.infolist()
    names = [member.filename for member in members]
    if len(members) > _MAX_MEMBERS:
        yield error("包内文件过多")
        return
    if len({name.lower() for name in names}) != len(names):
        yield error("包内有重名的文件")
    if not {"[Content_Types].xml", "word/document.xml"} <= set(names):
        yield error("不是 Word 文档：缺少 word/document.xml")
    for member in members:
        name = member.filename
        if name.startswith("/") or "\\" in name or ":" in name or ".." in posixpath.normpath(name).split("/"):
            yield error("包内有越界的路径", name)
        if member.flag_bits & 1:
            yield error("包内有加密的文件，请去掉密码", name)
        if member.file_size > _MAX_PART or (
            member.file_size > _MIB and member.file_size > _MAX_RATIO * max(member.compress_size, 1)
        ):
            yield error("疑似压缩炸弹", name)
    if sum(member.file_size for member in members) > _MAX_TOTAL:
        yield error("解压后过大")


def _foreign(archive: zipfile.ZipFile) -> Iterator[Problem]:
    for name in archive.namelist():
        extension = name.rpartition(".")[2].lower()
        if not name.endswith("/") and extension not in _EXTENSIONS:
            told = _ADVICE.get(extension, "宏、控件、嵌入对象等请删除后再上传")
            yield error(f"包内有不允许的文件类型：{told}", name)


def _contents(archive: zipfile.ZipFile) -> Iterator[Problem]:
    """What the XML parts say. The sizes that count are the real ones, not the declared ones."""
    total = 0
    for member in archive.infolist():
        name = member.filename
        try:
            with archive.open(member) as stream:
                content = stream.read(_MAX_PART + 1)
        except _BROKEN:
            yield error("包内文件已损坏，请用 Word 或 WPS 打开后重新保存", name)
            return
        total += len(content)
        if len(content) > _MAX_PART or total > _MAX_TOTAL:
            yield error("疑似压缩炸弹", name)
            return
        if name.endswith((".xml", ".rels")):
            yield from _xml(name, content)


def _xml(name: str, content: bytes) -> Iterator[Problem]:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        yield error("含有 DOCTYPE 声明", name)
        return
    try:
        root = etree.fromstring(content, _PARSER)
    except etree.XMLSyntaxError as exc:
        yield error(f"第 {exc.lineno} 行不是合法的 XML，文件可能已损坏，请用 Word 或 WPS 打开后重新保存", name)
        return
    if root.getroottree().docinfo.doctype:  # also in an encoding that hides it from the search above
        yield error("含有 DOCTYPE 声明", name)
    elif name.endswith(".rels"):
        yield from _relations(name, root)
    elif name == "[Content_Types].xml":
        for item in root.iter("{*}Override", "{*}Default"):
            if _CONTENT_TYPE.search(kind := item.get("ContentType", "")):
                yield error(f"不允许的内容类型 {kind}（.docm、.dotx，或者宏、控件、嵌入对象），请另存为 .docx", name)
    elif str(root.tag).startswith(f"{{{_STRICT}"):
        yield error("这是“Strict Open XML 文档”，请在 Word 里另存为“Word 文档 (*.docx)”后再上传", places.called(name))
    else:
        yield from _active(name, root)


def _relations(name: str, root: etree._Element) -> Iterator[Problem]:
    for relation in root.iter("{*}Relationship"):
        kind, target = relation.get("Type", ""), relation.get("Target", "")
        if kind.endswith("/attachedTemplate"):
            told = "请在 Word“开发工具”的“文档模板”里去掉，或者在“政策变更”页面上传，会自动去掉"
            yield error(f"附加了模板文件（attachedTemplate）{target}，{told}", name)
        elif _RELATION.search(kind):
            yield error(f"不允许的引用 {kind.rpartition('/')[2]} → {target}，请删除这个对象", name)
        elif relation.get("TargetMode") == "External":
            if not (kind.endswith("/hyperlink") and target.lower().startswith(_LINK)):
                yield error(f"引用了文档以外的内容 {target}", name)
        elif ".." in posixpath.normpath(posixpath.join("a/b", target.lstrip("/"))).split("/"):
            yield error(f"引用越界 {target}", name)


def _active(name: str, root: etree._Element) -> Iterator[Problem]:
    for each in fields.fields(root):
        if (told := fields.fault(each)) is not None:
            yield error(told, places.of(name, each.element))
    if (embedded := next(root.iter(*_EMBEDDED), None)) is not None:
        told = "含有嵌入的对象、控件或外部文档，请删除，或者选择性粘贴为图片"
        yield error(told, places.of(name, embedded))
