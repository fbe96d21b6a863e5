"""Forms as HTML: Bootstrap 5.3, no JavaScript needed, an accessible label and an error for every field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from app.core import chinese, uploads
from app.core.clock import SHANGHAI
from app.forms import client, markup
from app.forms.cleaning import Cleaning, item_names
from app.forms.expressions import Expression, display
from app.forms.model import CHOICES, MANY, MAX_ITEMS, Component, Option, token
from app.forms.parsing import ADD, REMOVE
from app.forms.view import FileLink, View

if TYPE_CHECKING:
    from jinja2 import Environment

_MASKS = {"id_number": chinese.mask_id_number, "bank_account": chinese.mask_account}
_HTML_DATES = {"date": "date", "time": "time", "datetime": "datetime-local"}
_GRID = 16  # form-js has 16 columns, Bootstrap 12
_MOST_ROWS = 2000


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader  # a check draws no page, and need not wait for it

    folder = FilePath(__file__).with_name("templates")
    return Environment(loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True)


@dataclass
class Node:
    """One component on the page."""

    component: Component
    name: str
    label: str
    hint: str = ""
    error: str = ""
    value: Any = None
    text: str | Markup = ""
    options: list[tuple[str, str, bool]] = field(default_factory=list)
    lines: list[list[tuple[str, Node]]] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    before: str = ""
    after: str = ""
    beside: Markup | None = None
    frozen: bool = False
    conditional: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(".", "-")

    @property
    def described_by(self) -> str:
        return " ".join(f"{self.id}-{part}" for part, said in (("hint", self.hint), ("error", self.error)) if said)


@dataclass
class Item:
    """Where the renderer is: the root, or an item of a list."""

    raw: Mapping[str, Any]
    typed: dict[str, Any]
    prefix: str
    names: Mapping[str, Any]


class Renderer:
    """Renders one form with values once."""

    def __init__(self, cleaning: Cleaning, values: Mapping[str, Any], errors: Mapping[str, str], view: View) -> None:
        self.cleaning, self.values, self.errors, self.view = cleaning, values, errors, view
        self.shown: dict[str, None] = {}
        self.rows = 0

    def lines(self) -> list[list[tuple[str, Node]]]:
        """What is on the page, line by line; each component with its width."""
        self.cleaning.read(self.values)
        tree = self.cleaning.tree
        return self._lines(self.cleaning.root.children, Item(self.values, tree, "", item_names(tree, None, [])))

    def html(self) -> Markup:
        lines = self.lines()
        places = {name: place for place, name in enumerate(self.shown)}
        in_order = sorted(self.errors.items(), key=lambda each: places.get(each[0], len(places)))
        summary = [(f"f-{path.replace('.', '-')}" if path in self.shown else "", text) for path, text in in_order]
        name = "paper.html" if self.view.paper_rows else "readonly.html" if self.view.readonly else "form.html"
        template = _templates().get_template(name)
        around = {"files": self.view.files, "change": self.view.change}
        return Markup(template.render(lines=lines, summary=summary, add=ADD, remove=REMOVE, **around))

    def _lines(self, components: list[Component], item: Item) -> list[list[tuple[str, Node]]]:
        """Components side by side where their layout has the same row."""
        lines: list[list[tuple[str, Node]]] = []
        last = object()
        for component in components:
            node = self._node(component, item)
            if node is None:
                continue
            layout = component.spec.get("layout")
            layout = layout if isinstance(layout, dict) else {}
            row = layout.get("row") or object()
            if row != last:
                lines.append([])
            lines[-1].append((_width(layout.get("columns")), node))
            last = row
        return lines

    def _node(self, component: Component, item: Item) -> Node | None:
        env = self.cleaning.env(item.names)
        name = item.prefix + ".".join(component.path)
        elsewhere = not item.prefix and not self._is_here(component)
        if component.kind == "button" or elsewhere or name in self.view.without or self._is_out(component, env):
            return None
        node = Node(component, name, component.label.text(env))
        if hint := component.templates.get("description"):
            node.hint = hint.text(env)
        if component.kind == "filepicker":
            node.hint = f"{node.hint} {self.view.upload_note}".strip()
        self._condition(node, item)
        node.beside = self.view.beside.get(name)
        if component.kind == "group":
            node.error = self._error(name)
            node.lines = self._lines(component.children, item)
            node.extra["plain"] = self._is_plain(component)
        elif component.kind == "dynamiclist":
            self._list(node, item)
        elif component.is_input:
            self._input(node, item, env)
        else:
            self._shown(node, env)
        return node

    def _is_out(self, component: Component, env: Mapping[str, Any]) -> bool:
        """Not on the page. While the form is being filled in, only what the context alone hides is out."""
        hide = component.hide
        if hide is None:
            return False
        page = self.view.page
        asked = {name.split(".")[0] for name in page.names} if page else self.cleaning.scope.entries.keys()
        own = asked | {"this", "parent", "i", "_this_", "_parent_", "_i_"}
        return (self.view.readonly or not hide.names & own) and hide.holds(env)

    def _is_here(self, component: Component) -> bool:
        """Whether it, or something in it, stands on the page that is looked at."""
        page = self.view.page
        return page is None or any(id(each) in page.within for each in component.walk())

    def _is_plain(self, component: Component) -> bool:
        """A group that the page is about, or that goes on over several pages, has its title there already."""
        page = self.view.page
        return page is not None and (id(component) not in page.within or component.label.plain == page.title)

    def _condition(self, node: Node, item: Item) -> None:
        if node.component.hide is None or self.view.readonly:
            return
        node.conditional = True

        def control(path: tuple[str, ...]) -> str | None:
            local = bool(path) and path[0] in ("this", "_this_")
            name = (item.prefix if local else "") + ".".join(path[1:] if local else path)
            return name if name and (self.view.page is None or self.view.page.asks(name)) else None

        if test := client.predicate(node.component.hide.text, control):
            node.attributes["data-hide-when"] = json.dumps(test, ensure_ascii=False)

    def _error(self, name: str) -> str:
        self.shown[name] = None
        return self.errors.get(name, "")

    def _list(self, node: Node, item: Item) -> None:
        component = node.component
        node.error = self._error(node.name)
        raw, typed = _at(item.raw, component.path), _at(item.typed, component.path) or []
        low = component.limit("minItems") or 0
        blank: list[Any] = [{}] * max(low, component.limit("defaultRepetitions") or 0)
        rows = list(raw)[:MAX_ITEMS] if isinstance(raw, (list, tuple)) else ([] if self.view.readonly else blank)
        if component.first and not raw and not self.view.readonly and not self.view.paper_rows:
            rows = self._first(component, item) + rows[1:]
        rows += [{}] * (self.view.paper_rows - len(rows))
        if self.view.row is not None:
            rows += [{}] * (self.view.row + 1 - len(rows))
        if not self.view.readonly:  # rows that were left blank come back, as many as are asked for
            rows += [{}] * (low - len(rows))
        for index, row in enumerate(rows):
            if self.view.row not in (None, index):
                continue
            self.rows += 1
            if self.rows > _MOST_ROWS:
                break
            row = row if isinstance(row, Mapping) else {}
            inner = typed[index] if index < len(typed) and isinstance(typed[index], dict) else {}
            names = item_names(inner, item.typed, [*item.names["i"], index + 1])
            name = f"{node.name}.{index}"
            child = Node(component, name, "", error=self._error(name))
            child.lines = self._lines(component.children, Item(row, inner, name + ".", names))
            node.items.append(child)
        may = component.spec.get("allowAddRemove", True) and not component.locked
        most = component.limit("maxItems") or MAX_ITEMS
        node.extra = {"add": may and len(rows) < most, "remove": may and len(rows) > low}
        node.extra["alone"] = self.view.row is not None

    def _first(self, component: Component, item: Item) -> list[Any]:
        """The row that is known already, before anybody has written one."""
        known = component.first.value(self.cleaning.env(item.names)) if component.first else None
        return [known] if isinstance(known, Mapping) else [{}]

    def _input(self, node: Node, item: Item, env: Mapping[str, Any]) -> None:
        component = node.component
        raw = _at(item.raw, component.path, missing=component.default)
        typed = _at(item.typed, component.path)
        locked = component.readonly
        node.frozen = self.view.readonly or component.kind == "expression"
        node.frozen = node.frozen or (locked.holds(env) if isinstance(locked, Expression) else bool(locked))
        node.error = self._error(node.name)
        if component.kind == "expression":
            raw = typed = component.expression.value(env) if component.expression else None
        options = self.cleaning.options(component, item.names) if component.kind in CHOICES else ()
        if component.kind in MANY:
            given = raw if isinstance(raw, (list, tuple)) else [raw] if raw else []
            node.value = [token(each) for each in given]
        elif component.kind == "checkbox":
            node.value = token(raw).strip().lower() in ("true", "on")
        else:
            node.value = _for_control(raw, component)
        chosen = node.value if isinstance(node.value, list) else [node.value]
        node.options = [(option.token, option.label, option.token in chosen) for option in options]
        node.text = self._reading(node, raw if typed is None else typed, options)
        self._attributes(node)

    def _reading(self, node: Node, value: Any, options: tuple[Option, ...]) -> str:
        """The value as people read it; identity and bank numbers masked unless they may be seen."""
        component = node.component
        if options:
            labels = {option.token: option.label for option in options}
            given = value if isinstance(value, list) else [] if value is None else [value]
            return "、".join(labels.get(token(each), token(each)) for each in given)
        if component.format == "region" and self.view.regions is not None and value:
            return "".join(level.name for level in self.view.regions(str(value))) or str(value)
        text = f"{value:,.2f}" if component.money and isinstance(value, Decimal) else display(value)
        if component.format == "phone" and self.view.hide_phones:
            return chinese.mask_phone(text)
        mask = None if self.view.reveal else _MASKS.get(component.format or "")
        return mask(text) if mask else text

    def _attributes(self, node: Node) -> None:
        component = node.component
        appearance = component.spec.get("appearance")
        appearance = appearance if isinstance(appearance, dict) else {}
        node.before = str(appearance.get("prefixAdorner") or "")
        node.after = str(appearance.get("suffixAdorner") or ("元" if component.money else ""))
        controls = {}
        if component.kind == "number":
            whole = component.limit("decimalDigits") == 0 and (component.limit("min") or 0) >= 0
            controls["inputmode"] = "numeric" if whole and component.limit("min") is not None else "decimal"
        elif component.format:
            controls["inputmode"] = {"phone": "tel", "bank_account": "numeric"}.get(component.format, "text")
        if component.sensitive:
            controls["autocomplete"] = "off"
        if component.required or component.must_be_true:
            controls["aria-required"] = "true"
        if most := component.limit("maxLength"):
            controls["maxlength"] = str(most + 20)  # room for blanks that are trimmed
        if component.kind == "filepicker":
            controls["accept"] = _accepted(str(component.spec.get("accept") or ""))
        if node.described_by:
            controls["aria-describedby"] = node.described_by
        if node.error:
            controls["aria-invalid"] = "true"
        node.extra = {
            "controls": controls,
            "type": _HTML_DATES.get(component.spec.get("subtype") or "date", "date"),
            "required": component.required or component.must_be_true,
            "multiple": bool(component.spec.get("multiple")),
            "limits": uploads.LIMITS,
        }
        if component.format == "region" and self.view.regions is not None and not node.frozen:
            node.extra["levels"] = self.view.regions(node.value)

    def _shown(self, node: Node, env: Mapping[str, Any]) -> None:
        component, templates = node.component, node.component.templates
        match component.kind:
            case "text" if template := templates.get("text"):
                node.text = template.markup(env, markup.markdown)
            case "html" if template := templates.get("content"):
                node.text = template.markup(env, markup.sanitize)
            case "image" if template := templates.get("source"):
                node.value = markup.safe_image(template.text(env))
                node.text = templates["alt"].text(env)
            case "iframe" if template := templates.get("url"):
                link = markup.safe_link(template.text(env)) or ""
                node.value = link if link.startswith(("https://", "/")) else None
            case "table":
                node.extra = _table(component, env)
            case "documentPreview":
                node.extra = {"documents": _documents(component, env)}
            case "spacer":
                height = component.spec.get("height")
                node.value = min(max(int(height), 0), 200) if isinstance(height, (int, float)) else 60


def _at(data: Any, path: tuple[str, ...], missing: Any = None) -> Any:
    for key in path:
        if not isinstance(data, Mapping) or key not in data:
            return missing
        data = data[key]
    return data


def _accepted(kinds: str) -> str:
    """What a browser offers: where photos are wanted, all that a phone takes."""
    wanted = [each.strip() for each in kinds.split(",") if each.strip()]
    if not wanted or any(each in uploads.PHOTO_NAMES for each in wanted):
        wanted = [*wanted, *(each for each in uploads.PHOTOS if each not in wanted)] if wanted else [*uploads.OFFERED]
    return ",".join(wanted)


def _width(columns: Any) -> str:
    if isinstance(columns, int) and not isinstance(columns, bool) and 0 < columns <= _GRID:
        return f"col-12 col-md-{max(1, round(columns * 12 / _GRID))}"
    return "col-12 col-md"


def _for_control(value: Any, component: Component) -> str:
    """The text that a control starts with: what was typed, or a stored value in the control's own notation."""
    if isinstance(value, datetime):
        local = value.astimezone(SHANGHAI) if value.tzinfo else value
        return f"{local:%Y-%m-%d}" if component.spec.get("subtype") != "datetime" else f"{local:%Y-%m-%dT%H:%M}"
    if value is None or isinstance(value, (Mapping, list, tuple)):
        return ""
    if isinstance(value, (bool, int, float, Decimal)) and not component.money:
        return token(value)
    return display(value)


def _table(component: Component, env: Mapping[str, Any]) -> dict[str, Any]:
    source = component.expressions.get("dataSource")
    rows = source.value(env) if source else None
    columns_from = component.expressions.get("columnsExpression")
    columns = columns_from.value(env) if columns_from else component.spec.get("columns")
    columns = [c for c in columns or [] if isinstance(c, Mapping)] if isinstance(columns, (list, tuple)) else []
    rows = [r for r in rows if isinstance(r, Mapping)][:MAX_ITEMS] if isinstance(rows, (list, tuple)) else []
    heads = [str(c.get("label") or c.get("key") or "") for c in columns]
    return {"heads": heads, "rows": [[display(row.get(c.get("key"))) for c in columns] for row in rows]}


def _documents(component: Component, env: Mapping[str, Any]) -> list[FileLink]:
    source = component.expressions.get("dataSource")
    found = source.value(env) if source else None
    links = []
    for each in found if isinstance(found, (list, tuple)) else []:
        metadata = each.get("metadata") if isinstance(each, Mapping) else None
        url = markup.safe_link(str(each.get("endpoint") or "")) if isinstance(each, Mapping) else None
        if url and isinstance(metadata, Mapping):
            links.append(FileLink(str(metadata.get("fileName") or url), url))
    return links
