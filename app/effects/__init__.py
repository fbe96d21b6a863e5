"""What service tasks can do to the world, as data: topics with their inputs, results and sentences.

Schemas only; what plans and undoes an effect stands in `app.cases.effects`.
"""

from app.effects.model import Input, Schema
from app.effects.reading import LEFT_OUT, InputError, fill, read
from app.effects.schemas import SCHEMAS
from app.effects.sentences import tell

__all__ = ["LEFT_OUT", "SCHEMAS", "Input", "InputError", "Schema", "fill", "read", "tell"]
