"""Letters per CPU-second: the cached template against docxtpl as its manual shows it, in one run.

`python -m bench.letters [KEY…]`; every letter is checked to say the same in both. CPU time of one process.
"""

import io
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path

import jinja2
from docxtpl import DocxTemplate

from app.core.chinese import chinese_number
from app.documents.contract import load_contract
from app.documents.pictures import qr_png
from app.documents.rendering import render
from app.documents.template import load_template
from app.documents.text import canonical
from app.documents.tidying import tidied
from bench.report import figure

TEMPLATES = Path(__file__).resolve().parents[1] / "doc_templates"
KEYS = ("approval_notice", "home_care_agreement", "refusal_notice")
ROUNDS = 5


def measure(make: Callable[[], object], letters: int) -> float:
    """Median CPU milliseconds of one letter over ROUNDS rounds."""
    make()
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(letters):
            make()
        rounds.append((time.process_time() - start) / letters * 1000)
    return statistics.median(rounds)


def compare(key: str) -> list[float]:
    """Print one template's figures; its two ratios."""
    folder = TEMPLATES / key
    data = tidied((folder / "template.docx").read_bytes()).data
    contract = load_contract((folder / "contract.yaml").read_bytes())
    sample = json.loads((folder / "sample.json").read_text())

    def by_docxtpl(picture: bool) -> bytes:
        environment = jinja2.Environment(autoescape=True)
        environment.filters["ordinal"] = chinese_number
        document = DocxTemplate(io.BytesIO(data))
        document.render(sample, environment)
        if picture:
            document.replace_pic("image.png", io.BytesIO(qr_png(sample["qr"])))
        buffer = io.BytesIO()
        document.save(buffer)
        return buffer.getvalue()

    def by_us(picture: bool) -> bytes:
        template = load_template(data)
        return render(template, contract, sample) if picture else template.render(sample)

    ratios = []
    for picture, label in ((False, "text alone"), (True, "with a QR code of its own")):
        slow_letter, letter = partial(by_docxtpl, picture), partial(by_us, picture)
        if canonical(slow_letter()) != canonical(letter()):
            raise SystemExit(f"{key}: the two letters differ")
        slow, fast = measure(slow_letter, 8), measure(letter, 100)
        ratios.append(slow / fast)
        print(
            f"{key:28} {label:26} docxtpl {slow:6.2f} ms {1000 / slow:5.0f}/s   "
            f"cached {fast:5.2f} ms {1000 / fast:5.0f}/s   {slow / fast:5.1f}x"
        )
    return ratios


def main(keys: list[str]) -> None:
    names = ("docxtpl", "python-docx", "jinja2", "lxml", "segno")
    print("letters per CPU-second;", platform.python_implementation(), platform.python_version(),
          ", ".join(f"{name} {version(name)}" for name in names))  # fmt: skip
    ratios = [ratio for key in keys or KEYS for ratio in compare(key)]
    lowest = figure("letters.ratio.lowest", min(ratios), "times docxtpl", ">= 15", of=ratios)
    print(f"lowest ratio {lowest:.1f}x (aim: at least 15x)")


if __name__ == "__main__":
    main(sys.argv[1:])
