"""The whole gate in its child process, and what differs between two bundles."""

from __future__ import annotations

from app.core.forking import Limits
from app.core.paths import BUNDLES, TEMPLATES
from app.definitions.folder import read_folder
from app.gate.diff import compare
from app.gate.isolated import check_isolated

KEY = "uninsured_unemployed_relief"
FILES = read_folder(BUNDLES / KEY)
STORY = "scenarios/amount-exactly-the-cap.yaml"
ONE_STORY = {path: content for path, content in FILES.items() if not path.startswith("scenarios/") or path == STORY}
LETTER = {
    f"letters/approval_notice/{path.name}": path.read_bytes() for path in (TEMPLATES / "approval_notice").iterdir()
}


def test_a_draft_is_checked_and_its_stories_played_with_it() -> None:
    outcome = check_isolated(("22", {**ONE_STORY, **LETTER}))
    assert outcome.passed, outcome
    assert [story["file"] for story in outcome.stories] == [STORY]
    worse = ONE_STORY["relief.bpmn"].replace(b'"approval_notice"', b'"refusal_notice"')
    assert not check_isolated(("22", {**ONE_STORY, "relief.bpmn": worse})).passed


def test_a_template_that_is_none_is_told() -> None:
    broken = {**ONE_STORY, **LETTER, "letters/approval_notice/template.docx": b"no zip"}
    outcome = check_isolated(("22", broken))
    assert not outcome.passed
    assert any("不是有效的 Word 文档" in each["message"] for each in outcome.findings)


def test_a_check_that_takes_too_much_is_one_finding() -> None:
    outcome = check_isolated(("22", ONE_STORY), limits=Limits(memory_mb=64))
    assert not outcome.passed
    assert "请简化文件" in outcome.findings[0]["message"]


def test_differences_are_told_by_element_cell_field_and_key() -> None:
    new = {
        **FILES,
        "bundle.yaml": FILES["bundle.yaml"].replace(b"2020-09-09", b"2020-10-01"),
        "relief.bpmn": FILES["relief.bpmn"].replace(
            b'candidateGroups="township_clerk"', b'candidateGroups="township_head"'
        ),
        "grant.dmn": FILES["grant.dmn"].replace(b"figure.uninsured_relief_cap", b"figure.other_cap"),
    }
    del new["township_review.form.json"]
    changes = compare(FILES, new)
    assert any(each.kind == "changed" and each.file == "relief.bpmn" and each.what == "岗位" for each in changes)
    assert any(each.file == "grant.dmn" and "other_cap" in each.new for each in changes)
    assert any((each.kind, each.file) == ("removed", "township_review.form.json") for each in changes)
    (day,) = [each for each in changes if each.file == "bundle.yaml"]
    assert (day.what, day.old, day.new) == ("in_force_from", "2020-09-09", "2020-10-01")
    assert compare(FILES, FILES) == []
