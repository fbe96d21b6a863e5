"""Which names may be read where, of which type, from whom, and on which paths they have a value."""

from app.vocabulary.finding import ERROR, WARNING, Finding, Mend
from app.vocabulary.letters import Made
from app.vocabulary.vocabulary import Vocabulary, of
from app.vocabulary.words import Name, Scope, Words

__all__ = ["ERROR", "WARNING", "Finding", "Made", "Mend", "Name", "Scope", "Vocabulary", "Words", "of"]
