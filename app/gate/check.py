"""The publish gate over a whole bundle: manifest, diagrams, tables, forms and stories, each finding with its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app import feel, forms, vocabulary
from app.core.paths import TEMPLATES
from app.definitions.bundle import Bundle
from app.definitions.errors import BundleError
from app.definitions.folder import CATALOGUE, MANIFEST, STORIES, read_folder
from app.definitions.letters import FOLDER, Letter, letters_of
from app.definitions.manifest import load_manifest
from app.definitions.names import EVERYWHERE
from app.effects import SCHEMAS
from app.engine.lint import Known, lint_all
from app.feel import dmn
from app.figures.content import Catalogue, seeded
from app.figures.errors import CatalogueError
from app.gate import letters
from app.identity.positions import POSITIONS
from app.scenarios.story import StoryError, parse_story
from app.vocabulary import ERROR, WARNING, Finding

FIRST_FIELDS = ("name", "id_number")


def check_folder(folder: Path) -> list[Finding]:
    """Check a bundle folder with its stories. An empty list means that it may be published."""
    return check_bundle(read_folder(folder))


def check_bundle(
    files: Mapping[str, bytes],
    library: Mapping[str, Letter] | None = None,
    catalogue: Catalogue | None = None,
    place: str | None = None,
) -> list[Finding]:
    """Check the files of a bundle; diagrams are read in a child process with limits.

    `library`: the letters that it may use besides its own; `catalogue`: what figures, clauses and documents there are;
    by default those of the repository. `place`: the region for which it is meant, by default that of its manifest.
    """
    library = letters_of(read_folder(TEMPLATES)) if library is None else library
    if MANIFEST not in files:
        return [Finding(ERROR, MANIFEST, "", "缺少方案清单，请先填写 bundle.yaml")]
    try:
        manifest = load_manifest(files[MANIFEST])
    except BundleError as error:
        return [Finding(ERROR, MANIFEST, "", problem) for problem in error.problems]
    models, findings = _tables(files, manifest)
    known_words, problems = _catalogue(files, catalogue or seeded(), place or manifest["region"])
    findings += problems
    for rule in (_present, _clocks, _forms):
        findings += rule(files, manifest)
    known = Known(
        forms={path for path in files if path.endswith(".form.json")},
        decisions={name for model in models for name in (*model.ids, *model.names)},
        topics=set(SCHEMAS),
        templates={*library, *letters_of(files)},
        positions=set(POSITIONS),
        clocks=set(manifest["clocks"]),
    )
    findings += _diagrams(files, manifest, known)
    findings += [found for path in files if path.startswith(STORIES) for found in _story(path, files[path])]
    return (
        findings
        if any(each.severity == ERROR for each in findings)
        else findings + _vocabulary(files, library, known_words)
    )


def _diagrams(files: Mapping[str, bytes], manifest: dict[str, Any], known: Known) -> list[Finding]:
    diagrams = {path: files[path] for path in manifest["processes"].values() if path in files}
    return [
        Finding(each.severity, path, each.element_name or each.element_id, each.message, each.see)
        for path, problems in lint_all(diagrams, known).items()
        for each in problems
    ]


def _present(files: Mapping[str, bytes], manifest: dict[str, Any]) -> list[Finding]:
    named = [*manifest["processes"].values(), manifest["application_form"], *manifest["decisions"]]
    missing = [path for path in dict.fromkeys(named) if path not in files]
    found = [Finding(ERROR, MANIFEST, path, "清单里写了这个文件，文件夹里没有，请补上或改正名称") for path in missing]
    if "main" not in manifest["processes"]:
        found.append(Finding(ERROR, MANIFEST, "processes", "缺少 main：从申请开始的流程"))
    used = {MANIFEST, CATALOGUE, *named} | {path for path in files if path.endswith(".form.json")}
    unused = sorted(path for path in set(files) - used if not path.startswith((STORIES, f"{FOLDER}/")))
    return found + [Finding(WARNING, path, "", "清单没有用到这个文件，请写进清单或删除") for path in unused]


def _clocks(files: Mapping[str, bytes], manifest: dict[str, Any]) -> list[Finding]:
    found = []
    for key, rule in manifest["clocks"].items():
        try:
            feel.compile(rule["limit"])
        except feel.FeelError as error:
            found.append(Finding(ERROR, MANIFEST, f"clocks.{key}.limit", str(error)))
    return found


def _forms(files: Mapping[str, bytes], manifest: dict[str, Any]) -> list[Finding]:
    found = [
        Finding(ERROR, path, "", message)
        for path, content in files.items()
        if path.endswith(".form.json")
        for message in forms.lint(content)
    ]
    path = manifest["application_form"]
    if path in files and not any(each.file == path for each in found):
        names = forms.load(files[path]).scope.entries
        first = FIRST_FIELDS[:1] if manifest["by_office"] else FIRST_FIELDS
        lacking = [name for name in first if name not in names]
        found += [Finding(ERROR, path, name, "申请表必须有这个字段，案件和文书都要用到") for name in lacking]
    return found


def _tables(files: Mapping[str, bytes], manifest: dict[str, Any]) -> tuple[list[dmn.Decisions], list[Finding]]:
    models, found = [], []
    for path in manifest["decisions"]:
        if path not in files:
            continue
        try:
            model = dmn.load(files[path])
        except feel.FeelError as error:
            found.append(Finding(ERROR, path, "", str(error)))
            continue
        models.append(model)
        told = (each for each in model.analyse() if each.severity in (ERROR, WARNING))
        found += [Finding(each.severity, path, each.decision, each.message_zh) for each in told]
    return models, found


def _catalogue(files: Mapping[str, bytes], known: Catalogue, place: str) -> tuple[Catalogue, list[Finding]]:
    """The catalogue with what the bundle adds to it."""
    if CATALOGUE not in files:
        return known, []
    try:
        return known.with_additions(files[CATALOGUE], place), []
    except CatalogueError as error:
        return known, [Finding(ERROR, CATALOGUE, "", problem) for problem in error.problems]


def _vocabulary(files: Mapping[str, bytes], library: Mapping[str, Letter], catalogue: Catalogue) -> list[Finding]:
    """Names, their types and paths: asked once every file can be read by itself."""
    bundle = Bundle(files, pinned={EVERYWHERE: library})
    words = vocabulary.of(bundle, catalogue)
    return words.findings() + list(dict.fromkeys((*letters.check_own(bundle), *letters.check_read(bundle, words))))


def _story(path: str, content: bytes) -> list[Finding]:
    try:
        parse_story(content)
    except StoryError as error:
        return [Finding(ERROR, path, "", str(error))]
    return []
