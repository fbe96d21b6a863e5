"""The boundary: what somebody outside must be able to do, and how an implementation is found and chosen.

An implementation is a Python entry point of one of the three groups, in this package or in any other that is installed:
a callable that takes all `DOUDI_…` settings and returns the object. What ships is listed in pyproject.toml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol

Settings = Mapping[str, str]
MESSENGERS, DEPARTMENTS, PDF, STAMPS = "doudi.messengers", "doudi.departments", "doudi.pdf", "doudi.stamps"
_TITLES = {
    STAMPS: "加盖时间戳的方式",
    MESSENGERS: "发送通知的方式",
    DEPARTMENTS: "部门核对的方式",
    PDF: "生成 PDF 的方式",
}


class SettingError(ValueError):
    """A setting is missing or cannot be; the Chinese sentence names it and says what to do. Nothing starts."""


class Failed(Exception):
    """Somebody outside could not be reached or did not do it; Chinese, one line. The job tries again."""


class Refused(Failed):
    """To try again is useless; what must be mended first, in one Chinese line."""


class Messenger(Protocol):
    """Carries a message out of the house."""

    def send(self, key: str, to: str, text: str) -> None:
        """Send `text` to the telephone number `to`. `key` is the same when a message is sent again. Raises Failed."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a department is asked (F10). `key` is the same when a question is asked again; it names it in the answer.

    department: a key of `app.effects.waiting.DEPARTMENTS`. persons: {name, id_number} each. until: the last day of
    waiting, inclusive.
    """

    key: str
    department: str
    case_number: str
    persons: tuple[Mapping[str, str], ...]
    until: date


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of asking: the answer, or when to ask again, or that a person of the house will enter it.

    None of the three: the department posts its answer (`POST /api/v1/waits/<key>/answer`). What an answer may hold
    says `app.effects.waiting.ASK.answer`.
    """

    answer: Mapping[str, Any] | None = None
    again: timedelta | None = None
    by_hand: bool = False


class Department(Protocol):
    """Knows something of people."""

    def ask(self, question: Question) -> Reply:
        """Ask, or look whether an answer has come; the same question may be asked any number of times.

        Must return within a minute or two. Raises Failed.
        """


class PdfMaker(Protocol):
    """Makes a PDF of a letter. The bytes differ from run to run: store what was issued and hash that."""

    def to_record(self, docx: bytes) -> bytes:
        """PDF/A of a letter that was issued, to be kept; many come after each other. Raises Failed."""

    def to_pdf(self, docx: bytes) -> bytes:
        """To be looked at, of whatever file. Raises Failed."""

    def to_pdfs(self, files: Sequence[bytes]) -> list[bytes | None]:
        """The same of many at once, None for those of which nothing can be made. Raises Failed."""


class Stamper(Protocol):
    """Puts a time stamp to a digest, so that nobody can say later that it was there earlier."""

    def stamp(self, text: str) -> str:
        """The stamp of 64 hexadecimal digits, as text that proves it. Raises Failed."""


@dataclass(frozen=True, slots=True)
class Departments:
    """Who answers for which department; `default` answers for those that have nobody of their own."""

    default: Department
    own: Mapping[str, Department]

    def ask(self, question: Question) -> Reply:
        return self.own.get(question.department, self.default).ask(question)


def messenger(name: str, settings: Settings) -> Messenger:
    """The messenger of this name. Raises SettingError."""
    return _load(MESSENGERS, name, "DOUDI_MESSENGER", settings)


def stamper(name: str, settings: Settings) -> Stamper:
    """The time-stamping service of this name. Raises SettingError."""
    return _load(STAMPS, name, "DOUDI_AUDIT_STAMP", settings)


def pdf_maker(name: str, settings: Settings) -> PdfMaker:
    """The maker of PDF of this name. Raises SettingError."""
    return _load(PDF, name, "DOUDI_PDF", settings)


def departments(choice: str, known: Mapping[str, str], settings: Settings) -> Departments:
    """`hand, vehicles=http`: one name for all departments, and others for single ones. Raises SettingError.

    `known`: keys of departments with their titles.
    """
    where = "DOUDI_DEPARTMENTS"
    chosen: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in choice.split(","))):
        department, _, name = part.rpartition("=")
        department = department.strip()
        if department and department not in known:
            listed = "、".join(f"{key}（{title}）" for key, title in known.items())
            raise SettingError(f"设置 {where} 里的“{department}”不是核对部门，可用：{listed}")
        if department in chosen:
            raise SettingError(f"设置 {where} 里“{department or name}”写了两次，请删去一个")
        chosen[department] = name.strip()
    if "" not in chosen:
        raise SettingError(f"设置 {where} 缺少其余部门的方式，请写成“hand, vehicles=http”的形式")
    made = {name: _load(DEPARTMENTS, name, where, settings) for name in dict.fromkeys(chosen.values())}
    own = {department: made[name] for department, name in chosen.items() if department}
    return Departments(made[chosen[""]], own)


def _load(group: str, name: str, setting: str, settings: Settings) -> Any:
    installed = {each.name: each for each in entry_points(group=group)}
    if name not in installed:
        listed = "、".join(sorted(installed)) or "无，请重新安装本软件"
        raise SettingError(f"设置 {setting} 要用的{_TITLES[group]}“{name}”没有安装。已安装：{listed}")
    return _made(installed[name], setting, settings)


def _made(found: EntryPoint, setting: str, settings: Settings) -> Any:
    """Whatever hinders a foreign package, the start stops with a sentence that names it."""
    try:
        return found.load()(settings)
    except SettingError:
        raise
    except Exception as fault:
        told = f"{type(fault).__name__}：{fault}"
        raise SettingError(f"设置 {setting} 选用的“{found.name}”（{found.value}）装不上：{told}") from fault
