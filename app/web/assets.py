"""Styles and scripts: compressed, and under names that carry their hash and so never grow old.

Pages go on saying `url_for("static", filename="bundle/app.css")`. A process prepares the files once, beside the source:
so what is served can never be older than what is there.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
PLAIN_SECONDS = 3600


def install(app: Flask, headers: dict[str, str]) -> None:
    """Serve the static files with these headers, before anything of a page is asked."""
    folder, hashed = _prepared(Path(app.static_folder or ""))
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=folder,
        prefix=app.static_url_path,
        max_age=PLAIN_SECONDS,
        immutable_file_test=lambda path, url: HASHED.search(url) is not None,
        add_headers_function=_adding(headers),
    )

    @app.url_defaults
    def name_by_hash(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values["filename"] = hashed.get(values["filename"], values["filename"])


@cache
def _prepared(source: Path) -> tuple[Path, dict[str, str]]:
    """A folder with every file under its name and its hashed name, compressed too; and the hashed name of each."""
    folder = Path(mkdtemp(prefix="doudi-assets-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    compressor = Compressor(use_brotli=False, quiet=True)

    def prepare(path: Path) -> tuple[str, str]:
        name = path.relative_to(source).as_posix()
        hashed, target = _named(name, path.read_bytes()), folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        # Compressed once for both names: that is most of what putting the application together takes.
        packed = compressor.compress(str(target)) if compressor.should_compress(name) else []
        for each in (str(target), *packed):
            os.link(each, each.replace(str(target), str(folder / hashed)))
        return name, hashed

    with ThreadPoolExecutor() as pool:  # whoever compresses lets others run
        return folder, dict(pool.map(prepare, source.rglob("*.*")))


def _named(name: str, content: bytes) -> str:
    """``bundle/app.1f0a….css``"""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}{dot}{suffix}"


def _adding(extra: dict[str, str]) -> Callable[[Headers, str, str], None]:
    def add(headers: Headers, path: str, url: str) -> None:
        for name, value in extra.items():
            headers[name] = value

    return add
