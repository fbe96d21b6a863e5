"""What is kept of a release weighs no more than its bounds count: else hundreds of programmes fill the machine."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from app.core.lru import Made
from app.core.paths import BUNDLES, TEMPLATES
from app.definitions import store
from app.definitions.folder import read_folder
from app.documents.contract import load_contract
from app.documents.template import load_template
from app.engine import diagram
from app.feel import dmn
from app.forms import form

LETTERS = ("application_form", "approval_notice", "correction_notice", "ending_notice")
SHIPPED = [
    *read_folder(BUNDLES / "orphan_support").items(),
    *((str(each), each.read_bytes()) for key in LETTERS for each in (TEMPLATES / key).iterdir()),
]
MORE = 1.2  # what Python and its libraries may differ by


def _of(made: Made[Any]) -> tuple[Callable[[bytes], object], float]:
    return made.__wrapped__, made.times  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("ending", "make", "times"),
    [
        (".bpmn", lambda content: diagram._parse(content, "", None), diagram.WEIGHT),
        (".dmn", dmn.load, store.WEIGHTS[".dmn"]),
        (".form.json", *_of(form._load)),
        ("template.docx", *_of(load_template)),
        ("contract.yaml", *_of(load_contract)),
    ],
)
def test_what_is_kept_weighs_what_is_counted(ending: str, make: Callable[[bytes], object], times: float) -> None:
    contents = [content for path, content in SHIPPED if path.endswith(ending)]
    make(contents[0])  # what the first of its kind imports
    gc.collect()
    tracemalloc.start()
    try:
        kept = [make(content) for content in contents]
        gc.collect()
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    counted = times * sum(map(len, contents))
    assert kept
    assert 0.3 * counted < held < MORE * counted, f"{held / sum(map(len, contents)):.1f} times its file"
