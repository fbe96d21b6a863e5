"""Figures of policy (政策参数): dated, region-scoped numbers with their clause. Clauses of the documents as data."""
