"""The contract of a template: what it may print, and where each value comes from."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import marshmallow as ma

from app import feel
from app.core import strict_yaml
from app.core.lru import by_content
from app.documents import formats
from app.documents.errors import DocumentError
from app.feel.boundary import MISSING, look_up

VOID_NOTICE = "void_notice"
"""The letter that voids another."""
_NAME = r"^[a-z][a-z0-9_]*$"
Cite = Callable[[str], str]
Address = Callable[[str], str]
"""To whom a letter to somebody goes: the name itself, or who is left where it is a name of the dead."""
ADDRESSEE, YOU = "addressee", "you"
"""Types of a name: whom a letter addresses, and what it calls him in its text."""


@dataclass(frozen=True)
class Teller:
    """What a value is written by that the value itself does not say."""

    cite: Cite = str
    address: Address = str

    def tell(self, kind: str, value: Any) -> str:
        """A clause id as its citation, a name as the addressee, or as what he is called."""
        said = formats.text(value)
        if kind == "clause":
            return self.cite(said)
        addressee = self.address(said)
        if kind == ADDRESSEE:
            return addressee
        return "您" if addressee == said else said


_TOLD = ("clause", ADDRESSEE, YOU)


@dataclass(frozen=True)
class Field:
    """One field of a list's items."""

    type: str
    optional: bool = False


@dataclass(frozen=True)
class Variable:
    """One value of the template: a FEEL expression, and how its result is written."""

    name: str
    type: str
    source: str
    label: str
    optional: bool
    items: Mapping[str, Field] | Field | None = None
    expression: feel.Expression | None = field(default=None, compare=False, repr=False)

    @property
    def title(self) -> str:
        return f"{self.name}（{self.label}）" if self.label else self.name


@dataclass(frozen=True)
class Contract:
    """What a template is called, who issues it, and what it prints.

    voidable: a return to a step before it voids the letter; one that only tells what happened stays valid.
    """

    key: str
    title: str
    issuer: str
    number: str | None
    copies: int
    voidable: bool
    variables: Mapping[str, Variable]

    def evaluate(
        self,
        scope: Mapping[str, Any],
        cite: Cite = str,
        address: Address = str,
        *,
        again: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The frozen data of one letter: JSON-able, all that `render` needs.

        Text, money and dates are written as they will be printed; a list is a list of texts or of dicts; what is
        optional and absent is None (a list: empty). `cite` turns a clause id into its citation, `address` a name into
        the addressee. Raises DocumentError that names every variable without a value, with its expression.

        again: what was frozen before the letter had its number; only what reads `letter` is evaluated anew.
        """
        frozen: dict[str, Any] = dict(again or {})
        faults: list[str] = []
        teller = Teller(cite, cache(address))
        # Each name is looked for once, not by every variable that reads it.
        names = {name: value for name in self._names if (value := look_up(scope, name)) is not MISSING}
        for variable in self.variables.values() if again is None else self._of_the_letter:
            try:
                frozen[variable.name] = self._value(variable, names, teller)
            except formats.Unusable as exc:
                faults.append(f"变量 {variable.title} {exc}，表达式：{' '.join(variable.source.split())}")
        if faults:
            first = next(name for name in self.variables if name not in frozen)
            raise DocumentError("；".join(faults), template=self.title, variable=first)
        return frozen

    def reads(self, name: str) -> bool:
        """Whether a variable reads this name, or something of it."""
        return name in self._names

    @cached_property
    def _names(self) -> frozenset[str]:
        expressions = [each.expression for each in self.variables.values() if each.expression]
        return frozenset(path.partition(".")[0] for each in expressions for path in each.names)

    @cached_property
    def _of_the_letter(self) -> list[Variable]:
        """Variables that read the letter's own number, date or code."""
        return [each for each in self.variables.values() if each.expression and _reads(each.expression, "letter")]

    def _value(self, variable: Variable, scope: Mapping[str, Any], teller: Teller) -> Any:
        assert variable.expression is not None
        try:
            value = variable.expression.evaluate(scope)
        except feel.FeelError as exc:
            raise formats.Unusable(f"算不出来（{exc}）") from exc
        if variable.type == "list":
            items = [self._item(variable, item, teller) for item in formats.as_list(value)]
            if not items and not variable.optional:
                raise formats.Unusable("至少要有一项")
            return items
        return _formatted(variable.type, value, variable.optional, teller)

    @staticmethod
    def _item(variable: Variable, item: Any, teller: Teller) -> Any:
        if isinstance(variable.items, Field):
            return _formatted(variable.items.type, item, variable.items.optional, teller)
        assert variable.items is not None
        fields = variable.items
        values = item if isinstance(item, Mapping) else {next(iter(fields)): item}
        try:
            return {name: _formatted(f.type, values.get(name), f.optional, teller) for name, f in fields.items()}
        except formats.Unusable as exc:
            raise formats.Unusable(f"的列表项 {'、'.join(fields)} {exc}") from exc


def _reads(expression: feel.Expression, name: str) -> bool:
    return any(path.partition(".")[0] == name for path in expression.names)


def _formatted(kind: str, value: Any, optional: bool, teller: Teller) -> Any:
    if value is None or value == "":
        if optional:
            return None
        raise formats.Unusable("没有值")
    if kind not in _TOLD:
        return formats.FORMATS[kind](value)
    return teller.tell(kind, value) or (None if optional else "")


def _zh(**more: str) -> dict[str, Any]:
    return {"required": "缺少这一项", "null": "不能为空", "invalid": "类型不对", **more}


def _text(**options: Any) -> ma.fields.String:
    validate = options.pop("validate", ma.validate.Length(min=1, max=2000, error="长度应为 1 到 2000 字"))
    return ma.fields.String(error_messages=_zh(invalid="应为文字"), validate=validate, **options)


def _type(*more: str) -> ma.fields.String:
    types = (*formats.FORMATS, *_TOLD, *more)
    return _text(required=True, validate=ma.validate.OneOf(types, error="没有类型 {input}，可用：{choices}"))


class _Strict(ma.Schema):
    error_messages = {"unknown": "没有这一项，请删除或改正名称", "type": "应为“名称: 内容”的形式"}


class _Items(ma.fields.Field):
    """``text``, or ``{field: text}``, or ``{field: {type: text, optional: true}}``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str):
            return _field(value)
        if not isinstance(value, dict) or not value:
            raise ma.ValidationError("应为一个类型，或“名称: 类型”的形式")
        return {str(name): _field(spec) for name, spec in value.items()}


class _FieldSchema(_Strict):
    type = _type()
    optional = ma.fields.Boolean(load_default=False, error_messages=_zh(invalid="应为 true 或 false"))


def _field(spec: Any) -> Field:
    return Field(**_FieldSchema().load({"type": spec} if isinstance(spec, str) else spec))


class _VariableSchema(_Strict):
    type = _type("list")
    source = _text(required=True, data_key="from")
    label = _text(load_default="")
    optional = ma.fields.Boolean(load_default=False, error_messages=_zh(invalid="应为 true 或 false"))
    items = _Items(load_default=None)

    @ma.validates_schema
    def _items_belong_to_lists(self, data: dict[str, Any], **kwargs: Any) -> None:
        if (data.get("type") == "list") != (data.get("items") is not None):
            raise ma.ValidationError("类型为 list 的变量要写 items，其他类型不写", "items")


class _ContractSchema(_Strict):
    key = _text(required=True, validate=ma.validate.Regexp(_NAME, error="只能用小写字母、数字和下划线"))
    title = _text(required=True)
    issuer = _text(required=True, validate=ma.validate.OneOf(("township", "county"), error="应为 township 或 county"))
    number = _text(load_default=None, validate=ma.validate.Length(min=1, max=10, error="文号用字应为 1 到 10 字"))
    copies = ma.fields.Integer(
        strict=True,
        load_default=1,
        validate=ma.validate.Range(1, 20, error="份数应为 1 到 20"),
        error_messages=_zh(invalid="应为整数"),
    )
    voidable = ma.fields.Boolean(load_default=True, error_messages=_zh(invalid="应为 true 或 false"))
    variables = ma.fields.Dict(
        keys=_text(validate=ma.validate.Regexp(_NAME, error="变量名只能用小写字母、数字和下划线，以字母开头")),
        values=ma.fields.Nested(_VariableSchema, error_messages=_zh()),
        required=True,
        error_messages=_zh(invalid="应为“变量名: {{type: …, from: …}}”的形式"),
    )


@by_content(most=8 << 20, times=14)
def load_contract(data: bytes) -> Contract:
    """Read ``contract.yaml``. Raises DocumentError with every fault and the path to it."""
    try:
        raw = strict_yaml.load(data, "contract.yaml")
    except strict_yaml.NotYaml as exc:
        raise DocumentError(str(exc)) from exc
    try:
        values = _ContractSchema().load(raw if isinstance(raw, dict) else {})
    except ma.ValidationError as exc:
        faults = "；".join(f"{path}：{message}" for path, message in _flat(exc.messages))
        raise DocumentError(f"contract.yaml 有误：{faults}") from exc
    variables = {name: _compiled(name, spec) for name, spec in values.pop("variables").items()}
    return Contract(**values, variables=variables)


def _compiled(name: str, spec: dict[str, Any]) -> Variable:
    try:
        expression = feel.compile(spec["source"])
    except feel.FeelError as exc:
        raise DocumentError(f"contract.yaml 有误：variables.{name}.from：{exc}", variable=name) from exc
    return Variable(name=name, expression=expression, **spec)


def _flat(messages: Any, path: str = "") -> Iterable[tuple[str, str]]:
    if isinstance(messages, dict):
        for key, value in messages.items():
            inside_dict = key in ("key", "value") and path.count(".") == 1  # marshmallow's own levels of a Dict
            step = "" if key == "_schema" or inside_dict else str(key)
            yield from _flat(value, f"{path}.{step}".strip("."))
    else:
        for message in messages:
            yield path or "文件", message
