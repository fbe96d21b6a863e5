"""An identity provider as the settings name it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """Who vouches for people: `claim` of its tokens is the login here, `title` stands on the button."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str
    title: str
