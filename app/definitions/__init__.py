"""Releases (发布版): a programme's diagrams, tables, forms and letters, immutable, in force at places from days on.

A *bundle* is the same as files in memory.
"""
