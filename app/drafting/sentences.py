"""Fields that a page writes itself (a reason, an objection), so that drafts treat them as they do the owners' forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.forms import Form

_LINE = Markup("<dt>{}</dt><dd>{}</dd>")


@dataclass(frozen=True, slots=True)
class Sentences:
    """`labels`: name of the field → what people call it; `form`: the owners' form that stands above them, if any."""

    labels: Mapping[str, str]
    form: Form | None = None

    @property
    def names(self) -> set[str]:
        return set(self.labels) | (outermost(self.form) if self.form else set())

    def parse(self, posted: Mapping[str, list[str]]) -> dict[str, Any]:
        """The last text of each name, as a page has it; an owners' form keeps names that it does not know."""
        return self.form.parse(posted) if self.form else {name: texts[-1] for name, texts in posted.items()}

    def render(self, values: Mapping[str, Any], *, readonly: bool = True, reveal: bool = True) -> Markup:
        """To be read, not to be typed into."""
        above = self.form.render(dict(values), readonly=readonly, reveal=reveal) if self.form else Markup()
        lines = Markup().join(
            _LINE.format(label, values[name]) for name, label in self.labels.items() if values.get(name)
        )
        return Markup('{}<dl class="facts said">{}</dl>').format(Markup(above), lines)


def outermost(form: Form | Sentences) -> set[str]:
    """The names that a form asks for at its outermost level."""
    if isinstance(form, Sentences):
        return form.names
    return {component.path[0] for component in form.root.walk() if component.path}
