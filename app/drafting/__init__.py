"""Drafts on pages: who may write into which, keeping what a form posts, and forms whose session has ended."""

from app.drafting.keeping import keep
from app.drafting.opening import Opened, opened
from app.drafting.passes import Pass
from app.drafting.routes import blueprint

__all__ = ["Opened", "Pass", "blueprint", "keep", "opened"]
