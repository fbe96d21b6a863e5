"""Letters of a bundle: each of its own by itself, and each that its diagrams make against the element that makes it."""

from __future__ import annotations

from collections.abc import Iterator

from app import vocabulary
from app.definitions.bundle import Bundle
from app.definitions.errors import BundleError
from app.definitions.letters import CONTRACT, FOLDER, SAMPLE
from app.documents.contract import load_contract
from app.documents.errors import DocumentError
from app.documents.isolated import check_isolated
from app.vocabulary import ERROR, Finding


def check_own(bundle: Bundle) -> Iterator[Finding]:
    """Template, contract and sample of each letter that the bundle brings, read in a child process with limits."""
    for key, letter in bundle.letters.items():
        folder = f"{FOLDER}/{key}"
        if letter.sample is None:
            yield Finding(ERROR, f"{folder}/{SAMPLE}", "", "缺少样例，请补上一份每个变量都有值的 sample.json")
            continue
        for each in check_isolated(letter.template, letter.contract, letter.sample):
            yield Finding(each.severity, folder, each.variable or "", f"{each.message}{each.where}")


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
