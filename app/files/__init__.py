"""Uploads (材料): recognised by content, capped in size, sealed where they rest, handed out after a check."""
