"""Letters (文书) as releases carry them: a template, its contract and a sample, by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.ids import digest

FOLDER = "letters"
TEMPLATE, CONTRACT, SAMPLE = "template.docx", "contract.yaml", "sample.json"


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Letter:
    """A Word template and its contract. The hashes name their blobs, by which an issued letter is made again."""

    key: str
    template: bytes
    contract: bytes
    template_hash: str
    contract_hash: str
    sample: bytes | None = None

    @classmethod
    def of(cls, key: str, template: bytes, contract: bytes, sample: bytes | None = None) -> Letter:
        return cls(key, template, contract, digest(template), digest(contract), sample)


def as_files(letters: Mapping[str, Letter]) -> dict[str, bytes]:
    """Letters as the files of a library, the inverse of `letters_of`."""
    parts = {
        f"{FOLDER}/{key}/{name}": content
        for key, each in letters.items()
        for name, content in ((TEMPLATE, each.template), (CONTRACT, each.contract), (SAMPLE, each.sample))
    }
    return {path: content for path, content in parts.items() if content is not None}


def letters_of(files: Mapping[str, bytes]) -> dict[str, Letter]:
    """The letters among the files of a bundle by key; those without template or contract are left to the gate."""
    keys = {path.split("/")[1] for path in files if path.startswith(f"{FOLDER}/") and path.count("/") == 2}
    found = {}
    for key in sorted(keys):
        template, contract, sample = (files.get(f"{FOLDER}/{key}/{name}") for name in (TEMPLATE, CONTRACT, SAMPLE))
        if template is not None and contract is not None:
            found[key] = Letter.of(key, template, contract, sample)
    return found
