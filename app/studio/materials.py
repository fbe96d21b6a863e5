"""What editors offer to choose from: clauses, positions, forms, clocks, decisions, effects, and names at an element."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from app import vocabulary
from app.changes import letters, policy, store
from app.core.errors import NotFound
from app.definitions.bundle import Bundle
from app.definitions.errors import BundleError
from app.definitions.folder import CATALOGUE, MANIFEST
from app.definitions.manifest import load_manifest
from app.effects import SCHEMAS, Input
from app.engine import DiagramError
from app.feel import FeelError, dmn
from app.feel.diagnostics import WORDS
from app.figures.catalogue import catalogue
from app.figures.content import Catalogue
from app.figures.errors import CatalogueError
from app.forms import FormError
from app.gate import effects
from app.identity.positions import POSITIONS
from app.studio.blueprint import blueprint
from app.vocabulary import Name
from app.vocabulary.given import ORIGINS
from app.vocabulary.words import OWN_FIELD
from app.web import Call, reads

UNREADABLE = (BundleError, DiagramError, FeelError, FormError)
Choice = dict[str, str]


@blueprint.get("/changes/<change_id>/programmes/<bundle_id>/materials")
@reads()
def file_materials(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    """`{templates, clauses, positions, forms, clocks, decisions, inputs, values, letters}`.

    Choices are `{value, label}`. `inputs`: by effect and input `{kind, refers}`, the type in Chinese and which of
    `values` its text names. `letters`: by key of a letter, what it prints of each further input. A file of the draft
    that cannot be read offers nothing; the gate says why.
    """
    files = _files(call, change_id, bundle_id)
    known = _catalogue(call, files)
    bundle = store.bundle_of(call.session, change_id, bundle_id)
    issued = letters.offered(call.session, bundle, files, now=call.now)
    clocks = _clocks(files)
    positions = [_choice(each.key, each.title) for each in POSITIONS.values() if each.tasks]
    return jsonify({
        "templates": [effects.template(each) for each in SCHEMAS.values()],
        "clauses": [_choice(clause.id, f"{clause.id} {clause.title}") for clause in known.clauses.values()],
        "positions": positions,
        "forms": [_choice(path, path) for path in sorted(files) if path.endswith(".form.json")],
        "clocks": clocks,
        "decisions": _decisions(files),
        "inputs": {topic: {each.name: _input(each) for each in schema.inputs} for topic, schema in SCHEMAS.items()},
        "values": {
            "template": [_choice(each.key, each.title) for each in issued], "clock": clocks, "position": positions,
            "process": _processes(files),
        },
        "letters": {each.key: each.asks for each in issued},
    })  # fmt: skip


@blueprint.get("/changes/<change_id>/programmes/<bundle_id>/names")
@reads()
def file_names(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    """The names that may be read at `element` of the diagram `path`, or wherever a table or form of `path` is asked.

    Gives `{names: [{name, type, title, values}]}`, what the case itself finds first, `values` as expressions write
    them; none where the element is not saved yet or the draft cannot be read as a whole.
    """
    files, path = _files(call, change_id, bundle_id), request.args.get("path", "")
    try:
        bundle = Bundle(files)
        words = vocabulary.of(bundle, _catalogue(call, files))
        names = sorted(_names(words, bundle, path, request.args.get("element", "")), key=_nearness)
    except (*UNREADABLE, NotFound):
        names = []
    return jsonify({"names": [_told(each) for each in names]})


def _names(words: vocabulary.Vocabulary, bundle: Bundle, path: str, element: str) -> Iterable[Name]:
    if path.endswith(".dmn"):
        return words.asked(dmn.load(bundle.files[path]).ids)
    if path.endswith(".form.json"):
        return words.filled(path)
    process = next((key for key, file in bundle.manifest["processes"].items() if file == path), "")
    return words.at(process, element).names()


def _files(call: Call, change_id: str, bundle_id: str) -> dict[str, bytes]:
    policy.require_reader(call.session, call.actor)
    return store.files_of(call.session, store.bundle_of(call.session, change_id, bundle_id))


def _catalogue(call: Call, files: Mapping[str, bytes]) -> Catalogue:
    known = catalogue(call.session)
    try:
        return known.with_additions(files[CATALOGUE], "") if CATALOGUE in files else known
    except CatalogueError:
        return known


def _clocks(files: Mapping[str, bytes]) -> list[Choice]:
    try:
        return [_choice(key, rule["title"]) for key, rule in load_manifest(files[MANIFEST])["clocks"].items()]
    except (BundleError, KeyError):
        return []


def _processes(files: Mapping[str, bytes]) -> list[Choice]:
    try:
        return [_choice(key, path) for key, path in load_manifest(files[MANIFEST])["processes"].items()]
    except (BundleError, KeyError):
        return []


def _input(spec: Input) -> Choice:
    return {"kind": WORDS.get(spec.type.partition("<")[0], ""), "refers": spec.refers or ""}


def _decisions(files: Mapping[str, bytes]) -> list[Choice]:
    found = []
    for path in sorted(path for path in files if path.endswith(".dmn")):
        try:
            model = dmn.load(files[path])
        except FeelError:
            continue
        found += [_choice(each, model.label(each)) for each in model.ids]
    return found


def _told(name: Name) -> dict[str, object]:
    values = [json.dumps(each, ensure_ascii=False, default=str) for each in name.choices]
    kind = WORDS.get(name.type.partition("<")[0], "")
    return {"name": name.path, "type": kind, "title": name.title, "values": values}


def _nearness(name: Name) -> int:
    """Fields of the same form first, then answers and results of the diagram, then what every diagram may read."""
    root, common = name.path.partition(".")[0], list(ORIGINS)
    if name.origin == OWN_FIELD:
        return -2
    return common.index(root) if root in ORIGINS else -1


def _choice(value: str, label: str) -> Choice:
    return {"value": value, "label": label}
