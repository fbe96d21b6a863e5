"""Failures of a case's automatic steps. They are not refusals: they become incidents."""

from __future__ import annotations


class EffectError(Exception):
    """An effect cannot be carried out as the diagram describes it; the message is Chinese."""


class NoOffice(Exception):
    """A task is addressed to a position that no office of the case's region has."""
