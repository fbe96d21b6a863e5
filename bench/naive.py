"""The naive way to persist a step: raw SpiffWorkflow, its own serializer, the whole instance as JSON in one row."""

from __future__ import annotations

import copy
import re
import sqlite3
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
AUTOMATIC = ("serviceTask", "businessRuleTask", "scriptTask")
IS_TRUE = re.compile(r"=(\w+)\.(\w+) = true")


def in_python(xml: bytes) -> bytes:
    """A diagram of ours for SpiffWorkflow alone: the same elements, conditions in Python, automatic steps empty."""
    root = etree.fromstring(xml)
    for element in list(root.iter(etree.Element)):
        for name in [name for name in element.attrib if name.startswith("{http://camunda")]:
            del element.attrib[name]
    for tag in ("extensionElements", "script"):
        for element in list(root.iter(f"{{{BPMN}}}{tag}")):
            element.getparent().remove(element)
    for element in list(root.iter(*(f"{{{BPMN}}}{tag}" for tag in AUTOMATIC))):
        element.tag = f"{{{BPMN}}}scriptTask"
        etree.SubElement(element, f"{{{BPMN}}}script").text = "pass"
    for condition in root.iter(f"{{{BPMN}}}conditionExpression"):
        condition.text = IS_TRUE.sub(r"\1['\2'] == True", condition.text or "")
    return etree.tostring(root)


def sqlite(path: Path) -> sqlite3.Connection:
    """A database in the mode that the product uses."""
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        db.execute(f"pragma {pragma}")
    return db


class Naive:
    """One process on SQLite: no check of a form, no work item, no audit; nobody may ask who did what."""

    def __init__(self, path: Path, xml: bytes, process_id: str) -> None:
        parser = BpmnParser()
        parser.add_bpmn_str(in_python(xml))
        self._spec, self._serializer = parser.get_spec(process_id), BpmnWorkflowSerializer()
        self._db = sqlite(path)
        self._db.execute("create table instance (id text primary key, body text)")

    def start(self, data: Mapping[str, Any]) -> str:
        """Start an instance; its key."""
        workflow, key = BpmnWorkflow(self._spec, script_engine=PythonScriptEngine()), uuid.uuid4().hex
        workflow.get_next_task(state=TaskState.READY).set_data(**copy.deepcopy(dict(data)))
        workflow.do_engine_steps()
        self._db.execute("begin immediate")
        self._db.execute("insert into instance values (?, ?)", (key, self._serializer.serialize_json(workflow)))
        self._db.execute("commit")
        return key

    def complete(self, key: str, submission: Mapping[str, Any]) -> bool:
        """Complete the task that waits; whether the instance is over."""
        self._db.execute("begin immediate")
        (body,) = self._db.execute("select body from instance where id = ?", (key,)).fetchone()
        workflow = self._serializer.deserialize_json(body)
        workflow.script_engine = PythonScriptEngine()
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        task.set_data(**{task.task_spec.bpmn_id: dict(submission)})
        task.run()
        workflow.do_engine_steps()
        changed = (self._serializer.serialize_json(workflow), key)
        self._db.execute("update instance set body = ? where id = ?", changed)
        self._db.execute("commit")
        return workflow.is_completed()

    def bytes_of(self, key: str) -> int:
        """What is stored of an instance."""
        return len(self._db.execute("select body from instance where id = ?", (key,)).fetchone()[0].encode())
