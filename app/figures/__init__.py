"""Figures of policy (标准和时限): dated, region-scoped numbers with their clause. Clauses of the documents as data."""
