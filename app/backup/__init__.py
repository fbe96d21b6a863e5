"""Backups (备份): made while people work, read whole to verify them, restored into an empty database."""
