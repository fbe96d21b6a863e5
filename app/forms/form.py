"""The door of this package: a form that checks, renders and parses its own data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from markupsafe import Markup
from marshmallow import Schema, ValidationError

from app.core.errors import Invalid
from app.core.lru import by_content
from app.core.said import Said
from app.feel.shapes import Shape
from app.forms import parsing
from app.forms.cleaning import Asked, Cleaning, unknown_fields
from app.forms.model import Component, FormError, Scope
from app.forms.pages import Page, intro_of, pages_of, shown
from app.forms.prefilling import Known, known
from app.forms.reading import read
from app.forms.rendering import Renderer
from app.forms.schema import field_of, schema_of
from app.forms.shape import shape_of, texts_of
from app.forms.telling import Answer, Entry, answers, entries
from app.forms.view import FileLink, Regions, View

PAPER_ROWS = 6


@dataclass(frozen=True)
class Cleaned:
    """`known`: typed values of the form's visible fields; `unknown`: what no field asks for, kept apart."""

    known: dict[str, Any]
    unknown: dict[str, Any]


class Form:
    """One immutable form. Threads may share it."""

    def __init__(self, spec: Mapping[str, Any], root: Component, scope: Scope) -> None:
        self.id = str(spec.get("id", ""))
        self.root, self.scope = root, scope

    @cached_property
    def schema(self) -> type[Schema]:
        """A marshmallow schema whose `load` is `clean`: for request bodies and OpenAPI."""
        return schema_of(self.scope, _FormSchema, form=self)

    @cached_property
    def shape(self) -> Shape:
        """What `clean` gives, before anybody filled it in."""
        return shape_of(self.root, self.scope)

    def label_of(self, path: str) -> str:
        """What people call the field at a dotted path; the path itself for what the form does not know."""
        labels = (each.label.plain for each in self.root.walk() if path and ".".join(each.path) == path)
        return next((label for label in labels if label), path)

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The form a few questions at a time; see `app.forms.pages`."""
        return pages_of(self.root)

    @cached_property
    def intro(self) -> Page:
        """What is read before the first question."""
        return Page(0, "", intro_of(self.root))

    def shown_pages(self, data: Mapping[str, Any], *, context: Mapping[str, Any] | None = None) -> list[Page]:
        """The pages that these data do not hide."""
        return shown(self.pages, self._cleaning(context, None).hidden_by(data))

    @cached_property
    def row_lists(self) -> frozenset[str]:
        """The lists that are asked row by row."""
        return frozenset(page.rows_name for page in self.pages if page.rows)

    def entries(self, page: Page, values: Mapping[str, Any]) -> list[Entry]:
        """The rows of a page's list, as one tells them apart."""
        renderer = Renderer(self._cleaning(None, None), values, {}, View(readonly=True, page=page))
        return entries(renderer.lines())

    @cached_property
    def money_paths(self) -> tuple[tuple[str, ...], ...]:
        """Where the form asks for an amount of money, in order; not in the rows of a list."""
        return tuple(_money(self.root))

    @cached_property
    def takes_files(self) -> bool:
        """Whether any field asks for files."""
        return any(each.kind == "filepicker" for each in self.root.walk())

    def files_in(self, data: Mapping[str, Any], *, context: Mapping[str, Any] | None = None) -> set[str]:
        """The ids of the uploaded files that these data name; takes what `judged` does."""
        if not self.takes_files:
            return set()
        asked = (each for each in self.asked(data, context=context) if each.component.kind == "filepicker")
        return {id for each in asked for id in each.value or ()}

    def texts(self) -> Iterator[tuple[Component, Shape, str]]:
        """Every FEEL text of the form: the component, the shape of the row it stands in, the text."""
        return texts_of(self.root, self.shape)

    def prefills(self) -> Iterator[tuple[Component, str]]:
        """The FEEL texts that tell what a field is filled in with; of the form itself they read nothing."""
        return ((each, each.prefill.text) for each in self.root.walk() if each.prefill)

    def prefilled(self, context: Mapping[str, Any]) -> Iterator[Known]:
        """What stands in the form before anybody has typed into it. context: as `judged` takes it."""
        return known(self.root, context)

    @cached_property
    def reader(self) -> Schema:
        """Reads single values; what depends on the rest of the data is checked by `clean` alone."""
        return schema_of(self.scope)()

    def clean(self, data: Any, *, context: Mapping[str, Any] | None = None, today: date | None = None) -> Cleaned:
        """The checked data of a submission (from a page, the API or a story).

        Takes and returns what `judged` does. Raises Invalid with the exact set of wrong fields, as dotted paths.
        """
        cleaned, wrong = self.judged(data, context=context, today=today)
        if wrong:
            raise Invalid(wrong)
        return cleaned

    def judged(
        self, data: Any, *, context: Mapping[str, Any] | None = None, today: date | None = None
    ) -> tuple[Cleaned, dict[str, str]]:
        """What could be read of a submission, and what is wrong with it by dotted path.

        data: nested mapping; values as JSON, YAML or HTML give them.
        context: what conditions may read beside the form's own data (`application`, `case`, `figure` …).
        today: local date of the command, for dates that may not be past or future.
        Returns Decimal for numbers and money, date, aware datetime (Shanghai), "HH:MM", bool, str, lists of these;
        null where nothing could be read. Raises Invalid where it is no mapping at all.
        """
        if not isinstance(data, Mapping):
            raise Invalid({"_": "提交的内容须是一组字段"})
        cleaning = self._cleaning(context, today)
        known = cleaning.run(data)
        unknown = unknown_fields(self.scope, data, cleaning.errors)
        wrong = {".".join(map(str, path)) or "_": text for path, text in cleaning.errors.items()}
        return Cleaned(known, unknown), wrong

    def asked(self, data: Mapping[str, Any], *, context: Mapping[str, Any] | None = None) -> Iterator[Asked]:
        """Every field that these data do not hide; takes what `judged` does."""
        return self._cleaning(context, None).asked(data)

    def parse(self, source: Any) -> dict[str, Any]:
        """Nested data from the flat names of a posted page (a MultiDict); nothing is checked yet."""
        return parsing.parse(self.scope, source)

    def parse_pages(self, source: Any) -> dict[str, Any]:
        """The same of all pages together: a row keeps its place, also where nothing was filled in yet."""
        return parsing.parse(self.scope, source, self.row_lists)

    def row_action(self, source: Any) -> str | None:
        """The pressed add or remove button of a list, if one was pressed: then re-render, do not submit."""
        return parsing.row_action(source)

    def apply_row_action(self, data: Mapping[str, Any], action: str) -> dict[str, Any]:
        """A copy of parsed data with the row added or removed."""
        return parsing.apply_row_action(self.scope, data, action)

    def render(
        self,
        values: Mapping[str, Any] | None = None,
        errors: Mapping[str, str] | None = None,
        *,
        readonly: bool = False,
        context: Mapping[str, Any] | None = None,
        reveal: bool = False,
        files: Mapping[str, FileLink] | None = None,
        upload_note: str = "",
        beside: Mapping[str, Markup] | None = None,
        hide_phones: bool = False,
        regions: Regions | None = None,
        without: Collection[str] = (),
        page: Page | None = None,
        row: int | None = None,
        change: Callable[[str], str] | None = None,
    ) -> Markup:
        """The fields as HTML; the page gives the form element, its token and its buttons.

        values: parsed or clean data. errors: as `Invalid.fields`. readonly: a list of what was filled in, with
        identity and bank numbers masked unless `reveal`, telephones too where `hide_phones`. files: id → name and
        address of uploaded files. upload_note: what every field for files says of what may be chosen. beside: what
        stands beside a field, by path. regions: lists to choose a region by its name; without them it is a code.
        without: paths that are left out. page: only what stands on it, and of its list only the `row`. change: of
        what is read, the address where an answer by its path is changed.
        """
        view = View(
            readonly=readonly, reveal=reveal, files=files or {}, upload_note=upload_note, beside=beside or {},
            hide_phones=hide_phones, regions=regions, without=without, page=page, row=row, change=change,
        )  # fmt: skip
        renderer = Renderer(self._cleaning(context, None), values or {}, errors or {}, view)
        return renderer.html()

    def paper(self, *, without: Collection[str] = (), rows: int = PAPER_ROWS) -> Markup:
        """The form to be printed and filled in by hand: lines, boxes, and a table of so many rows for each list."""
        return Renderer(self._cleaning(None, None), {}, {}, View(paper_rows=rows, without=without)).html()

    def tell(
        self,
        values: Mapping[str, Any],
        *,
        context: Mapping[str, Any] | None = None,
        reveal: bool = False,
        files: Mapping[str, FileLink] | None = None,
    ) -> list[Answer]:
        """What was filled in, as `render` with `readonly` shows it, in plain lines."""
        known = files or {}
        view = View(readonly=True, reveal=reveal, files=known)
        renderer = Renderer(self._cleaning(context, None), values, {}, view)
        return list(answers(renderer.lines(), known))

    def _cleaning(self, context: Mapping[str, Any] | None, today: date | None) -> Cleaning:
        return Cleaning(self.root, self.scope, self.reader, context or {}, today)


class _FormSchema(Schema):
    """A schema that answers as the form does."""

    form: Form

    def load(self, data: Any, **options: Any) -> Any:
        try:
            return self.form.clean(data).known
        except Invalid as error:
            raise ValidationError(_nested(error.fields)) from error


def _money(component: Component) -> Iterator[tuple[str, ...]]:
    if component.money:
        yield component.path
    if component.kind != "dynamiclist":
        for child in component.children:
            yield from _money(child)


def _nested(fields: Mapping[str, str]) -> dict[str, Any]:
    """marshmallow's shape of errors: nested by key, a list of messages at the leaf."""
    tree: dict[str, Any] = {}
    for path, message in sorted(fields.items()):
        here = tree
        *keys, last = path.split(".")
        for key in keys:
            inner = here.setdefault(key, {})
            here[key] = here = inner if isinstance(inner, dict) else {"_schema": inner}
        here[last] = [message]
    return tree


def load(source: bytes | str) -> Form:
    """The form of this JSON; the same JSON gives the same object. Raises FormError with all problems."""
    return _load(source.encode(errors="replace") if isinstance(source, str) else source)


def lint(source: bytes | str) -> list[str]:
    """All problems of the form, in Chinese, for the publish gate; empty when it can be used.

    One that is about a component is a `Said` with its key.
    """
    try:
        load(source)
    except FormError as error:
        return error.problems
    return []


@by_content(most=32 << 20, times=11)
def _load(source: bytes) -> Form:
    spec, root, scope, problems = read(source)
    if not problems:
        for component in root.walk():
            if component.is_input and component.kind != "expression":
                problems += _default(component)
    if problems:
        raise FormError(problems)
    return Form(spec, root, scope)


def _default(component: Component) -> list[str]:
    value = component.spec.get("defaultValue")
    if value is None or value == "" or value == []:
        return []
    try:
        component.default = field_of(component).deserialize(value)
    except ValidationError as error:
        return [Said(f"{component.name}：默认值有误：{error.messages[0]}", component.key)]
    return []
