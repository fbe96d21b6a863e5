"""Whatever bytes a reader gets: a finding, or a document; never another exception, never longer than a second."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import engine, feel, forms
from app.definitions.errors import BundleError
from app.definitions.manifest import load_manifest
from app.documents.checking import check_files
from app.documents.contract import load_contract
from app.documents.errors import DocumentError
from app.documents.template import load_template
from app.engine.lint import ERROR, lint
from app.feel import dmn
from app.figures import content as catalogue
from app.figures.errors import CatalogueError
from app.scenarios.story import StoryError, parse_story
from tests.support.mutations import ROOT, mutated
from tests.unit.engine.engine_kit import END, START, document, flow, process, user

SECONDS = 1.0


class Reader(NamedTuple):
    """read: the content → something, or one of `refusals`. shipped: what it reads every day, as patterns."""

    read: Callable[[bytes], Any]
    shipped: str
    refusals: tuple[type[Exception], ...] = ()


READERS = {
    "diagram": Reader(lint, "bpmn/*/*.bpmn"),
    "diagram of the engine": Reader(engine.load, "bpmn/*/*.bpmn", (engine.DiagramError,)),
    "table": Reader(lambda each: dmn.load(each).analyse(), "bpmn/*/*.dmn", (feel.FeelError,)),
    "form": Reader(forms.lint, "bpmn/*/*.form.json"),
    "form of the desk": Reader(forms.load, "bpmn/*/*.form.json", (forms.FormError,)),
    "manifest": Reader(load_manifest, "bpmn/*/bundle.yaml", (BundleError,)),
    "catalogue": Reader(lambda each: catalogue.read(each, "340722"), "policy/figures.yaml", (CatalogueError,)),
    "story": Reader(parse_story, "bpmn/*/scenarios/*.yaml", (StoryError,)),
    "contract": Reader(load_contract, "**/contract.yaml", (DocumentError,)),
    "template": Reader(load_template, "**/template.docx", (DocumentError,)),
    "letter": Reader(lambda each: check_files(each, each, each), "**/template.docx"),
}
STRANGE = [
    *(b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\t", b"# nothing\n", b"<!-- nothing -->" * 3000, b"<a/>"),
    *(b"null", b"[]", b"{}", b"- 1", b'"x"', b"NaN", b"2020-13-40", b"9" * 5000),
    *(b"[" * 5000, b"{" * 5000, b"- " * 2000),
    *(b"a: &x [*x]", b"? [a]\n: b", b"<<: 3", b"a: b: c", b"--- 1\n--- 2\n", b"%YAML 9.9\n---\n", b"a: 0x", b"a: .inf"),
    *(b"a: !!%s x" % tag for tag in (b"python/object:os.system", b"timestamp", b"float", b"int", b"bool", b"omap")),
    *("编号: 一".encode(code) for code in ("utf-8", "gbk", "utf-16")),
    *(b'{"a": "\\ud800"}', b'{"components": 1}', b'{"components": [[]]}', b'<?xml version="1.0" encoding="gbk"?><a/>'),
    b'<a xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><b xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/></a>',
    b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><!-- nothing --></definitions>',
    b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><!-- nothing --></definitions>',
]  # fmt: skip


def read(name: str, content: bytes) -> None:
    reader, begun = READERS[name], time.process_time()
    with suppress(*reader.refusals):
        reader.read(content)
    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize("name", READERS)
def test_strange_files(name: str) -> None:
    for content in STRANGE:
        read(name, content)


def _shipped(pattern: str) -> list[Path]:
    return sorted(path for path in ROOT.glob(pattern) if ".venv" not in path.parts)


@pytest.mark.parametrize("name", READERS)
def test_damaged_files(name: str) -> None:
    """Text loses words; of a Word file single bytes are changed, which its checksums find late."""
    rng, shipped = random.Random(name), _shipped(READERS[name].shipped)
    for _ in range(15):
        content = rng.choice(shipped).read_bytes()
        if content[:2] == b"PK":
            damaged = bytearray(content)
            for place in rng.sample(range(len(damaged)), 8):
                damaged[place] = rng.randrange(256)
            read(name, bytes(damaged))
        else:
            read(name, mutated(content, rng))


_LETTERS = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    st.binary(max_size=300) | _LETTERS.map(str.encode) | st.dictionaries(_LETTERS, _LETTERS).map(repr).map(str.encode)
)
def test_any_bytes(content: bytes) -> None:
    for name in READERS:
        read(name, content)


CHINESE = document(process(START, user("初审"), END, flow("s", "初审", "e")))


@pytest.mark.parametrize(
    ("content", "accepted"),
    [
        (CHINESE, True),
        (CHINESE.replace(b"<bpmn:", b"<p:").replace(b"</bpmn:", b"</p:").replace(b"xmlns:bpmn=", b"xmlns:p="), True),
        (CHINESE.replace(b"<bpmn:endEvent", b'<endEvent xmlns=""').replace(b"</bpmn:endEvent", b"</endEvent"), False),
        (
            CHINESE.replace(b"<bpmn:endEvent", b'<x:endEvent xmlns:x="urn:x"').replace(b"</bpmn:endE", b"</x:endE"),
            False,
        ),
    ],
)
def test_ids_and_namespaces(content: bytes, accepted: bool) -> None:
    """Ids may be Chinese, any prefix stands for BPMN, and another namespace is not BPMN."""
    problems = [each for each in lint(content) if each.severity == ERROR and "岗位" not in each.message]
    assert (not [each for each in problems if "表单" not in each.message]) == accepted
