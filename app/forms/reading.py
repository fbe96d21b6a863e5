"""Form-js JSON → components and the shape of their data. Every problem is said in Chinese, for the publish gate."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import re2

from app import feel
from app.core.said import Said
from app.forms.expressions import Expression, Template
from app.forms.model import (
    CHOICES,
    CONTAINERS,
    FORMATS,
    INPUTS,
    MAX_ITEMS,
    SHOWN,
    Component,
    Option,
    Rows,
    Scope,
    bound,
    key_of,
    token,
)

MAX_BYTES = 512 * 1024
MAX_DEPTH = 8
MAX_COMPONENTS = 400
MAX_OPTIONS = 500
MAX_PATTERN = 500
MAX_TITLE = 20
LONGEST = {"label": 300, "description": 1000, "text": 5000, "content": 20000, "source": 2000, "alt": 300, "url": 2000}
RESERVED = frozenset({"this", "parent", "i"})
VALIDATE = frozenset(
    ["required", "minLength", "maxLength", "min", "max", "pattern", "patternErrorMessage", "validationType"]
)
PROPERTIES: Mapping[str, frozenset[str]] = {
    "format": frozenset({"textfield"}),
    "money": frozenset({"number"}),
    "mustBeTrue": frozenset({"checkbox", "radio"}),
    "past": frozenset({"datetime"}),
    "requiredWhen": INPUTS - {"expression"} | {"dynamiclist"},
    "prefill": INPUTS - {"expression", "filepicker"},
    "minItems": frozenset({"dynamiclist"}),
    "maxItems": frozenset({"dynamiclist"}),
    "unique": frozenset({"dynamiclist"}),
    "first": frozenset({"dynamiclist"}),
    "page": INPUTS | CONTAINERS | {"text", "html"},
}
SHOWN_TEXTS = {"text": ("text",), "html": ("content",), "image": ("source", "alt"), "iframe": ("url",)}
KINDS_ZH = {"dynamiclist": "列表", "group": "分组", "text": "文字", "html": "HTML", "table": "表格"}


def read(source: bytes | str) -> tuple[Mapping[str, Any], Component, Scope, list[str]]:
    """The JSON, the root component, the shape of the data, and the problems (empty when the form can be used)."""
    reader = _Reader()
    root = Component("default", {}, (), Template(""), "表单")
    try:
        spec = _object(source)
    except ValueError as error:
        return {}, root, reader.scope, [str(error)]
    reader.children(root, spec, (), reader.scope, 0)
    if not any(c.is_input for c in root.walk()) and not reader.problems:
        reader.problems.append("表单里没有任何可填写的字段，请至少添加一个")
    return spec, root, reader.scope, reader.problems


def _object(source: bytes | str) -> Mapping[str, Any]:
    if len(source) > MAX_BYTES:
        raise ValueError(f"表单文件超过 {MAX_BYTES // 1024} KB，请拆分")
    try:
        spec = json.loads(source)
    except (ValueError, RecursionError) as cause:
        raise ValueError("表单文件不是有效的 JSON，请用表单编辑器重新导出") from cause
    if not isinstance(spec, dict) or not isinstance(spec.get("components"), list):
        raise ValueError("表单文件缺少 components，请用表单编辑器重新导出")
    if spec.get("type", "default") != "default":
        raise ValueError("表单的 type 必须是 default")
    return spec


class _Reader:
    """Reads one form; collects problems instead of stopping at the first."""

    def __init__(self) -> None:
        self.scope = Scope()
        self.problems: list[str] = []
        self.count = 0

    def children(
        self, parent: Component, spec: Mapping[str, Any], prefix: tuple[str, ...], scope: Scope, depth: int
    ) -> None:
        parts = spec.get("components") or []
        if depth > MAX_DEPTH or not isinstance(parts, list):
            self.problems.append(f"{parent.name}：嵌套过深或 components 不是列表，请简化")
            return
        for part in parts:
            self.count += 1
            if self.count > MAX_COMPONENTS:
                if self.count == MAX_COMPONENTS + 1:
                    self.problems.append(f"表单超过 {MAX_COMPONENTS} 个组件，请拆分")
                return
            if not isinstance(part, dict):
                self.problems.append(f"{parent.name}：有一个组件不是对象，请用表单编辑器重新导出")
                continue
            self.component(parent, part, prefix, scope, depth)

    def component(
        self, parent: Component, spec: dict[str, Any], prefix: tuple[str, ...], scope: Scope, depth: int
    ) -> None:
        kind = str(spec.get("type", ""))
        name = _name(spec, kind)
        if kind not in INPUTS | SHOWN | CONTAINERS:
            self.problems.append(Said(f"{name}：不支持的组件类型“{kind}”，请换成其他组件", key_of(spec)))
            return
        component = Component(kind, spec, (), Template(""), name)
        parent.children.append(component)
        say = self._say(component)
        _texts(component, say)
        _conditions(component, say)
        _properties(component, say)
        component.path = prefix + self._keys(component, say)
        if kind == "group":
            self._group(component, prefix, scope, depth, say)
        elif kind == "dynamiclist":
            self._list(component, scope, depth, say)
        elif kind in INPUTS:
            _input(component, say)
            self._claim(component, scope, component, say)

    def _say(self, component: Component) -> Callable[[str], None]:
        return lambda message: self.problems.append(Said(f"{component.name}：{message}", component.key))

    def _keys(self, component: Component, say: Callable[[str], None]) -> tuple[str, ...]:
        if component.kind in SHOWN:
            return ()
        word = "路径（path）" if component.kind in CONTAINERS else "键（key）"
        text = component.spec.get("path" if component.kind in CONTAINERS else "key") or ""
        if not text:
            if component.kind != "group":
                say(f"缺少{word}，请填写")
            return ()
        keys = tuple(str(text).split("."))
        if not all(k.isidentifier() and not k.startswith("_") and k not in RESERVED for k in keys) or len(keys) > 6:
            say(f"{word}“{text}”不能用，请以字母或汉字开头，只用字母、数字、汉字和下划线，不用 this、parent、i")
            return ()
        return keys

    def _group(
        self, component: Component, prefix: tuple[str, ...], scope: Scope, depth: int, say: Callable[[str], None]
    ) -> None:
        if component.path != prefix:
            try:
                scope.nested(component.path, component.label.plain)
            except KeyError:
                say("路径与另一个字段重名，请改名")
                return
        self.children(component, component.spec, component.path, scope, depth + 1)

    def _list(self, component: Component, scope: Scope, depth: int, say: Callable[[str], None]) -> None:
        rows = Rows(component, Scope())
        self._claim(component, scope, rows, say)
        _bounds(component, component.spec, ("defaultRepetitions",), say)
        for name in ("minItems", "maxItems", "defaultRepetitions"):
            if not 0 <= (component.limit(name) or 0) <= MAX_ITEMS:
                say(f"{name} 只能在 0 到 {MAX_ITEMS} 之间")
        self.children(component, component.spec, (), rows.scope, depth + 1)
        if any(each.prefill for each in component.walk()):
            say("列表里的字段不能预填，请删除属性 prefill")
        if any(each.page for child in component.children for each in child.walk()):
            say("列表里不能另起一页，请删除属性 page")
        if not rows.scope.entries:
            say("列表里没有字段，请添加")
        if component.unique and not isinstance(rows.scope.entries.get(component.unique), Component):
            say(f"unique 所指的字段“{component.unique}”不在列表里")

    def _claim(self, component: Component, scope: Scope, entry: Component | Rows, say: Callable[[str], None]) -> None:
        if not component.path:
            return
        try:
            scope.claim(component.path, entry)
        except KeyError:
            say(f"键“{'.'.join(component.path)}”与另一个字段重名，请改名")


def _name(spec: Mapping[str, Any], kind: str) -> str:
    label = spec.get("label") or spec.get("dateLabel") or spec.get("timeLabel")
    key = spec.get("key") or spec.get("path") or spec.get("id") or ""
    shown = label if isinstance(label, str) and not label.startswith("=") else ""
    return f"“{shown or key or KINDS_ZH.get(kind, kind)}”"


def _guarded(what: str, say: Callable[[str], None], make: Callable[..., Any], *given: Any) -> Any:
    try:
        return make(*given)
    except feel.FeelError as error:
        say(f"{what}的表达式有误：{error}")
    except ValueError as error:
        say(f"{what}有误：{error}")
    return None


def _texts(component: Component, say: Callable[[str], None]) -> None:
    spec = component.spec
    label = spec.get("label") or spec.get("dateLabel") or spec.get("timeLabel") or ""
    if component.kind in INPUTS - {"expression"} | {"dynamiclist"} and not str(label).strip():
        say("缺少标签（label），请填写：填表人和报错都要用它")
    fields = {"label": label, "description": spec.get("description") or ""}
    fields |= {key: spec.get(key) or "" for key in SHOWN_TEXTS.get(component.kind, ())}
    templates = {}
    for key, text in fields.items():
        if len(str(text)) > LONGEST[key]:
            say(f"{key} 超过 {LONGEST[key]} 个字符，请缩短")
            continue
        if "{{#" in str(text) or "{{/" in str(text):
            say(f"{key} 里不支持 {{{{#…}}}} 语句，请改用表格或条件显示")
            continue
        templates[key] = _guarded(key, say, Template, str(text)) or Template("")
    component.label = templates.pop("label", component.label)
    component.templates = templates
    for key in ("dataSource", "columnsExpression"):
        if text := spec.get(key):
            source = str(text) if str(text).startswith("=") else f"={text}"
            if made := _guarded(key, say, Expression, source):
                component.expressions = {**component.expressions, key: made}


def _conditions(component: Component, say: Callable[[str], None]) -> None:
    spec = component.spec
    conditional = spec.get("conditional")
    hide = conditional.get("hide") if isinstance(conditional, dict) else None
    if hide:
        component.hide = _feel(hide, "隐藏条件", say)
    readonly = spec.get("readonly") or spec.get("disabled") or False
    component.readonly = readonly if isinstance(readonly, bool) else _feel(readonly, "只读条件", say) or False


def _feel(text: object, what: str, say: Callable[[str], None]) -> Expression | None:
    if not isinstance(text, str) or not text.startswith("="):
        say(f"{what}必须是以等号开头的 FEEL 表达式，例如 =approved = false")
        return None
    return _guarded(what, say, Expression, text)


def _properties(component: Component, say: Callable[[str], None]) -> None:
    properties = component.spec.get("properties") or {}
    if not isinstance(properties, dict):
        say("自定义属性（properties）不是对象")
        return
    for key in properties:
        if key in PROPERTIES and component.kind not in PROPERTIES[key]:
            say(f"属性 {key} 不适用于此类组件，请删除")
        elif key not in PROPERTIES and key.lower() in {k.lower() for k in PROPERTIES}:
            say(f"属性 {key} 拼写有误，请注意大小写")
    component.money = _flag(properties, "money", say)
    component.must_be_true = _flag(properties, "mustBeTrue", say)
    component.past = _flag(properties, "past", say)
    component.unique = str(properties.get("unique") or "") or None
    component.page = str(properties.get("page") or "")
    if len(component.page) > MAX_TITLE:
        say(f"页的标题（page）超过 {MAX_TITLE} 个字，请缩短")
    component.format = str(properties.get("format") or "") or None
    if component.format and component.format not in FORMATS:
        say(f"格式 {component.format} 不认识，可用：{'、'.join(FORMATS)}")
    if "requiredWhen" in properties:
        component.required_when = _feel(properties["requiredWhen"], "requiredWhen", say)
    if "first" in properties:
        component.first = _feel(properties["first"], "first", say)
    if "prefill" in properties:
        component.prefill = _feel(properties["prefill"], "prefill", say)
        if component.readonly is True:
            say("属性 prefill 不能用于只读的字段，请改用计算式（expression）")
    _bounds(component, properties, ("minItems", "maxItems"), say)


def _flag(properties: Mapping[str, Any], key: str, say: Callable[[str], None]) -> bool:
    value = properties.get(key, False)
    if value not in (True, False, "true", "false"):
        say(f"属性 {key} 只能是 true 或 false")
    return value in (True, "true")


def _bounds(
    component: Component, source: Mapping[str, Any], names: tuple[str, ...], say: Callable[[str], None]
) -> None:
    found = {name: _guarded(name, say, bound, source.get(name)) for name in names}
    component.bounds = {**component.bounds, **{name: b for name, b in found.items() if b is not None}}
    low, high = component.bounds.get(names[0]), component.bounds.get(names[-1])
    if not isinstance(low, Expression | None) and not isinstance(high, Expression | None) and low > high:
        say(f"{names[0]} 大于 {names[1]}，请更正")


def _input(component: Component, say: Callable[[str], None]) -> None:
    spec, kind = component.spec, component.kind
    validate = spec.get("validate") or {}
    if not isinstance(validate, dict):
        say("校验（validate）不是对象")
        return
    for key in validate.keys() - VALIDATE:
        say(f"不支持的校验“{key}”，请删除")
    component.required = bool(validate.get("required"))
    _bounds(component, validate, ("minLength", "maxLength"), say)
    _bounds(component, validate, ("min", "max"), say)
    if validate.get("validationType") not in (None, "", "custom", "email", "phone"):
        say(f"不支持的校验类型“{validate['validationType']}”")
    if pattern := validate.get("pattern"):
        _pattern(pattern, say)
    if kind == "number":
        for key in ("decimalDigits", "increment"):
            if (value := spec.get(key)) not in (None, ""):
                made = _guarded(key, say, bound, value)
                if isinstance(made, Decimal) and (made > 0 or (made == 0 and key == "decimalDigits")):
                    component.bounds = {**component.bounds, key: made}
                else:
                    say(f"{key} 必须是正数")
    if kind == "datetime" and spec.get("subtype", "date") not in ("date", "time", "datetime"):
        say(f"不支持的日期类型“{spec['subtype']}”")
    if kind == "expression":
        component.expression = _feel(spec.get("expression"), "计算式", say)
    if kind in CHOICES:
        _options(component, say)


def _pattern(pattern: object, say: Callable[[str], None]) -> None:
    if len(str(pattern)) > MAX_PATTERN:
        say(f"校验用的正则表达式超过 {MAX_PATTERN} 个字符")
        return
    try:
        compile_pattern(str(pattern))
    except re2.error:
        say(f"校验用的正则表达式“{pattern}”有误或含有不支持的写法（如断言、反向引用）")


def compile_pattern(pattern: str) -> Any:
    """An RE2 pattern: linear time whatever the text. Raises re2.error."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 4 << 20
    return re2.compile(pattern, options)


def _options(component: Component, say: Callable[[str], None]) -> None:
    spec = component.spec
    sources = [key for key in ("values", "valuesKey", "valuesExpression") if spec.get(key)]
    if len(sources) != 1:
        say("选项来源（values、valuesKey、valuesExpression）必须恰好有一个")
        return
    if sources == ["valuesExpression"]:
        component.options_from = _feel(spec["valuesExpression"], "选项表达式", say)
    elif sources == ["valuesKey"]:
        component.options_from = str(spec["valuesKey"])
    else:
        component.options = options_of(spec["values"])
        tokens = [option.token for option in component.options]
        if not isinstance(spec["values"], list) or len(tokens) != len(spec["values"]):
            say("选项（values）里有缺少值的选项，请补全")
        for repeated in sorted({each for each in tokens if tokens.count(each) > 1}):
            say(f"选项值“{repeated}”重复，请更正")
        if len(tokens) > MAX_OPTIONS:
            say(f"选项超过 {MAX_OPTIONS} 个")


def options_of(values: object) -> tuple[Option, ...]:
    """Options from a list of scalars or of `{label, value}`; what is neither is left out, as form-js does."""
    if not isinstance(values, (list, tuple)):
        return ()
    found = []
    for each in values[: MAX_OPTIONS + 1]:
        value = each.get("value") if isinstance(each, Mapping) else each
        label = each.get("label") if isinstance(each, Mapping) else None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = Decimal(repr(value))
        if isinstance(value, (str, bool, Decimal)):
            found.append(Option(str(label) if label else token(value), value))
    return tuple(found)
