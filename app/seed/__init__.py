"""The demo world: regions, offices, people with logins, figures, what the registry knows, and cases in every state."""

from app.seed.cases import play_cases
from app.seed.world import load, logins

__all__ = ["load", "logins", "play_cases"]
