"""Build every template.docx that ships: `python -m scripts.build_templates [KEY…]`.

The same code gives the same bytes, so a build that changes nothing changes no file.
"""

import sys
from pathlib import Path

from scripts.templates import agreements, forms, letters

ROOT = Path(__file__).resolve().parents[1]
BUILDERS = {
    **letters.LETTERS,
    "application_form": forms.application_form,
    "rescue_record": forms.rescue_record,
    "home_care_agreement": agreements.home_care_agreement,
    "institution_care_agreement": agreements.institution_care_agreement,
}
"""The library."""
OF_BUNDLES = {"relief_slip": ("disaster_relief", forms.relief_slip)}
"""Letters that a programme keeps for itself."""


def main(keys: list[str]) -> None:
    for key in keys or sorted({*BUILDERS, *OF_BUNDLES}):
        bundle, build = OF_BUNDLES.get(key, ("", BUILDERS.get(key)))
        folder = ROOT / "bpmn" / bundle / "letters" if bundle else ROOT / "doc_templates"
        assert build is not None, f"no builder of {key}"
        (folder / key / "template.docx").write_bytes(build().bytes())


if __name__ == "__main__":
    main(sys.argv[1:])
