"""A bundle in memory: parsed once per content hash and shared by all threads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from app import engine, forms
from app.core.ids import digest
from app.definitions.errors import BundleError
from app.definitions.folder import MANIFEST, read_folder
from app.definitions.letters import Letter, letters_of
from app.definitions.manifest import load_manifest
from app.definitions.messages import defaults
from app.definitions.names import EVERYWHERE
from app.feel import dmn

_WORD = re.compile(rb"[a-z][a-z0-9_]+")
Pinned = Mapping[str, Mapping[str, Letter]]
"""Letters of the library that hold for a release: by scope, then by key."""


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A legal deadline as the manifest declares it; `limit` is FEEL."""

    key: str
    title: str
    clause: str
    limit: str
    unit: Literal["working_days", "calendar_days"]


class Bundle:
    """Files of one bundle and what they mean. Immutable. `release_id` where they come from a release.

    `pinned` are the letters of the library that the bundle may use besides its own.
    """

    def __init__(
        self, files: Mapping[str, bytes], *, release_id: str | None = None, pinned: Pinned | None = None
    ) -> None:
        if MANIFEST not in files:
            raise BundleError(["缺少 bundle.yaml，请先填写方案清单"])
        self.release_id = release_id
        self.files = dict(files)
        self.pinned = pinned or {}
        self.manifest = load_manifest(files[MANIFEST])
        self.programme: str = self.manifest["programme"]
        self.title: str = self.manifest["title"]
        self.basis: str = self.manifest["basis"]
        self.region_code: str = self.manifest["region"]
        self.by_office: bool = self.manifest["by_office"]
        self.repeat_days: int | None = self.manifest["repeat_days"]
        self.priority: str = self.manifest["priority"]
        self.roles: dict[str, list[str]] = self.manifest["roles"]
        self.once_scope: str | None = (self.manifest["once"] or {}).get("scope")
        self.quota_subsidy: dict[str, Any] | None = self.manifest["quota_subsidy"]
        self.precheck: dict[str, Any] | None = self.manifest["precheck"]
        nothing: dict[str, Any] = {"columns": [], "recipient": None, "members": None, "institution": None}
        self.taken_over: dict[str, Any] = self.manifest["taken_over"] or nothing

    @classmethod
    def from_folder(cls, folder: Path) -> Bundle:
        """Read a bundle folder, stories and letters included."""
        return cls(read_folder(folder))

    @cached_property
    def content_hash(self) -> str:
        return hash_of(self.files)

    @cached_property
    def letters(self) -> dict[str, Letter]:
        """The bundle's own letters by key."""
        return letters_of(self.files)

    def letter(self, key: str, region_ids: Sequence[str] = ()) -> Letter:
        """The bundle's own letter, else the one of the library that is fixed for the nearest of `region_ids`.

        Raises BundleError.
        """
        if key in self.letters:
            return self.letters[key]
        scopes = (*region_ids, EVERYWHERE) if region_ids else tuple(self.pinned)
        found = next((self.pinned[scope][key] for scope in scopes if key in self.pinned.get(scope, {})), None)
        if found is None:
            raise BundleError([f"方案「{self.title}」没有文书模板 {key}，请补上模板，或更正流程图中的名称"])
        return found

    @cached_property
    def processes(self) -> dict[str, engine.Diagram]:
        """Parsed diagrams by process key; `main` starts with an application."""
        return {key: engine.load(self._file(path)) for key, path in self.manifest["processes"].items()}

    @cached_property
    def messages(self) -> Mapping[str, str]:
        """Texts to applicants by event (`app.definitions.messages`); an empty one says nothing."""
        return {**defaults(), **self.manifest["messages"]}

    @cached_property
    def clocks(self) -> dict[str, ClockRule]:
        return {key: ClockRule(key, **rule) for key, rule in self.manifest["clocks"].items()}

    @cached_property
    def tables(self) -> dict[str, Any]:
        """Path → the loaded DMN model of the file."""
        return {path: dmn.load(self._file(path)) for path in self.manifest["decisions"]}

    @cached_property
    def decisions(self) -> dict[str, Any]:
        """Decision id → the loaded DMN model that holds it."""
        return {decision: model for model in self.tables.values() for decision in model.ids}

    def file_of(self, decision: str) -> str:
        """The file that holds a decision. Raises KeyError where there is none."""
        model = self.decisions[decision]
        return next(path for path, each in self.tables.items() if each is model)

    @cached_property
    def registry_guards(self) -> frozenset[str]:
        """Decisions that look into the registry: at the door they speak to staff only."""
        return frozenset(
            name
            for name, model in self.decisions.items()
            if any(read == "registry" or read.startswith("registry.") for read in model.reads(name))
        )

    def following(self, figure: str | None = None) -> list[str]:
        """Processes that calculate an award again (`follows="figures"`): those that read this figure, or all."""
        return [key for key, words in self._following.items() if figure is None or figure.encode() in words]

    @cached_property
    def following_members(self) -> list[str]:
        """Processes that begin when somebody is no longer covered by an award (`follows="members"`)."""
        return [key for key, each in self.processes.items() if each.start.properties.get("follows") == "members"]

    @cached_property
    def _following(self) -> dict[str, frozenset[bytes]]:
        """Such process → every word of its diagram and of the tables that it asks: whoever reads a figure names it."""
        found = {}
        for key, diagram in self.processes.items():
            if diagram.start.properties.get("follows") == "figures":
                files = [self.manifest["processes"][key], *(self.file_of(name) for name in _asked(diagram))]
                found[key] = frozenset(word for path in files for word in _WORD.findall(self.files[path]))
        return found

    @property
    def application_form(self) -> forms.Form:
        return self.form(self.manifest["application_form"])

    def form(self, key: str) -> forms.Form:
        """The form that a task's `camunda:formKey` names."""
        return forms.load(self._file(key))

    def process(self, key: str) -> engine.Diagram:
        try:
            return self.processes[key]
        except KeyError:
            raise BundleError([f"方案「{self.title}」没有流程 {key}"]) from None

    def _file(self, path: str) -> bytes:
        try:
            return self.files[path]
        except KeyError:
            raise BundleError([f"方案「{self.title}」缺少文件 {path}"]) from None


def _asked(diagram: engine.Diagram) -> Iterator[str]:
    """The decisions that a diagram names."""
    for element in diagram.elements.values():
        yield from filter(None, (element.attributes.get("decisionRef"), *element.guards))


def hash_of(files: Mapping[str, bytes]) -> str:
    """The name of the content of a bundle: paths and bytes."""
    return hash_of_names({path: digest(content) for path, content in files.items()})


def hash_of_names(hashes: Mapping[str, str]) -> str:
    """The same from the names of the contents by path."""
    return digest(b"\0".join(path.encode() + b"\0" + hashes[path].encode() for path in sorted(hashes)))
