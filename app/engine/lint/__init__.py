"""The publish linter: what must not be published, each with the element's name and what to do, in Chinese."""

from app.engine.lint.isolated import Limits, lint_all, lint_isolated
from app.engine.lint.problem import ERROR, WARNING, Known, Problem
from app.engine.lint.rules import lint

__all__ = ["ERROR", "WARNING", "Known", "Limits", "Problem", "lint", "lint_all", "lint_isolated"]
