"""What there is to come to in a bundle, and what of it no story does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.definitions.bundle import Bundle
from app.definitions.letters import FOLDER, TEMPLATE
from app.documents import wording
from app.gate.reach import Reached

ELEMENTS, FLOWS, ROWS, SENTENCES = "elements", "flows", "rows", "sentences"
TITLES = {ELEMENTS: "环节", FLOWS: "流转", ROWS: "决策表的行", SENTENCES: "文书的句子"}


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that a story may come to. `at` and `row`: where an editor finds it in `file`."""

    kind: str
    file: str
    key: str
    title: str
    at: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a kind stories come to; `missed` is the rest."""

    kind: str
    total: int
    missed: tuple[Thing, ...]

    @property
    def title(self) -> str:
        return TITLES[self.kind]

    @property
    def reached(self) -> int:
        return self.total - len(self.missed)

    @property
    def percent(self) -> int:
        """Rounded down: only what is whole is 100."""
        return 100 * self.reached // self.total if self.total else 100


def shares(bundle: Bundle, reached: Reached) -> list[Share]:
    """Kind by kind, what stories come to. Raises what a bundle that cannot be read raises."""
    found: dict[str, list[Thing]] = {kind: [] for kind in TITLES}
    for thing in _things(bundle):
        found[thing.kind].append(thing)
    known = {path: set(ids) for path, ids in reached.items()}
    return [
        Share(kind, len(things), tuple(each for each in things if each.key not in known.get(each.file, set())))
        for kind, things in found.items() if things
    ]  # fmt: skip


def _things(bundle: Bundle) -> Iterator[Thing]:
    for file in dict.fromkeys(bundle.manifest["processes"].values()):
        key = next(key for key, path in bundle.manifest["processes"].items() if path == file)
        elements = bundle.process(key).elements
        yield from (Thing(ELEMENTS, file, each.id, each.label, each.id) for each in elements.values())
        for flow in bundle.process(key).flows:
            ends = f"{elements[flow.source].label} → {elements[flow.target].label}"
            yield Thing(FLOWS, file, flow.id, f"{flow.name}：{ends}" if flow.name else ends, flow.id)
    yield from _rows(bundle)
    yield from _sentences(bundle.files)


def _rows(bundle: Bundle) -> Iterator[Thing]:
    for decision, model in bundle.decisions.items():
        table = model.table(decision)
        if table is None:
            continue
        for rule in table.rules:
            note = f"：{rule.row.annotation}" if rule.row.annotation else ""
            title = f"{table.name} 第 {rule.index} 行{note}"
            yield Thing(ROWS, bundle.file_of(decision), f"{table.name}#{rule.index}", title, decision, rule.index)


def _sentences(files: Mapping[str, bytes]) -> Iterator[Thing]:
    for path, content in files.items():
        if path.startswith(f"{FOLDER}/") and path.endswith(TEMPLATE):
            for each in wording.read(content):
                if not _only_tags(each.text):
                    yield Thing(SENTENCES, path, str(each.number), each.text, f"p-{each.number}")


def _only_tags(text: str) -> bool:
    """A paragraph that only opens or closes a part, and is not printed itself."""
    return text.strip().startswith("{%") and text.strip().endswith("%}") and "{{" not in text
