"""Folders of data that the repository carries beside the code."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
POLICY = ROOT / "policy"
SEED = ROOT / "seed"
BUNDLES = ROOT / "bpmn"
TEMPLATES = ROOT / "doc_templates"
MIGRATIONS = ROOT / "migrations"
