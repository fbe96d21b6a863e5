"""Doudi (兜底): workflow-driven approval of Chinese social assistance."""
