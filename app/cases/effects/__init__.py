"""What service tasks can do to the world: topic → effect, in the order in which they are undone.

That order is the order of locks (claims, funds, records, jobs, document numbers), and takes back an ending before a
change and a change before a beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.cases.effects.asking import Ask
from app.cases.effects.awards import AwardChange, AwardEnd, AwardStart
from app.cases.effects.base import EffectObject
from app.cases.effects.clocks import PauseClock, ResumeClock
from app.cases.effects.consents import RecordConsent, WithdrawConsent
from app.cases.effects.deaths import RecordDeath
from app.cases.effects.documents import Document
from app.cases.effects.goods import HandOut
from app.cases.effects.messages import Notify
from app.cases.effects.obligations import OwedItems, SettleOwed
from app.cases.effects.payments import Payment
from app.cases.effects.places import JoinLine, RegisterInstitution
from app.cases.effects.processes import StartProcess, StopProcess
from app.cases.effects.publicity import Announce, Publicity, TakeDown
from app.cases.effects.ratings import RateInstitution
from app.cases.effects.sampling import DrawSample

_IN_ORDER: tuple[type[EffectObject], ...] = (
    Payment, AwardEnd, AwardChange, RecordDeath, AwardStart, RegisterInstitution, JoinLine, RateInstitution, HandOut,
    SettleOwed, RecordConsent, WithdrawConsent, OwedItems, ResumeClock, PauseClock, DrawSample, TakeDown, Publicity,
    Announce, Ask, Notify, StopProcess, StartProcess, Document,
)  # fmt: skip
EFFECTS: Mapping[str, EffectObject] = MappingProxyType({each.schema.topic: each() for each in _IN_ORDER})

__all__ = ["EFFECTS", "EffectObject"]
