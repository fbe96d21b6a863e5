"""What service tasks can do to the world: topic → planner.

A planner checks the inputs, plans writes on the action and returns the effect's result, or `engine.WAIT`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from app.cases.action import Action
from app.cases.effects import awards, clocks, documents, messages, obligations, payments, processes, publicity, sampling
from app.engine import Effect

TOPICS: Mapping[str, Callable[[Action, Effect], Any]] = MappingProxyType(
    {
        "payment": payments.plan_payment,
        "document": documents.plan_document,
        "publicity": publicity.plan_publicity,
        "take_down": publicity.plan_take_down,
        "announce": publicity.plan_announcement,
        "owed": obligations.plan_owed,
        "settle_owed": obligations.plan_settle,
        "award_start": awards.plan_start,
        "award_change": awards.plan_change,
        "award_end": awards.plan_end,
        "register_institution": awards.plan_institution,
        "pause_clock": clocks.plan_pause,
        "resume_clock": clocks.plan_resume,
        "notify": messages.plan_message,
        "draw_sample": sampling.plan_sample,
        "start_process": processes.plan_process,
    }
)
