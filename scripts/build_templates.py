"""Build every doc_templates/<key>/template.docx: `python -m scripts.build_templates [KEY…]`.

The same code gives the same bytes, so a build that changes nothing changes no file.
"""

import sys
from pathlib import Path

from scripts.templates import agreements, forms, letters

FOLDER = Path(__file__).resolve().parents[1] / "doc_templates"
BUILDERS = {
    **letters.LETTERS,
    "application_form": forms.application_form,
    "rescue_record": forms.rescue_record,
    "home_care_agreement": agreements.home_care_agreement,
    "institution_care_agreement": agreements.institution_care_agreement,
}


def main(keys: list[str]) -> None:
    for key in keys or sorted(BUILDERS):
        (FOLDER / key / "template.docx").write_bytes(BUILDERS[key]().bytes())


if __name__ == "__main__":
    main(sys.argv[1:])
