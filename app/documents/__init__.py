"""Word templates, their contracts, rendering, checking and PDF (文书)."""
