"""What travels: pages compressed and of a length that tells nothing, a first visit below 150 KB."""

import gzip
from pathlib import Path

from flask import Flask

from app.web import compression

BUNDLE = Path(__file__).parents[3] / "app/web/static/bundle"
DIAGRAM_PAGE = ("app.css", "app.js", "theme.js", "diagram.css", "diagram.js")
PAGE_BYTES, BUDGET = 15 * 1024, 150 * 1024


def test_pages_are_compressed_and_their_length_tells_nothing() -> None:
    app, text = Flask(__name__), "<p>待办</p>" * 500
    app.add_url_rule("/", "page", lambda: text)
    app.add_url_rule("/short", "short", lambda: "好")
    compression.install(app)
    client, asking = app.test_client(), {"Accept-Encoding": "gzip, deflate"}
    answers = [client.get("/", headers=asking) for _ in range(12)]
    assert {gzip.decompress(each.data).decode() for each in answers} == {text}
    assert {each.headers["Vary"] for each in answers} == {"Accept-Encoding"}
    assert len({len(each.data) for each in answers}) > 3
    assert client.get("/").text == text
    assert "Content-Encoding" not in client.get("/short", headers=asking).headers


def test_a_page_with_a_diagram_stays_below_its_budget() -> None:
    sizes = {name: len(gzip.compress((BUNDLE / name).read_bytes(), 9)) for name in DIAGRAM_PAGE}
    assert sum(sizes.values()) + PAGE_BYTES < BUDGET, sizes
