"""Drafts on pages: who may write into which, keeping what a form posts, and forms whose session has ended."""

from app.drafting.keeping import arrive, keep
from app.drafting.opening import Opened, opened, opened_all
from app.drafting.passes import Pass, of_staff
from app.drafting.routes import blueprint
from app.drafting.sentences import Sentences

__all__ = ["Opened", "Pass", "Sentences", "arrive", "blueprint", "keep", "of_staff", "opened", "opened_all"]
