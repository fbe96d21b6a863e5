"""Diagrams in a few lines: `user a`, `xor g`, `s -> a -> g`, `g -> b : x > 1`, `g -> c : else`, `sub x {` … `}`.

Every scope has a start `s` and an end `e` of its own (by id `x.s` and `x.e` inside of `x`). `on b at x error=BAD` is an
interrupting boundary event, `beside b at x message=m` one that does not interrupt; `error` alone catches every error.
`keep.x=…` is an output parameter, `in.x=…` and `out.x=…` are what a call activity passes, `due=…` a due date.
"""

from __future__ import annotations

import shlex
from itertools import pairwise

from tests.unit.engine.engine_kit import document, node, when

_TAGS = {
    "user": "userTask",
    "do": "serviceTask",
    "script": "scriptTask",
    "send": "sendTask",
    "receive": "receiveTask",
    "sub": "subProcess",
    "transaction": "transaction",
    "call": "callActivity",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "first": "eventBasedGateway",
    "complex": "complexGateway",
    "end": "endEvent",
    "catch": "intermediateCatchEvent",
    "throw": "intermediateThrowEvent",
    "on": "boundaryEvent",
    "beside": "boundaryEvent",
}
_REFERRED = ("message", "signal", "error", "escalation")
_NAMED = tuple(f"{kind}=" for kind in _REFERRED)
_BARE = ("cancel", "terminate", "link", "compensate")
_TIMES = {"date": "timeDate", "after": "timeDuration", "every": "timeCycle"}


def xml(text: str) -> bytes:
    """The BPMN file of a diagram in this notation."""
    scopes: dict[str, list[str]] = {"p": []}
    stack, opened, called, referred = ["p"], {}, [], set()
    for line in filter(None, map(str.strip, text.splitlines())):
        scope = stack[-1]
        if line == "}":
            body = _edges(f"{scope}.s", f"{scope}.e", "".join(scopes[stack.pop()]))
            kind, words = opened[scope]
            if kind == "process":
                called.append(f'<bpmn:process id="{scope}">{body}</bpmn:process>')
            else:
                scopes[stack[-1]].append(_element(kind, scope, words, body))
        elif "->" in line:
            scopes[scope] += _flows(scope, line)
        else:
            kind, key, *words = shlex.split(line.removesuffix("{"))
            referred |= {tuple(word.split("=", 1)) for word in words if word.startswith(_NAMED)}
            if line.endswith("{"):
                opened[key] = kind, words
                stack.append(key)
                scopes[key] = []
            else:
                scopes[scope].append(_element(kind, key, words))
    main = _edges("s", "e", "".join(scopes["p"]))
    shared = "".join(
        node(kind, f"{kind}_{name}", name=name, **({f"{kind}Code": name} if kind in ("error", "escalation") else {}))
        for kind, name in sorted(referred)
    )
    return document(f'<bpmn:process id="p" isExecutable="true">{main}</bpmn:process>', *called, shared)


def _edges(first: str, last: str, body: str) -> str:
    """A scope with its start, and with its plain end where a flow leads there."""
    ends = node("endEvent", last) if f'targetRef="{last}"' in body else ""
    return node("startEvent", first) + ends + body


def _flows(scope: str, line: str) -> list[str]:
    chain, _, condition = line.partition(" : ")
    ids = [part.strip() for part in chain.split("->")]
    ids = [f"{scope}.{key}" if key in ("s", "e") and scope != "p" else key for key in ids]
    return [when(a, b, "" if condition == "else" else condition) for a, b in pairwise(ids)]


def _element(kind: str, key: str, words: list[str], body: str = "") -> str:
    given = dict(word.split("=", 1) if "=" in word else (word, "true") for word in words)
    attributes = {"name": f"环节{key}"}
    match kind:
        case "user":
            attributes |= {"camunda_candidateGroups": "clerk", "camunda_formKey": key}
            attributes |= {"camunda_dueDate": given["due"]} if "due" in given else {}
        case "do":
            attributes |= {"camunda_type": "external", "camunda_topic": given.get("topic", "log")}
        case "script":
            attributes |= {"scriptFormat": "feel"}
            body += (
                node("script", f"{key}.text")
                .replace("></", f">{_plain(given['text'])}</")
                .replace(f' id="{key}.text"', "")
            )
        case "call":
            attributes |= {"calledElement": given["process"]}
        case "on" | "beside":
            attributes |= {"attachedToRef": given["at"], "cancelActivity": str(kind == "on").lower()}
        case "send" | "receive":
            attributes |= {"messageRef": f"message_{given.pop('message')}"}
        case "xor" | "or" if "default" in given:
            attributes |= {"default": f"{key}_{given['default']}"}
    return node(_TAGS[kind], key, _mapping(words) + body + _definition(given) + _repetition(given), **attributes)


def _mapping(words: list[str]) -> str:
    pairs = [
        (*word.partition("=")[0].split(".", 1), word.partition("=")[2]) for word in words if "." in word.split("=")[0]
    ]
    passed = "".join(
        f'<camunda:{tag} variables="all"/>' if name == "all" else
        f'<camunda:{tag} sourceExpression="{_plain(text)}" target="{name}"/>'
        for tag, name, text in pairs if tag in ("in", "out")
    )  # fmt: skip
    kept = "".join(
        f'<camunda:outputParameter name="{name}">{_plain(text)}</camunda:outputParameter>'
        for tag, name, text in pairs
        if tag == "keep"
    )
    inner = passed + (f"<camunda:inputOutput>{kept}</camunda:inputOutput>" if kept else "")
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""


def _definition(given: dict[str, str]) -> str:
    bare = [kind for kind in (*_BARE, *_REFERRED) if given.get(kind) == "true"]
    found = [f"<bpmn:{kind}EventDefinition/>" for kind in bare]
    found += [
        f'<bpmn:{kind}EventDefinition {kind}Ref="{kind}_{given[kind]}"/>'
        for kind in _REFERRED
        if kind in given and kind not in bare
    ]
    found += [
        f"<bpmn:timerEventDefinition><bpmn:{tag}>{_plain(given[key])}</bpmn:{tag}></bpmn:timerEventDefinition>"
        for key, tag in _TIMES.items()
        if key in given
    ]
    return "".join(found)


def _repetition(given: dict[str, str]) -> str:
    if "each" in given or "times" in given:
        collection = f' camunda:collection="{_plain(given["each"])}"' if "each" in given else ""
        count = f"<bpmn:loopCardinality>{given['times']}</bpmn:loopCardinality>" if "times" in given else ""
        until = (
            f"<bpmn:completionCondition>{_plain(given['until'])}</bpmn:completionCondition>" if "until" in given else ""
        )
        tag, attributes = "multiInstanceLoopCharacteristics", f'isSequential="{given.get("sequential", "false")}"'
        return f"<bpmn:{tag} {attributes}{collection}>{count}{until}</bpmn:{tag}>"
    if "while" in given or "most" in given:
        attributes = f'testBefore="{given.get("before", "false")}"'
        attributes += f' loopMaximum="{given["most"]}"' if "most" in given else ""
        condition = f"<bpmn:loopCondition>{_plain(given['while'])}</bpmn:loopCondition>" if "while" in given else ""
        return f"<bpmn:standardLoopCharacteristics {attributes}>{condition}</bpmn:standardLoopCharacteristics>"
    return ""


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
