"""The pages of applicants and of the public: no account, and no answer that tells what a neighbour receives."""

from app.portal import apply, fits, home, my_objection, notices, objecting, regions, resume, status, steps, verify
from app.portal.blueprint import blueprint

__all__ = [
    "apply",
    "blueprint",
    "fits",
    "home",
    "my_objection",
    "notices",
    "objecting",
    "regions",
    "resume",
    "status",
    "steps",
    "verify",
]
