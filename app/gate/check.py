"""The publish gate over a whole bundle: manifest, diagrams, tables, forms and stories, each finding with its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app import feel, forms, vocabulary
from app.core.paths import TEMPLATES
from app.core.said import Hint, Said, hint_of, nearest
from app.definitions.bundle import Bundle
from app.definitions.errors import BundleError
from app.definitions.folder import CATALOGUE, MANIFEST, STORIES, read_folder
from app.definitions.letters import FOLDER, Letter, letters_of
from app.definitions.manifest import load_manifest
from app.definitions.names import EVERYWHERE
from app.effects import SCHEMAS
from app.engine.lint import Known, lint, lint_all
from app.feel import dmn
from app.figures.content import Catalogue, seeded
from app.figures.errors import CatalogueError
from app.gate import letters
from app.gate.lines import with_lines
from app.gate.mending import with_mends
from app.identity.positions import POSITIONS
from app.registry.role_names import TITLES
from app.scenarios.story import StoryError, parse_story
from app.vocabulary import ERROR, WARNING, Finding

_FORM = ".form.json"
FIRST_FIELDS = ("name", "id_number")
AWARD, ITEM, PLACE = "award", "item", "place"


def check_folder(folder: Path) -> list[Finding]:
    """Check a bundle folder with its stories. An empty list means that it may be published."""
    return check_bundle(read_folder(folder))


def check_bundle(
    files: Mapping[str, bytes],
    library: Mapping[str, Letter] | None = None,
    catalogue: Catalogue | None = None,
    place: str | None = None,
    *,
    contained: bool = False,
) -> list[Finding]:
    """Check the files of a bundle; diagrams and letters are read in child processes with limits.

    `library`: the letters that it may use besides its own; `catalogue`: what figures, clauses and documents there are;
    by default those of the repository. `place`: the region for which it is meant, by default that of its manifest.
    `contained`: this is a child process with limits already.
    """
    found = _check(files, library, catalogue or seeded(), place, contained)
    return with_mends(with_lines(list(dict.fromkeys(found)), files), files)


def _check(
    files: Mapping[str, bytes], library: Mapping[str, Letter] | None, catalogue: Catalogue, place: str | None,
    contained: bool,
) -> list[Finding]:  # fmt: skip
    library = letters_of(read_folder(TEMPLATES)) if library is None else library
    if MANIFEST not in files:
        return [Finding(ERROR, MANIFEST, "", "缺少方案清单，请先填写 bundle.yaml")]
    try:
        manifest = load_manifest(files[MANIFEST])
    except BundleError as error:
        return [_said(MANIFEST, problem) for problem in error.problems]
    models, findings = _tables(files, manifest)
    known_words, problems = _catalogue(files, catalogue, place or manifest["region"])
    findings += problems
    for rule in (_present, _clocks, _outreach, _precheck, _forms):
        findings += rule(files, manifest)
    known = Known(
        forms={path for path in files if path.endswith(".form.json")},
        decisions={name for model in models for name in (*model.ids, *model.names)},
        topics=set(SCHEMAS),
        templates={*library, *letters_of(files)},
        positions=set(POSITIONS),
        clocks=set(manifest["clocks"]),
    )
    findings += _diagrams(files, manifest, known, contained)
    findings += [found for path in files if path.startswith(STORIES) for found in _story(path, files[path])]
    findings += letters.check_own(files, contained=contained)
    if any(each.severity == ERROR for each in findings):
        return findings
    return findings + _vocabulary(files, library, known_words)


def _said(file: str, problem: str) -> Finding:
    """A sentence of a reader about a place of a file."""
    at = problem.at if isinstance(problem, Said) else ""
    return Finding(ERROR, file, at, problem, at=at, hint=hint_of(problem))


def _diagrams(files: Mapping[str, bytes], manifest: dict[str, Any], known: Known, contained: bool) -> list[Finding]:
    diagrams = {path: files[path] for path in manifest["processes"].values() if path in files}
    found = {path: lint(xml, known) for path, xml in diagrams.items()} if contained else lint_all(diagrams, known)
    return [
        Finding(
            each.severity, path, each.element_name or each.element_id, each.message, each.see, each.element_id,
            hint=each.hint,
        )
        for path, problems in found.items()
        for each in problems
    ]  # fmt: skip


def _present(files: Mapping[str, bytes], manifest: dict[str, Any]) -> list[Finding]:
    told = "清单里写了这个文件，文件夹里没有，请补上或改正名称"
    found = [
        Finding(ERROR, MANIFEST, path, told, at=at, hint=_instead(path, files))
        for at, path in _named(manifest) if path not in files
    ]  # fmt: skip
    if "main" not in manifest["processes"]:
        found.append(Finding(ERROR, MANIFEST, "processes", "缺少 main：从申请开始的流程", at="processes"))
    used = {MANIFEST, CATALOGUE, *dict(_named(manifest)).values()} | {path for path in files if path.endswith(_FORM)}
    unused = sorted(path for path in set(files) - used if not path.startswith((STORIES, f"{FOLDER}/")))
    for path in unused:
        hint = ("listed", path) if path.endswith(".dmn") else ("remove",)
        found.append(Finding(WARNING, path, "", "清单没有用到这个文件，请写进清单或删除", hint=hint))
    return found


def _named(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """The files that a manifest names, with where it does."""
    listed = [(f"processes.{key}", path) for key, path in manifest["processes"].items()]
    listed.append(("application_form", manifest["application_form"]))
    return listed + [(f"decisions.{at}", path) for at, path in enumerate(manifest["decisions"])]


def _instead(path: str, files: Mapping[str, bytes]) -> Hint:
    """The file that is called almost so."""
    kind = path[path.find(".") :]
    return nearest(path, (each for each in files if each.endswith(kind) and "/" not in each))


def _clocks(files: Mapping[str, bytes], manifest: dict[str, Any]) -> list[Finding]:
    found = []
    for key, rule in manifest["clocks"].items():
        try:
            feel.compile(rule["limit"])
        except feel.FeelError as error:
            at = f"clocks.{key}.limit"
            found.append(Finding(ERROR, MANIFEST, at, str(error), at=at))
    return found


def _outreach(files: Mapping[str, bytes], manifest: dict[str, Any]) -> list[Finding]:
    """Whom a programme looks for is told by the award of another one and by nothing else."""
    found = []
    for key, text in ((manifest["outreach"] or {}).get("among") or {}).items():
        at = f"outreach.among.{key}"
        try:
            others = sorted({name.partition(".")[0] for name in feel.compile(text).names} - {AWARD, ITEM})
            told = f"只能用 award（在保待遇的内容），不能用 {'、'.join(others)}" if others else ""
        except feel.FeelError as error:
            told = str(error)
        if told:
            found.append(Finding(ERROR, MANIFEST, at, told, at=at))
    return found


def _precheck(files: Mapping[str, bytes], manifest: dict[str, Any]) -> list[Finding]:
    """Rules before an application read its own questions alone, and each question serves one of them."""
    asked = manifest["precheck"]
    if asked is None:
        return []
    rules = {"precheck.fits": asked["fits"]}
    rules |= {f"precheck.documents.{at}.when": each["when"] for at, each in enumerate(asked["documents"])}
    found, read = [], set[str]()
    for at, text in rules.items():
        try:
            names = set(feel.compile(text).names) if text else set()
            others = "、".join(sorted(names - asked["questions"].keys()))
            told = f"只能用 questions 里的问题，没有 {others}" if others else ""
            read |= names
        except feel.FeelError as error:
            told = str(error)
        if told:
            found.append(Finding(ERROR, MANIFEST, at, told, at=at))
    for key in asked["questions"].keys() - read if not found else ():
        at = f"precheck.questions.{key}"
        found.append(Finding(ERROR, MANIFEST, at, "没有条件用到这个问题，请写进 fits 或 when，或者删除", at=at))
    return found


def _forms(files: Mapping[str, bytes], manifest: dict[str, Any]) -> list[Finding]:
    found = [
        _said(path, problem)
        for path, content in files.items()
        if path.endswith(_FORM)
        for problem in forms.lint(content)
    ]
    path = manifest["application_form"]
    if path in files and not any(each.file == path for each in found):
        names = forms.load(files[path]).scope.entries
        first = FIRST_FIELDS[:1] if manifest["by_office"] else FIRST_FIELDS
        lacking = [name for name in first if name not in names]
        told = "申请表必须有这个字段，案件和文书都要用到"
        found += [Finding(ERROR, path, name, told, hint=("field", name)) for name in lacking]
        found += _roles(path, names, manifest["roles"])
        found += _prefills(path, forms.load(files[path]))
    return found


def _prefills(path: str, form: forms.Form) -> list[Finding]:
    """There is no case yet while an application is typed, only the place where it is filed."""
    told = '申请表打开时还没有案件，预填只能用 place（申请地的各级名称），例如 =ends with(place.village.name, "社区")'
    return [
        Finding(ERROR, path, field.name, told, at=field.key)
        for field, text in form.prefills()
        if {name.partition(".")[0] for name in feel.compile(text).names} - {PLACE}
    ]


def _roles(path: str, names: Mapping[str, Any], roles: Mapping[str, list[str]]) -> list[Finding]:
    """Who is given a role must be named by the application, with a number by which the registry knows him."""
    given = [role for each in roles.values() for role in each]
    found = [
        Finding(ERROR, MANIFEST, "roles", f"{TITLES[role]}（{role}）写了两次，一个角色只能由一个人承担")
        for role in TITLES if given.count(role) > 1
    ]  # fmt: skip
    for part in roles:
        known = getattr(names.get(part), "entries", None) or {}
        lacking = [f"{part}.{name}" for name in FIRST_FIELDS if name not in known]
        told = "承担角色的人必须有姓名和公民身份号码，请在申请表里加上这个字段"
        found += [Finding(ERROR, path, name, told) for name in lacking]
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
        found += [_of_table(path, model, each) for each in model.analyse() if each.severity in (ERROR, WARNING)]
    return models, found


def _of_table(path: str, model: dmn.Decisions, each: dmn.Finding) -> Finding:
    row = each.rows[-1] if each.rows else 0
    hint: Hint = ()
    at = model.id_of(each.decision)
    table = model.table(at) if row else None
    if table is not None and each.kind == "unreachable" and not each.cell:
        hint = ("row",)
    elif table is not None and each.kind == "overlap":
        one, other = (table.rules[number - 1] for number in each.rows)
        hint = ("row",) if (one.inputs, one.outputs) == (other.inputs, other.outputs) else ()
    return Finding(each.severity, path, each.decision, each.message_zh, at=at, row=row, cell=each.cell, hint=hint)


def _catalogue(files: Mapping[str, bytes], known: Catalogue, place: str) -> tuple[Catalogue, list[Finding]]:
    """The catalogue with what the bundle adds to it."""
    if CATALOGUE not in files:
        return known, []
    try:
        return known.with_additions(files[CATALOGUE], place), []
    except CatalogueError as error:
        return known, [_said(CATALOGUE, problem) for problem in error.problems]


def _vocabulary(files: Mapping[str, bytes], library: Mapping[str, Letter], catalogue: Catalogue) -> list[Finding]:
    """Names, their types and paths: asked once every file can be read by itself."""
    bundle = Bundle(files, pinned={EVERYWHERE: library})
    words = vocabulary.of(bundle, catalogue)
    return words.findings() + list(letters.check_read(bundle, words))


def _story(path: str, content: bytes) -> list[Finding]:
    try:
        parse_story(content)
    except StoryError as error:
        return [
            Finding(ERROR, path, "", problem, row=int(_said(path, problem).at or 0), hint=hint_of(problem))
            for problem in error.problems
        ]  # fmt: skip
    return []
