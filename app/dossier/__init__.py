"""One person, one file (一人一档, E16): everything of a case as one PDF with a cover, an index and page numbers."""
