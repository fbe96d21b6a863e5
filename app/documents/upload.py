"""Is an uploaded file a Word document that can do no harm? Looked at before anything parses it as one."""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

from app.documents import fields, places
from app.documents.errors import Problem, error

_MIB = 1 << 20
_MAX_FILE, _MAX_PART, _MAX_TOTAL, _MAX_MEMBERS = 5 * _MIB, 10 * _MIB, 40 * _MIB, 300
_MAX_RATIO = 200
_EXTENSIONS = {"xml", "rels", "png", "jpeg", "jpg", "gif", "bmp", "tif", "tiff", "emf", "wmf", "odttf", "fntdata"}
_CONTENT_TYPE = re.compile(r"macroEnabled|vbaProject|activeX|oleObject|\.template\.", re.I)
_RELATION = re.compile(
    r"/(attachedTemplate|oleObject|package|vbaProject|subDocument|frame|aFChunk|externalLink\w*|control|"
    r"mailMergeSource|mailMergeHeaderSource|transform|attachedSchema|settingsTemplate)$",
    re.I,
)
_EMBEDDED = ("{*}altChunk", "{*}object", "{*}control", "{*}OLEObject", "{*}subDoc", "{*}movie", "{*}scriptAnchor")
_LINK = ("http://", "https://", "mailto:", "tel:")
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError)  # also what zipfile cannot do
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def check_upload(data: bytes) -> list[Problem]:
    """Every reason to refuse the file as a template; an empty list: it may be opened.

    Reads no more than 40 MB out of it, whatever the archive claims, and follows no reference.
    """
    if len(data) > _MAX_FILE:
        return [error(f"文件超过 {_MAX_FILE // _MIB} MB")]
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN:
        return [error("不是有效的 Word 文档（.docx），请用 Word 或 WPS 另存为 .docx 后再上传")]
    with archive:
        problems = list(_members(archive))
        return problems or list(_contents(archive))


def _members(archive: zipfile.ZipFile) -> Iterator[Problem]:
    """What the directory of the archive says."""
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
        if not name.endswith("/") and name.rpartition(".")[2].lower() not in _EXTENSIONS:
            yield error("包内有不允许的文件类型（宏、控件、嵌入对象等）", name)
    if sum(member.file_size for member in members) > _MAX_TOTAL:
        yield error("解压后过大")


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
                yield error(f"不允许的内容类型 {kind}（宏、控件、嵌入对象或模板文件）", name)
    else:
        yield from _active(name, root)


def _relations(name: str, root: etree._Element) -> Iterator[Problem]:
    for relation in root.iter("{*}Relationship"):
        kind, target = relation.get("Type", ""), relation.get("Target", "")
        if _RELATION.search(kind):
            yield error(f"不允许的引用 {kind.rpartition('/')[2]} → {target}", name)
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
