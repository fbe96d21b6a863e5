"""What a file is made of, before it is paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.documents.paper import Block, Cover


@dataclass(frozen=True, slots=True)
class Section:
    """Something to be written on sheets of its own."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter; its stored PDF is read, or made, when it is its turn."""

    title: str
    document_id: str


@dataclass(frozen=True, slots=True)
class Material:
    """What somebody uploaded; its bytes are read when it is its turn. `told`: whose it is and from when."""

    title: str
    upload_id: str
    media_type: str
    told: str


Part = Section | Letter | Material


@dataclass(frozen=True, slots=True)
class Content:
    """A whole file. `mark` stands above every sheet of a training installation."""

    cover: Cover
    parts: Sequence[Part]
    mark: str = ""
