"""The demo world: regions, offices, people with logins, figures, the registry, cases in every state, batches."""

from app.seed.batches import play_batches
from app.seed.cases import play_cases
from app.seed.closed import MOST as MOST_CLOSED
from app.seed.closed import play_closed
from app.seed.world import is_loaded, load, logins

__all__ = ["MOST_CLOSED", "is_loaded", "load", "logins", "play_batches", "play_cases", "play_closed"]
