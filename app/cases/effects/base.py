"""What every effect is: a schema, a plan, an undoing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from typing import Any, ClassVar

from app.cases.action import Action
from app.cases.models import Awaited
from app.effects import Schema, read
from app.engine import Effect


class EffectObject:
    """One topic. A class names its `schema` and takes exactly the schema's inputs as keywords of `plan`.

    That the two agree is checked when the class is made: an input that only one of them knows cannot exist.
    """

    schema: ClassVar[Schema]
    plan: Callable[..., Any]
    """`plan(action, effect, **inputs)` plans the writes and returns the result, or `engine.WAIT`."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        wanted = {each.name for each in cls.schema.inputs} | ({"further"} if cls.schema.further else set())
        taken = {name for name, each in signature(cls.plan).parameters.items() if each.kind is Parameter.KEYWORD_ONLY}
        if wanted != taken:
            raise TypeError(f"{cls.__name__}.plan and its schema differ in {sorted(wanted ^ taken)}")

    def perform(self, action: Action, effect: Effect) -> Any:
        """Read the inputs and plan. Raises InputError, EffectError, or what planning refuses."""
        return self.plan(action, effect, **read(self.schema, effect.element.label, effect.inputs))

    def undo(self, action: Action, since: int, reason: str) -> int:
        """Reverse what the case did by this effect at audit number `since` and later; how much there was.

        Raises Gone where that is impossible (money was paid).
        """
        return 0

    def reopen(self, action: Action, since: int, reason: str) -> int:
        """The same where the case is decided again after its money was out: what stays is settled by the difference.

        Raises Gone where that is impossible.
        """
        return self.undo(action, since, reason)

    def settle(self, action: Action) -> None:
        """The case that was decided again ends with this action: plan what follows for what it paid before."""

    def over(self, action: Action, wait: Awaited) -> Mapping[str, Any] | None:
        """The result when the last moment of waiting has come; None where nothing is waited for any more."""
        raise NotImplementedError

    def close(self, action: Action, reason: str) -> None:
        """The case has ended with this effect in its diagram."""

    def note(self, action: Action, **told: Any) -> None:
        """What the history says of it: a value for every name of the schema's sentence."""
        action.note(self.schema.topic, told={name: told[name] for name in self.schema.told})
