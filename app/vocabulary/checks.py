"""The rules of one process: each yields findings that name the element, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from app.engine import timers
from app.engine.outline import DUE, Point, Text
from app.feel import Inferred
from app.feel.shapes import UNKNOWN, Shape
from app.vocabulary import inputs, passing
from app.vocabulary.finding import ERROR, WARNING, Finding
from app.vocabulary.reading import Reader, word
from app.vocabulary.words import HUMAN, Words, look

_TIMES = {
    "timeDate": ("date", "date and time"),
    "timeDuration": ("days and time duration", "years and months duration"),
    "timeCycle": ("string",),
    DUE: ("date", "date and time", "days and time duration", "years and months duration", "number", "string"),
}
_TIME_WORDS = {
    "timeDate": "日期",
    "timeDuration": '时长（例如 duration("P7D")）',
    "timeCycle": '循环（例如 "R3/P7D"）',
    DUE: '日期、时长（例如 duration("P7D")）或工作日数',
}
_AFTER = ("completionCondition", "loopCondition", "output")
_BY_CASE = ("attribute", "property", DUE)


def check(words: Words) -> Iterator[Finding]:
    """All findings of a process."""
    if not words.paths.whole:
        told_large = "岔路太多，名称在哪些路径上有值没有逐条查完；可以拆成几个子流程或几个流程"
        yield Finding(WARNING, words.file, "", told_large)
    for point in words.points():
        for rule in (_texts, _script, _shadows, passing.check, _timers, _clock, _form, inputs.check):
            yield from rule(words, point)


def told(words: Words, point: Point, message: str) -> Finding:
    return Finding(ERROR, words.file, point.element.label, message, at=point.id)


def _scope(words: Words, own: Mapping[str, Shape]) -> dict[str, Shape]:
    return {**words.roots, **own}


def _inferred(words: Words, point: Point, text: str) -> Inferred | None:
    return look(text, _scope(words, words.own(point)))


def _texts(words: Words, point: Point) -> Iterator[Finding]:
    for text in point.texts:
        after = text.role in _AFTER
        own = words.left(point) if after else {}
        mine = words.own(point, passed=text.role not in _BY_CASE)
        reader = Reader(words, point, {**mine, **own}, after=after)
        inferred = look(text.expression, _scope(words, {**mine, **own})) if _is_feel(text) else None
        if inferred is not None:
            yield from reader.findings(inferred, text.what)


def _is_feel(text: Text) -> bool:
    return not (text.role in _TIMES and timers.is_iso(text.expression))


def _script(words: Words, point: Point) -> Iterator[Finding]:
    before: list[str] = []
    for path, inferred in words.assigned(point):
        yield from Reader(words, point, before).findings(inferred, f"脚本“{'.'.join(path)} = …”", values=False)
        if len(path) == 1:
            before.append(path[0])


def _shadows(words: Words, point: Point) -> Iterator[Finding]:
    """Nobody may take a name that the system gives; scripts may add to the case."""
    for path, _ in words.gives(point):
        root = path.partition(".")[0]
        if root in words.given and (root != "case" or path == "case"):
            what = "脚本不能给" if point.script else "结果不能存为"
            yield told(
                words, point, f"{what}“{root}”{'赋值' if point.script else ''}：这是系统给的名称，请换一个变量名"
            )


def _timers(words: Words, point: Point) -> Iterator[Finding]:
    for text in point.texts:
        if text.role in _TIMES and _is_feel(text):
            inferred = _inferred(words, point, text.expression)
            if inferred and inferred.shape.known and inferred.shape.kind not in _TIMES[text.role]:
                yield told(
                    words,
                    point,
                    f"{text.what}“{text.expression}”的结果是{word(inferred.shape)}，应为{_TIME_WORDS[text.role]}，请改正",
                )


def _clock(words: Words, point: Point) -> Iterator[Finding]:
    key = point.element.properties.get("clock", "")
    rule = words.bundle.manifest["clocks"].get(key)
    if rule is None:
        return
    inferred = _inferred(words, point, rule["limit"])
    if inferred is None:
        return
    for each in Reader(words, point).findings(inferred, "限期", file="bundle.yaml"):
        yield replace(each, place=f"clocks.{key}.limit", at=f"clocks.{key}.limit")
    if inferred.shape.known and inferred.shape.kind != "number":
        what = f"时限“{rule['title']}”的 limit 应为天数，现在的表达式得到{word(inferred.shape)}，请改正"
        yield Finding(ERROR, "bundle.yaml", f"clocks.{key}.limit", what, at=f"clocks.{key}.limit")


def _form(words: Words, point: Point) -> Iterator[Finding]:
    """Conditions of a form read its own fields and what was known before."""
    key = point.element.attributes.get("formKey", "")
    if point.element.type not in HUMAN or key not in words.bundle.files:
        return
    form = words.bundle.form(key)
    if "together" in point.element.properties and any(field.kind == "filepicker" for field in form.root.walk()):
        yield told(words, point, "表单要上传文件，每一件各不相同，不能一起办理（together），请去掉其中一样")
    known = words.filled(key).shapes
    reader = Reader(words, point, form.shape.members)
    for field, row, text in form.texts():
        special = dict.fromkeys(_IN_ROWS, UNKNOWN) if row.members else {}
        scope = {**row.members, **special}
        inferred = look(text, {**known, **scope})
        if inferred is not None:
            inside = Reader(words, point, [*form.shape.members, *scope]) if scope else reader
            for each in inside.findings(inferred, "条件", values=False, file=key):
                yield replace(each, place=field.name, at=field.key)
    yield from _prefills(words, point, key)


def _prefills(words: Words, point: Point, key: str) -> Iterator[Finding]:
    """What a field is filled in with is known before the form, and of the field's kind."""
    form, reader = words.bundle.form(key), Reader(words, point)
    for field, text in form.prefills():
        inferred = look(text, words.before_form())
        if inferred is None:
            continue
        for each in reader.findings(inferred, "预填", values=False, file=key):
            yield replace(each, place=field.name, at=field.key)
        asked = form.shape.at(field.path)
        if asked and asked.known and inferred.shape.known and inferred.shape.kind != asked.kind:
            told = f"预填的“{text}”的结果是{word(inferred.shape)}，这个字段要{word(asked)}，请改正"
            yield Finding(ERROR, key, field.name, told, at=field.key)


_IN_ROWS = ("this", "parent", "i", "_this_", "_parent_", "_i_")
