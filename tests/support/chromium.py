"""The Chromium of this machine, without what a browser does beside showing pages."""

from __future__ import annotations

import shutil

from playwright.sync_api import Browser, Playwright

PROGRAMS = ("chromium-headless-shell", "chromium", "google-chrome")
"""The first draws pages and nothing else: a whole browser lays out a window of its own around each."""
# Flags without which Debian's Chromium talks to the outside or needs what a container has not.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = "No Chromium was found. Install it (Debian: apt-get install chromium-headless-shell fonts-noto-cjk)."


def launch(playwright: Playwright) -> Browser:
    """Raises RuntimeError saying what to install."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise RuntimeError(MISSING)
    return playwright.chromium.launch(executable_path=program, args=FLAGS)
