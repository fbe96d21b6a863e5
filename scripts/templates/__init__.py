"""The Word templates that ship, as code: paper and styles, letters, forms, agreements."""
