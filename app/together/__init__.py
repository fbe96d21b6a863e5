"""Deciding many cases at once (一起办理): one form, a dry run of each, then each as an act of its own."""
