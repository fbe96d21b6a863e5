"""Words and small tools that every other package shares. Standard library only."""
