"""Sentences that are written again and again (常用语): each person's own, and those of an office."""
