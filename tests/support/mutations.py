"""Shipped diagrams, tables and forms, damaged at random: each is refused in words or accepted, and never crashes.

A diagram that the gate accepts is loaded and started as well.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from pathlib import Path

from app import engine, feel, forms
from app.engine.lint import ERROR, lint
from app.feel import dmn
from tests.unit.engine.engine_kit import World

ROOT = Path(__file__).parents[2]
SEEDS = [sorted((ROOT / "bpmn").glob(f"*/{pattern}")) for pattern in ("*.bpmn", "*.dmn", "*.form.json")]
_TOKENS = re.compile(rb"<[^>]*>|[\w:]+=\"[^\"]*\"|\"[^\"]*\"|[^<\"]+")
_VALUE = re.compile(rb'"[^"]*"|>[^<]*')
_NASTY = [
    *(b"", b"0", b"-1", b"1e99999999999", b"9" * 5000, b"true", b"null", b"{}", b"[]", b"\xff", b"\x00"),
    *(b"R/PT0S", b"-P1D", b"P99999999999Y", b"R999999999/P1D", b"2020-13-40", b"a b", b"]]>", b"<!-- x -->", b"&amp;"),
    *("编号".encode(), "\u202e".encode(), b"=" * 50, b"(" * 3000, b"not(" * 500, b"1" + b"**9" * 2000, b"${x}"),
    b"x" * 70000,
]  # fmt: skip
_ENGLISH = re.compile(
    r"Error\(|Exception|Traceback|object at 0x|xmlns|</?bpmn:|not found|invalid|Unsupported|unexpected"
)


def mutated(content: bytes, rng: random.Random) -> bytes:
    """One to four damages: tokens dropped, doubled, exchanged or replaced, bytes changed, the end cut off."""
    for _ in range(rng.randint(1, 4)):
        tokens = _TOKENS.findall(content) or [b""]
        place, other = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        match rng.randrange(8):
            case 0:
                del tokens[place]
            case 1:
                tokens.insert(other, tokens[place])
            case 2:
                tokens[place], tokens[other] = tokens[other], tokens[place]
            case 3 | 4 | 5:
                tokens[place] = _VALUE.sub(b'"' + rng.choice(_NASTY) + b'"', tokens[place], count=1)
            case 6:
                tokens[place] = rng.choice(_NASTY)
            case 7 if rng.random() < 0.2:
                tokens = tokens[:place]
        content = b"".join(tokens)
    return content


def verdict(name: str, content: bytes) -> str:
    """`accepted` or `refused`. AssertionError for a message that is no Chinese sentence; anything else is a crash."""
    if name.endswith(".bpmn"):
        problems = [str(each) for each in lint(content) if each.severity == ERROR]
        if not problems:
            engine.start(engine.load(content), {}, World())
    elif name.endswith(".dmn"):
        problems = _table(content)
    else:
        problems = forms.lint(content)
    for problem in problems:
        assert re.search("[\u4e00-\u9fff]", problem), problem
        assert not _ENGLISH.search(re.sub("“.*?”", "", problem)), problem
    return "refused" if problems else "accepted"


def _table(content: bytes) -> list[str]:
    try:
        model = dmn.load(content)
    except feel.FeelError as error:
        return [str(error)]
    return [each.message_zh for each in model.analyse() if each.severity == ERROR]


def play(count: int, seed: int = 1) -> tuple[Counter[str], float]:
    """How `count` mutations ended, and the seconds of the slowest. Raises with seed and file where one crashed."""
    ended: Counter[str] = Counter()
    slowest = 0.0
    for number in range(seed, seed + count):
        rng = random.Random(number)
        path = rng.choice(rng.choice(SEEDS))
        content = mutated(path.read_bytes(), rng)
        begun = time.process_time()
        try:
            ended[f"{path.suffix} {verdict(path.name, content)}"] += 1
        except Exception as error:
            raise AssertionError(f"mutation {number} of {path.relative_to(ROOT)}: {error!r}") from error
        slowest = max(slowest, time.process_time() - begun)
    return ended, slowest
