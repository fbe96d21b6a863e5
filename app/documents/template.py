"""A Word template, compiled once and rendered many times, from any number of threads.

docxtpl is the reference: what a letter says and how its XML reads is docxtpl's (a test compares them), but docxtpl
parses, patches and compiles the whole file again for every letter, and a `DocxTemplate` shared between threads mixes
people's data. Here the patched XML is compiled once, the parts that never change are compressed once, and a letter
costs a few string joins. What only docxtpl can do (columns made in a loop, merged cells, tags in footnotes) goes
through a fresh `DocxTemplate` for each letter.
"""

import io
import re
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jinja2
from docxtpl import DocxTemplate
from lxml import etree

from app.core.lru import by_content
from app.documents import fields, jinja_words, mending, package, pictures, places, sandbox
from app.documents.errors import DocumentError
from app.documents.filters import Unprintable
from app.documents.package import Entry
from app.documents.tidying import tidied

_PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")
_CORE = "docProps/core.xml"
_DECLARATION = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
_HAS_TAGS = re.compile(r"\{[{%#]")
_MARKUP = re.compile(r"<[^>]+>")
# Tags that change how many columns a row has: docxtpl repairs the table's grid in the tree afterwards.
_COLUMNS = re.compile(r"\{%\s*(?:tc|colspan|hm)\b|\{#tc\b")
# Tags that leave what Word may not read as it is: paragraphs, rows and cells taken out, cells merged or coloured.
_UNSOUND = re.compile(r"\{[%#](?:p|tr|tc)\s|\{%\s*(?:vm|hm|colspan|cellbg)\b")
_LITERAL = re.compile(r"\{_[{%]|[}%]_\}")
_PRINTED = re.compile(r"\{\{ '[{}%]{2}' \}\}")
_BREAKS = re.compile(r"<w:t(?: [^>]*)?>[^<]*[\n\t]")
_PARAGRAPH = re.compile(r"<w:p([ >])")
_DOC_PR = re.compile(r'(<wp:docPr\b[^>]*? id=")[^"]*(")')


@dataclass(frozen=True)
class Source:
    """One place that may hold tags: Jinja source with one paragraph to a line, and how to call the place."""

    part: str
    where: str
    text: str


@dataclass(frozen=True)
class _Dynamic:
    """A part that changes with the letter: constant text around a compiled middle."""

    before: str
    template: jinja2.Template
    after: str
    body: bool


@dataclass(frozen=True)
class Template:
    """A template; `render` is a pure function of it and of the values. `data`: the file, tidied."""

    data: bytes
    sources: tuple[Source, ...]
    pictures: Mapping[str, str]  # alternative text → name of the part with the picture
    needs_docxtpl: bool
    prints_braces: bool
    _unsound: frozenset[str]  # parts to be mended (`mending`)
    _dynamic: Mapping[str, _Dynamic] = field(repr=False)
    _entries: Mapping[str, Entry | None] = field(repr=False)  # None: made anew for each letter

    def render(self, context: Mapping[str, Any], images: Mapping[str, bytes] | None = None, name: str = "") -> bytes:
        """The letter as .docx; the same bytes for the same values.

        `context` holds strings, numbers, booleans, None, and lists and mappings of them. `images` replaces PNG
        pictures by their alternative text. Raises DocumentError that names template, paragraph and variable.
        """
        if self.needs_docxtpl:
            rendered = self._through_docxtpl(context, name)
        else:
            rendered = {part: self._part(part, context, name).encode() for part in self._dynamic}
        for part, content in rendered.items():
            if part.endswith(".xml"):
                rendered[part] = self._whole(part, content, name)
        for text, picture in (images or {}).items():
            if (target := self.pictures.get(text)) is not None:
                rendered[target] = picture
        names = dict.fromkeys((*self._entries, *rendered))
        return package.pack(
            package.entry(part, rendered[part]) if part in rendered else self._entry(part) for part in names
        )

    def _entry(self, part: str) -> Entry:
        found = self._entries[part]
        assert found is not None, part
        return found

    def _part(self, part: str, context: Mapping[str, Any], name: str) -> str:
        dynamic = self._dynamic[part]
        try:
            xml = dynamic.template.render(context)
        except Exception as exc:
            raise self._explained(exc, part, context, name) from exc
        if _BREAKS.search(xml):
            xml = _PATCHER.resolve_listing(xml)
        if dynamic.body and "<wp:docPr" in xml:
            ids = iter(range(1001, 1_000_000))
            xml = _DOC_PR.sub(lambda match: f"{match[1]}{next(ids)}{match[2]}", xml)
        return dynamic.before + xml + dynamic.after

    def _through_docxtpl(self, context: Mapping[str, Any], name: str) -> dict[str, bytes]:
        document = DocxTemplate(io.BytesIO(self.data))
        try:
            document.render(dict(context), sandbox.environment())
        except Exception as exc:
            raise self._explained(exc, self.sources[0].part, context, name) from exc
        buffer = io.BytesIO()
        document.save(buffer)
        rendered = package.parts(buffer.getvalue())
        if _CORE in self._dynamic:  # docxtpl escapes properties twice
            rendered[_CORE] = self._part(_CORE, context, name).encode()
        return rendered

    def _whole(self, part: str, content: bytes, name: str) -> bytes:
        """The part as Word can read it. Raises DocumentError where it is no XML."""
        try:
            root = etree.fromstring(content, _PARSER)
        except etree.XMLSyntaxError as exc:
            raise DocumentError(
                f"{places.called(part)}：生成的内容不完整，请检查 {{%p if %}}、{{%p for %}} 是否单独成段并成对出现",
                template=name or None,
            ) from exc
        if part in self._unsound and mending.mend(root):
            return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        return content

    def _explained(self, exc: Exception, part: str, context: Mapping[str, Any], name: str) -> DocumentError:
        """Render again with a line for each paragraph, which the compiled template has no need of, to find where."""
        for source in sorted(self.sources, key=lambda s: s.part != part):
            try:
                sandbox.environment().from_string(source.text).render(context)
            except Exception as again:
                line = next((f.lineno for f in reversed(traceback.extract_tb(again.__traceback__))
                             if f.filename == "<template>"), None)  # fmt: skip
                variable, message = _reason(again, source.text, line or 0, context)
                where = sandbox.quote(source.text, line or 0)
                return DocumentError(f"{source.where}：{message}{where}", template=name or None, variable=variable)
        return DocumentError(f"{places.called(part)}：没有能生成", template=name or None)


def _reason(exc: Exception, source: str, line: int, context: Mapping[str, Any]) -> tuple[str | None, str]:
    if isinstance(exc, jinja2.UndefinedError):
        return jinja_words.undefined(exc)
    if isinstance(exc, Unprintable):
        lines = source.splitlines()
        used = re.findall(r"\{\{\s*([A-Za-z_]\w*)", lines[line - 1]) if 0 < line <= len(lines) else []
        variable = next((name for name in used if not isinstance(context.get(name), str)), None)
        return variable, f"变量 {variable or '（循环内）'} {exc.message}"
    return None, "标签里的值不能这样用，请检查比较的两边是不是同一种值、过滤器是不是用在文字上"


@by_content(most=32 << 20, times=4)
def load_template(data: bytes) -> Template:
    """The compiled template, kept for as long as it is in use. Its bytes have passed `check_upload`.

    Raises DocumentError where the file is no Word document or a tag is not allowed.
    """
    tidy, document, parts = _opened(data)
    sources: list[Source] = []
    dynamic: dict[str, _Dynamic] = {}
    needs_docxtpl, unsound = False, set()
    for part, where, before, xml, after in _places(document, parts):
        body = where == "正文"
        patched = _braces(document.patch_xml(xml))
        lined = _PARAGRAPH.sub(r"\n<w:p\1", patched)
        if not _HAS_TAGS.search(patched) and not body:
            continue
        sandbox.parse(lined, where)
        sources.append(Source(part, where, lined))
        tags = _MARKUP.sub("", xml)
        needs_docxtpl |= where == "脚注" or _COLUMNS.search(tags) is not None
        if _UNSOUND.search(tags):
            unsound.add(part)
        if where != "脚注":
            dynamic[part] = _Dynamic(before, sandbox.environment().from_string(patched), after, body)
    entries = {name: None if name in dynamic else package.entry(name, raw, 9) for name, raw in parts.items()}
    return Template(
        data=tidy,
        sources=tuple(sources),
        pictures=pictures.by_alternative_text(parts),
        needs_docxtpl=needs_docxtpl,
        prints_braces=any(_PRINTED.search(source.text) for source in sources),
        _unsound=frozenset(unsound),
        _dynamic=dynamic,
        _entries=entries,
    )


def _opened(data: bytes) -> tuple[bytes, DocxTemplate, dict[str, bytes]]:
    """The file tidied, and its parts as docxtpl writes them. Raises DocumentError."""
    try:
        tidy = tidied(data).data
        document = DocxTemplate(io.BytesIO(tidy))
        document.init_docx()
        for prop in _PROPERTIES:  # docxtpl writes them back too, even when empty
            setattr(document.core_properties, prop, getattr(document.core_properties, prop))
        buffer = io.BytesIO()
        document.docx.save(buffer)
    except Exception as exc:
        raise DocumentError("不是能打开的 Word 文档（.docx），请用 Word 或 WPS 另存为 .docx 后再上传") from exc
    parts = package.parts(buffer.getvalue())
    for name, content in parts.items():
        if name.startswith("word/") and b"nstr" in content:  # instrText, w:instr
            for each in fields.fields(etree.fromstring(content, _PARSER)):
                if each.is_tagged:  # also of what was published before uploads were asked
                    raise DocumentError(f"{places.of(name, each.element)}：{fields.fault(each)}")
    return tidy, document, parts


def _braces(patched: str) -> str:
    """``{_{`` and its like print braces: docxtpl replaces them in the letter, also in what an applicant wrote."""
    return _LITERAL.sub(lambda match: f"{{{{ '{match[0].replace('_', '')}' }}}}", patched)


def _places(document: DocxTemplate, parts: Mapping[str, bytes]) -> Iterator[tuple[str, str, str, str, str]]:
    """(part, its name for people, constant text before, XML to patch, constant text after)."""
    name = str(document.docx.part.partname).lstrip("/")
    whole = parts[name].decode()
    start, end = whole.index("<w:body"), whole.rindex("</w:body>") + len("</w:body>")
    opening = whole.index(">", start) + 1
    body = document.get_xml()
    inner = body[body.index(">") + 1 : body.rindex("</w:body>")]
    yield name, "正文", whole[:opening], inner, whole[end - len("</w:body>") :]
    for uri, where in ((document.HEADER_URI, "页眉"), (document.FOOTER_URI, "页脚")):
        for _, part in document.get_headers_footers(uri):
            yield str(part.partname).lstrip("/"), where, _DECLARATION, document.get_part_xml(part), ""
    if _CORE in parts:
        yield _CORE, "文档属性", "", parts[_CORE].decode(), ""
    for part, content in parts.items():
        if part.endswith("footnotes.xml"):
            yield part, "脚注", "", content.decode(), ""


_PATCHER = DocxTemplate(io.BytesIO())  # only for `resolve_listing`, which touches no state
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
