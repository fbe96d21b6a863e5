"""The words of a template are changed where they stand, and nothing else of it is."""

from __future__ import annotations

import pytest

from app.core.errors import Invalid
from app.core.paths import TEMPLATES
from app.documents import wording
from app.documents.text import canonical, extract_text
from app.documents.upload import check_upload

NOTICE = next(TEMPLATES.rglob("approval_notice/template.docx")).read_bytes()


def test_other_words_stand_where_the_old_ones_stood() -> None:
    plain = next(each for each in wording.read(NOTICE) if each.plain and "{" not in each.text)
    new = wording.reworded(NOTICE, {plain.number: f"{plain.text}（试行）  "})

    assert check_upload(new) == []
    assert extract_text(new) == extract_text(NOTICE).replace(plain.text, f"{plain.text}（试行）  ", 1)
    back = wording.reworded(new, {plain.number: plain.text})
    assert {each.text for each in wording.read(back)} == {each.text for each in wording.read(NOTICE)}
    assert canonical(back).keys() == canonical(NOTICE).keys()


@pytest.mark.parametrize("text", ["", "  ", "两\n行"])
def test_what_would_break_the_paragraph_is_refused(text: str) -> None:
    plain = next(each for each in wording.read(NOTICE) if each.plain)
    with pytest.raises(Invalid, match="."):
        wording.reworded(NOTICE, {plain.number: text})


def test_a_paragraph_of_several_formats_is_left_to_word() -> None:
    with pytest.raises(Invalid) as refused:
        wording.reworded(NOTICE, {10_000: "没有这一段"})
    assert "Word" in refused.value.fields["p-10000"]
