"""What goes wrong with a template, its contract or a letter; every message is Chinese and names the place."""

from dataclasses import asdict, dataclass
from typing import Literal


class DocumentError(Exception):
    """A letter could not be made: the step becomes an incident that a person sees and retries."""

    def __init__(self, message: str, *, template: str | None = None, variable: str | None = None) -> None:
        super().__init__(f"文书模板《{template}》：{message}" if template else message)
        self.message = str(self)
        self.template = template
        self.variable = variable


@dataclass(frozen=True)
class Problem:
    """One finding about a template: an `error` forbids publishing it, a `warning` does not. `file` is one of three."""

    severity: Literal["error", "warning"]
    message: str
    where: str = ""
    variable: str | None = None
    file: str = "template.docx"

    def as_dict(self) -> dict[str, str | None]:
        return asdict(self)


def error(message: str, where: str = "", variable: str | None = None, file: str = "template.docx") -> Problem:
    return Problem("error", message, where, variable, file)


def warning(message: str, where: str = "", variable: str | None = None, file: str = "template.docx") -> Problem:
    return Problem("warning", message, where, variable, file)
