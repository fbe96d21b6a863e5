"""The pages of applicants and of the public: no account, and no answer that tells what a neighbour receives."""

from app.portal import (
    apply,
    display,
    fits,
    home,
    my_objection,
    notices,
    objecting,
    regions,
    resume,
    status,
    steps,
    verify,
)
from app.portal.blueprint import blueprint

__all__ = [
    "apply",
    "blueprint",
    "display",
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
