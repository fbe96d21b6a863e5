"""marshmallow fields: one for each kind of input. They read what people, YAML files and API clients give.

A field says what is wrong with a value that is there. Whether a value may be missing depends on the rest of the data
(hidden fields, `requiredWhen`), so `cleaning` decides that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

from app.core import bank_account, id_number, money
from app.core.chinese import chinese_number
from app.core.clock import SHANGHAI
from app.core.days import day_of
from app.core.spelling import half_width
from app.forms.model import MAX_ITEMS, MAX_LENGTH, Component, Option, token
from app.forms.reading import compile_pattern
from app.forms.text import clean_text

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.([0-9]{1,18}))?")
_MOST_DECIMALS = 6
_MOMENT = re.compile(r"(.*日|[^T\s]+)[T\s]*([0-9]{1,2})[:：]([0-9].*)")
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:：]([0-5][0-9])(?::[0-5][0-9])?")
_YEARS = range(1880, 2200)
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"0[0-9]{2,3}-?[0-9]{7,8}(?:-[0-9]{1,6})?|[48]00-?[0-9]{3}-?[0-9]{4}")
_INTERNATIONAL = re.compile(r"(?:\+|00)[0-9]{6,15}")
_EMAIL = re.compile(r"[^\s@<>\"',;]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
REGION_DIGITS = (6, 9, 12)
"""Of the code of a county, a township, a village."""
_FILE_ID = re.compile(r"[0-9a-f]{32}")
_ASIDE = re.compile("（.*?）")


def too_few(component: Component, fewest: int, found: int) -> str:
    """请至少登记一名家庭成员: people are registered by name, things are filled in."""
    people = any(each.label.plain.endswith("姓名") for each in component.children)
    act, measure = ("登记", "名") if people else ("填写", "项")
    number = "两" if fewest == 2 else chinese_number(fewest)
    label = _ASIDE.sub("", quoted(component).strip("“”"))
    return f"请至少{act}{number}{measure}{label}" + (f"，现在只有 {found} {measure}" if found else "")


def quoted(component: Component) -> str:
    """The label as messages carry it."""
    return f"“{component.label.plain if component.label.fixed else '.'.join(component.path)}”"


class Input(fields.Field):
    """What the fields have in common: blank text is no value, messages name the label."""

    def __init__(self, component: Component, **options: Any) -> None:
        self.component = component
        self.quoted = quoted(component)
        hint = component.spec.get("description")
        metadata = {"title": component.label.plain} | ({"description": hint} if hint else {})
        super().__init__(
            required=component.required and component.hide is None, allow_none=True, metadata=metadata, **options
        )

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **options: Any) -> Any:
        if isinstance(value, str) and not clean_text(value):
            value = None
        return super().deserialize(value, attr, data, **options)

    def wrong(self, what: str) -> ValidationError:
        return ValidationError(f"{self.quoted}{what}")


class TextInput(Input, fields.String):
    """Text, trimmed; numbers and dates that YAML read as such become text again. A text area takes a list of lines."""

    def __init__(self, component: Component) -> None:
        low, high = component.limit("minLength"), component.limit("maxLength") or MAX_LENGTH
        rules: list[Callable[[str], Any]] = [length_rule(quoted(component), low, high)]
        self._lines = component.kind == "textarea"
        self._normal = FORMATS.get(component.format or "") or _TYPES.get(_validation(component, "validationType"))
        super().__init__(component, validate=rules)
        if pattern := _validation(component, "pattern"):
            self.validators.append(self._matching(compile_pattern(pattern)))

    def _matching(self, pattern: Any) -> Callable[[str], None]:
        message = _validation(self.component, "patternErrorMessage") or f"{self.quoted}格式不正确，请检查"

        def check(value: str) -> None:
            if not pattern.search(value):
                raise ValidationError(message)

        return check

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
            value = str(value)
        elif isinstance(value, (date, datetime)):
            value = value.isoformat()
        elif self._lines and isinstance(value, list) and all(isinstance(line, str) for line in value):
            value = "\n".join(value)
        if not isinstance(value, str):
            raise self.wrong("须填写文字")
        text = clean_text(value, lines=self._lines)
        if self._normal and len(text) <= MAX_LENGTH:
            normal, message = self._normal
            return normal(text) or self._fail(message)
        return text

    def _fail(self, message: str) -> str:
        raise self.wrong(message)


class NumberInput(Input, fields.Decimal):
    """An exact number (Decimal); with `money`, an amount in yuan above zero with at most two decimals."""

    def __init__(self, component: Component) -> None:
        low, high = component.bounds.get("min"), component.bounds.get("max")
        static = [each if isinstance(each, Decimal) else None for each in (low, high)]
        super().__init__(component, validate=[range_rule(quoted(component), *static)])
        self._digits = component.limit("decimalDigits")
        self._increment = component.bounds.get("increment")

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Decimal:
        if self.component.money:
            try:
                return money.parse_amount(value)
            except ValueError as error:
                raise self.wrong(f"有误：{error}") from error
        number = self._number(value)
        if isinstance(self._increment, Decimal) and number % self._increment:
            raise self.wrong(f"必须是 {token(self._increment)} 的倍数")
        return number

    def _number(self, value: Any) -> Decimal:
        found = _NUMBER.fullmatch(_plain(value))
        if found is None:
            raise self.wrong("须填写数字，例如 12 或 12.5")
        decimals = len((found[1] or "").rstrip("0"))
        most = _MOST_DECIMALS if self._digits is None else self._digits
        if decimals > most:
            raise self.wrong(f"最多 {most} 位小数" if most else "须填写整数")
        number = Decimal(found[0])
        return number if decimals else number.quantize(Decimal(1))


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return half_width(value.strip())
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() and abs(value.adjusted()) <= 20 else ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**16 else ""


class DateInput(Input, fields.Date):
    """A local date."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> date:
        if isinstance(value, datetime):
            value = value.astimezone(SHANGHAI).date() if value.tzinfo else value.date()
        day = value if isinstance(value, date) else day_of(value) if isinstance(value, str) else None
        if day is None or day.year not in _YEARS:
            raise self.wrong("须填写存在的日期，例如 2020-10-15")
        return day


class MomentInput(Input, fields.AwareDateTime):
    """A moment; text without an offset is Shanghai time."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> datetime:
        if isinstance(value, str):
            value = _moment(value)
        if not isinstance(value, datetime) or value.year not in _YEARS:
            raise self.wrong("须填写存在的日期和时间，例如 2020-10-15 09:30")
        return (value if value.tzinfo else value.replace(tzinfo=SHANGHAI)).astimezone(SHANGHAI)


class TimeInput(Input, fields.String):
    """A time of day as text, HH:MM."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> str:
        text = f"{value:%H:%M}" if isinstance(value, time) else value
        found = _TIME.fullmatch(half_width(text.strip())) if isinstance(text, str) else None
        if found is None:
            raise self.wrong("须填写时间，例如 09:30")
        return f"{int(found[1]):02}:{found[2]}"


def _moment(text: str) -> datetime | None:
    """ISO 8601, or a day as people write it with a time of day: `2020年10月15日 9:30`. None for anything else."""
    text = half_width(text.strip())
    found = _MOMENT.fullmatch(text)
    day, hour, rest = found.groups() if found else (text, "0", "00")
    if known := day_of(day):
        text = f"{known.isoformat()}T{int(hour):02}:{rest}"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


class CheckInput(Input, fields.Boolean):
    """True or false; HTML sends text."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> bool:
        answer = boolean(value)
        if answer is None:
            raise self.wrong("只能是“是”或“否”")
        return answer


def boolean(value: Any) -> bool | None:
    """The truth that a value stands for: booleans and the texts true, on, false, off; else None."""
    if isinstance(value, str):
        return {"true": True, "on": True, "false": False, "off": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


class ChoiceInput(Input):
    """One of the options; where they depend on data, `cleaning` compares."""

    def __init__(self, component: Component) -> None:
        super().__init__(component)
        if component.options:
            self.metadata = {**self.metadata, "enum": [each.value for each in component.options]}

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        if not isinstance(value, (str, bool, int, float, Decimal)):
            raise self.wrong("请从选项中选择")
        if self.component.options_from is not None:
            return clean_text(value)[:MAX_LENGTH] if isinstance(value, str) else value
        return chosen(self.component, self.component.options, value)


class ChoicesInput(Input, fields.List):
    """Several of the options, each at most once, in the options' order."""

    def __init__(self, component: Component) -> None:
        super().__init__(component, cls_or_instance=fields.Raw())

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> list[Any]:
        if not isinstance(value, (list, tuple)) or len(value) > MAX_ITEMS:
            raise self.wrong("请从选项中选择")
        one = ChoiceInput(self.component)
        found = [one._deserialize(each, attr, data) for each in value]
        return list({token(each): each for each in found}.values())


class FilesInput(Input, fields.List):
    """Ids of uploaded files."""

    def __init__(self, component: Component) -> None:
        super().__init__(component, cls_or_instance=fields.String())

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> list[Any]:
        ids = [value] if isinstance(value, str) else value
        if not isinstance(ids, (list, tuple)) or not all(isinstance(i, str) and _FILE_ID.fullmatch(i) for i in ids):
            raise self.wrong("请重新上传文件")
        ids = list(dict.fromkeys(ids))
        most = MAX_ITEMS if self.component.spec.get("multiple") else 1
        if len(ids) > most:
            raise self.wrong(f"最多上传 {most} 个文件")
        return ids


class RowsInput(fields.Nested):
    """A dynamic list; a bare text in place of a row fills the row's first text field, `first`."""

    def __init__(self, component: Component, schema: Any, first: str | None) -> None:
        self._first = first
        self._message = f"{quoted(component)}须是列表"
        self._too_many = f"{quoted(component)}最多 {MAX_ITEMS} 项"
        super().__init__(schema, many=True, allow_none=True, metadata={"title": component.label.plain})

    def _deserialize(self, value: Any, attr: Any, data: Any, partial: Any = None, **options: Any) -> Any:
        if not isinstance(value, (list, tuple)):
            raise ValidationError(self._message)
        if len(value) > MAX_ITEMS:
            raise ValidationError(self._too_many)
        rows = [{self._first: row} if self._first and isinstance(row, str) else row for row in value]
        return super()._deserialize(rows, attr, data, partial=partial, **options)


class GroupInput(fields.Nested):
    """A mapping inside the data."""

    def __init__(self, schema: Any, label: str, key: str) -> None:
        self._message = f"“{label or key}”须是一组字段"
        super().__init__(schema, allow_none=True, metadata={"title": label or key})

    def _deserialize(self, value: Any, attr: Any, data: Any, partial: Any = None, **options: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValidationError(self._message)
        return super()._deserialize(value, attr, data, partial=partial, **options)


def chosen(component: Component, options: tuple[Option, ...], value: Any) -> Any:
    """The option's own value; booleans where the options are the words true and false. Raises ValidationError."""
    given = token(value).strip()
    for option in options:
        if option.token == given:
            answers = {each.token for each in options}
            return given == "true" if answers <= {"true", "false"} else option.value
    raise ValidationError(f"{quoted(component)}请从选项中选择")


def length_rule(label: str, low: int | None, high: int | None) -> validate.Length:
    """Length of the trimmed text in characters."""
    if low and high:
        message = f"{label}须为 {low} 到 {high} 个字" if low != high else f"{label}须为 {low} 个字"
    else:
        message = f"{label}至少 {low} 个字" if low else f"{label}最多 {high} 个字"
    return validate.Length(min=low, max=high, error=_literal(message))


def range_rule(label: str, low: Decimal | None, high: Decimal | None) -> validate.Range:
    """Bounds, both included."""
    parts = [f"不能小于 {token(low)}"] if low is not None else []
    parts += [f"不能大于 {token(high)}"] if high is not None else []
    return validate.Range(min=low, max=high, error=_literal(label + "，".join(parts)))


def _literal(message: str) -> str:
    return message.replace("{", "{{").replace("}", "}}")  # marshmallow formats messages


def _validation(component: Component, key: str) -> str:
    return str((component.spec.get("validate") or {}).get(key) or "")


def _id_number(text: str) -> str | None:
    normal = id_number.normalise(text)
    return normal if id_number.is_valid(normal) else None


def _phone(text: str) -> str | None:
    compact = re.sub(r"\s", "", half_width(text)).replace("(", "").replace(")", "-")
    if mobile := _MOBILE.fullmatch(compact.replace("-", "")):
        return mobile[1]
    return compact if _LANDLINE.fullmatch(compact) else None


def telephone(text: str) -> str | None:
    """A mobile, a landline with its area code, or an international number, as it is stored; None where it is none."""
    compact = re.sub(r"[\s-]", "", half_width(text))
    return _phone(text) or (compact if _INTERNATIONAL.fullmatch(compact) else None)


def _bank_account(text: str) -> str | None:
    compact = re.sub(r"[\s-]", "", half_width(text))
    return compact if bank_account.is_valid(compact) else None


def _region(text: str) -> str | None:
    code = half_width(text.strip())
    return code if code.isascii() and code.isdigit() and len(code) in REGION_DIGITS else None


def _email(text: str) -> str | None:
    return text if _EMAIL.fullmatch(text) else None


FORMATS: Mapping[str, tuple[Callable[[str], str | None], str]] = {
    "id_number": (_id_number, "不正确，请核对 18 位身份证号码"),
    "phone": (_phone, "不正确，请填写 11 位手机号，或带区号的座机号"),
    "bank_account": (_bank_account, "不正确，请填写 12 到 19 位数字的银行账号"),
    "region": (_region, "请选到县（市、区）"),
}
_TYPES: Mapping[str, tuple[Callable[[str], str | None], str]] = {
    "phone": (telephone, "不正确，请填写手机号、带区号的座机号或以 + 开头的国际号码"),
    "email": (_email, "不正确，请填写电子邮箱，例如 name@example.cn"),
}
