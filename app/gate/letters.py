"""Letters of a bundle: each of its own by itself, and each that its diagrams make against the element that makes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from app import vocabulary
from app.definitions.bundle import Bundle
from app.definitions.errors import BundleError
from app.definitions.letters import CONTRACT, FOLDER, SAMPLE, TEMPLATE
from app.documents.contract import load_contract
from app.documents.errors import DocumentError, Problem
from app.vocabulary import ERROR, Finding

_QUOTED = re.compile(r"所在段落：(.{1,60}?)）")


def check_own(files: Mapping[str, bytes], *, contained: bool = False) -> Iterator[Finding]:
    """The three files of each letter that a bundle or library brings, read in a child process with limits.

    contained: this is such a process already.
    """
    for key in sorted({path.split("/")[1] for path in files if path.startswith(f"{FOLDER}/") and path.count("/") > 1}):
        folder = f"{FOLDER}/{key}"
        template, contract, sample = (files.get(f"{folder}/{name}") for name in (TEMPLATE, CONTRACT, SAMPLE))
        for name, content in ((TEMPLATE, template), (CONTRACT, contract), (SAMPLE, sample)):
            if content is None:
                told = "文书要有模板、约定和样例三个文件，缺少这一个，请补上"
                more = "；样例是一份每个变量都有值的数据" if name == SAMPLE else ""
                yield Finding(ERROR, f"{folder}/{name}", "", f"{told}{more}")
        if template is not None and contract is not None and sample is not None:
            for each in _read(template, contract, sample, contained):
                yield _finding(folder, template, each)


def _read(template: bytes, contract: bytes, sample: bytes, contained: bool) -> list[Problem]:
    """Whoever reads Word documents is loaded for a bundle with letters alone: it takes longer than other checks."""
    from app.documents.checking import check_files
    from app.documents.isolated import check_isolated

    return list((check_files if contained else check_isolated)(template, contract, sample))


def _finding(folder: str, template: bytes, each: Problem) -> Finding:
    at, told = each.variable or "", f"{each.message}{each.where if each.file == TEMPLATE else ''}"
    row = _paragraph(template, told, at) if each.file == TEMPLATE else 0
    return Finding(each.severity, f"{folder}/{each.file}", at, told, at=at, row=row)


def _paragraph(template: bytes, told: str, variable: str) -> int:
    """The paragraph that a problem quotes, else the first that uses its variable; 0 where neither is found."""
    from app.documents import wording
    from app.documents.upload import check_upload

    if check_upload(template):
        return 0
    quoted, name = _QUOTED.search(told), variable.partition(".")[0].removesuffix("[]")
    wanted = [part for part in (quoted[1] if quoted else "", name) if part]
    lines = wording.read(template)
    found = next((line.number for part in wanted for line in lines if part in line.text), 0)
    if not found and quoted:  # jinja tells a paragraph together with those that a broken tag joins to it
        parts = [line for line in lines if quoted[1].startswith(line.text.strip())]
        found = max(parts, key=lambda line: len(line.text)).number if parts else 0
    return found


def check_read(bundle: Bundle, words: vocabulary.Vocabulary) -> Iterator[Finding]:
    """What contracts read that is not there, or of another type; the bundle's own letter, else the library's."""
    for each in words.letters():
        place = f"{FOLDER}/{each.template}/{CONTRACT}"
        try:
            contract = load_contract(bundle.letter(each.template).contract)
        except BundleError:  # the linter says so where a diagram names it
            continue
        except DocumentError as error:
            yield Finding(ERROR, place, "", error.message)
            continue
        shared = each.template not in bundle.letters
        yield from each.findings(contract.title, contract.variables.values(), shared=shared)
