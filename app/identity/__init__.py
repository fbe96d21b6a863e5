"""Regions, offices, positions and people: who may do what, and where."""
