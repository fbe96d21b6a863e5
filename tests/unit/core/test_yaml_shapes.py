"""Whatever is wrong with a manifest or a catalogue is said in Chinese, with its place."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.core import strict_yaml
from app.core.paths import BUNDLES
from app.definitions.errors import BundleError
from app.definitions.manifest import load_manifest
from app.figures.content import read
from app.figures.errors import CatalogueError

CATALOGUE = """
figures:
- {key: heating_aid, title: 取暖补助, unit: yuan, kind: amount, clause: J1,
   checks: [{clause: J1, expect: value > 0, message: 应大于零, regions: ["22"], from: 2020-01-01}],
   defaults: [{value: 100, region: "22", from: 2020-01-01}]}
documents: {J20: {title: 某县文件, region: "22", in_force_from: 2020-01-01}}
clauses: {J1: {title: 取暖, text: 冬季取暖给予补助, from: [{J20: 第一条}]}}
"""
GOOD: dict[str, tuple[Any, Callable[[bytes], object]]] = {
    "manifest": (yaml.safe_load((BUNDLES / "dibao" / "bundle.yaml").read_text()), load_manifest),
    "catalogue": (yaml.safe_load(CATALOGUE), lambda content: read(content, "22")),
}
WRONG: tuple[Any, ...] = (None, "", "x" * 600, 3, -1.5, True, [], [1], {}, {"zzz": 1}, {"zzz": None})
ENGLISH = re.compile(
    r"\b(?:not|must|valid|field|missing|unknown|length|string|shorter|required|while|expected)\b", re.I
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(inner, (*path, key))


def _with(value: Any, path: tuple[Any, ...], wrong: Any) -> Any:
    if not path:
        return wrong
    changed = copy.deepcopy(value)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = wrong
    return changed


@pytest.mark.parametrize("name", GOOD)
def test_every_wrong_value_is_told_in_chinese_and_with_its_place(name: str) -> None:
    good, reader = GOOD[name]
    told = [each for path in _places(good) for wrong in WRONG if (each := _refusal(reader, _with(good, path, wrong)))]
    # Places are named by their keys, which are English.
    assert [each for each in told if ENGLISH.search(re.sub(r"\S+：", "", each))] == []
    assert len(told) > 5 * len(list(_places(good)))


def _refusal(reader: Callable[[bytes], object], content: Any) -> str:
    try:
        reader(yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True).encode())
    except (BundleError, CatalogueError) as error:
        return str(error)
    return ""


BROKEN = [b"a: [", b"a: b: c", b"\t- x", b"a: !!timestamp x", b"\xff\xfe\x00", b"a: 'x", b"*a", b"a: !!python/x y"]


@pytest.mark.parametrize("content", BROKEN)
def test_broken_yaml_is_told_in_chinese(content: bytes) -> None:
    with pytest.raises(strict_yaml.NotYaml) as refused:
        strict_yaml.load(content, "bundle.yaml")
    assert not ENGLISH.search(str(refused.value))


def test_days_of_a_clock_may_be_a_number() -> None:
    manifest = yaml.safe_load(Path(BUNDLES / "dibao" / "bundle.yaml").read_text())
    manifest["clocks"]["handling"]["limit"] = 5
    loaded = load_manifest(yaml.safe_dump(manifest, allow_unicode=True).encode())
    assert loaded["clocks"]["handling"]["limit"] == "5"
