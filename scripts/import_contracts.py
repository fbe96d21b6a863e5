"""Contracts of our own for import-linter."""

from __future__ import annotations

from typing import Any

from importlinter import Contract, ContractCheck, fields, output


class ModelsStayHome(Contract):
    """`PACKAGE.models` is imported by modules of PACKAGE alone: others call operations and queries."""

    root = fields.StringField()

    def check(self, graph: Any, verbose: bool) -> ContractCheck:
        homes = {name: name.removesuffix(".models") for name in graph.modules if name.endswith(".models")}
        found = sorted(
            (importer, models)
            for models, home in homes.items()
            if models.startswith(f"{self.root}.")
            for importer in graph.find_modules_that_directly_import(models)
            if not importer.startswith(f"{home}.") and importer != home
        )
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, models in check.metadata["found"]:
            output.print_error(f"{importer} imports {models}: call the slice's operations or queries instead")
