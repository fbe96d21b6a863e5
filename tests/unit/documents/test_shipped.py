"""The templates that ship: built by their script, complete, and saying what the policy wants said."""

import re
from datetime import date

import pytest
import yaml

from app.core.paths import BUNDLES
from app.documents.checking import check_files
from app.documents.contract import ADDRESSEE, YOU, load_contract
from app.documents.rendering import render
from app.documents.template import load_template
from app.documents.text import extract_text
from app.figures.content import seeded
from scripts.build_templates import BUILDERS, OF_BUNDLES
from tests.unit.documents.conftest import KEYS, Shipped

TO_NOBODY = {"publicity_notice", "rescue_record", "home_care_agreement", "institution_care_agreement"}
"""Read by the public, or signed by several."""


DECISIONS = {
    "approval_notice", "correction_notice", "ending_notice", "overpaid_notice", "rating_notice", "recheck_notice",
    "refusal_notice",
}  # fmt: skip
"""What decides on somebody's right tells the ways against it; what only informs does not."""
CITED = re.compile(r"《[^》]+》（[^（）]+〔\d{4}〕\d+号）")


def letter(key: str, **changes) -> str:
    files = Shipped(key)
    return extract_text(render(load_template(files.template), load_contract(files.contract), files.sample | changes))


def test_the_script_builds_what_is_committed(shipped):
    assert BUILDERS[shipped.key]().bytes() == shipped.template


def test_every_template_has_a_builder():
    assert sorted(BUILDERS) == KEYS


def test_letters_of_bundles_are_built_by_the_script_too():
    for key, (bundle, build) in OF_BUNDLES.items():
        assert build().bytes() == (BUNDLES / bundle / "letters" / key / "template.docx").read_bytes()
    assert {path.parent.name for path in BUNDLES.glob("*/letters/*/template.docx")} == set(OF_BUNDLES)


def test_nothing_is_left_of_the_template(shipped):
    text = letter(shipped.key)
    assert not re.search(r"\{\{|\{%|None|True|False|null", text)


def test_decisions_alone_tell_organ_limit_and_law_of_each_remedy(shipped):
    variables, text = load_contract(shipped.contract).variables, letter(shipped.key)
    if shipped.key not in DECISIONS:
        assert not re.search("行政复议|行政诉讼|不服", text)
        return
    assert not variables["remedies"].optional
    for each in shipped.sample["remedies"]:
        limit = f"自收到之日起{each['within']}内" if each["within"] else ""
        law = f"（{each['law']}）" if each["law"] else ""
        assert f"{limit}向{each['organ']}{each['title']}{law}" in text


def test_a_proposal_to_end_is_no_decision_yet():
    text = letter("recheck_notice", final=False)
    assert "这还不是终止的决定" in text
    assert not re.search("行政复议|本决定", text)


def test_what_rests_on_policy_cites_title_and_number(shipped):
    variables = load_contract(shipped.contract).variables
    if "basis" in variables:
        assert CITED.search(letter(shipped.key))


@pytest.mark.parametrize("folder", sorted(BUNDLES.glob("*/bundle.yaml")), ids=lambda path: path.parent.name)
def test_every_programme_rests_on_documents_with_title_number_and_place(folder):
    basis = seeded().basis_on(yaml.safe_load(folder.read_text())["basis"], date(2026, 1, 1))
    assert CITED.match(basis)
    assert not re.search("[()]", basis)


@pytest.mark.parametrize(
    ("key", "signers", "copies"),
    [("home_care_agreement", "甲乙丙", "一式叁份"), ("institution_care_agreement", "甲乙丙丁", "一式肆份")],
)
def test_agreements_hold_every_item_of_e10(key, signers, copies):
    text = letter(key)
    for item in (
        "服务依据", "服务内容和标准", "服务方式", "服务地点", "服务期限", "服务价格", "死亡后其财产处置方式",
        "监督举报电话", "权利和义务", copies, "枞阳县枞阳镇",
    ):  # fmt: skip
        assert item in text
    for signer in signers:
        assert re.search(rf"{signer}方（(盖章|签名盖章|签名按指印)）：", text)
        assert re.search(rf"（.）{signer}方：", text)
    assert "监督举报电话：　" in letter(key, complaint_phone=None)


def test_public_notice_hides_the_numbers():
    text = letter("publicity_notice")
    assert "孙丽" in text
    assert "220122********0503" in text
    assert "220122197204040503" not in text


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (
            "approval_notice",
            ["周海", "陆佰捌拾元整", "从2021年6月起按月发放", "分类施保", "一、金额是怎样算出来的", "二、告知事项"],
        ),
        ("rescue_record", ["刘桂芝", "壹仟元整", "张敏", "（已盖章）"]),
        ("refusal_notice", ["（一）经村委会调查", "（二）连续无收入", "申诉"]),
        ("application_form", ["王建国", "李强", "授权", "承诺", "13904310003"]),
        ("missing_materials_notice", ["一次性告知", "（三）残疾人证", "不计入办理期限"]),
    ],
)
def test_letters_say_what_they_must(key, words):
    text = letter(key)
    for word in words:
        assert word in text


def test_a_section_that_stands_alone_has_no_number():
    text = letter("approval_notice", steps=[])
    assert "\n告知事项" in text
    assert "怎样算" not in text


def test_whom_a_letter_addresses_is_asked_whether_he_has_died(shipped):
    """Every letter but those to the public and agreements; one that addresses a plain name is not published."""
    plain = shipped.contract.replace(f"type: {ADDRESSEE}".encode(), b"type: text")
    told = [each.message for each in check_files(shipped.template, plain, shipped.sample_json)]
    assert any("收信人已经去世" in each for each in told) is (shipped.key not in TO_NOBODY)


def test_a_letter_to_the_family_speaks_of_the_dead(shipped):
    types = {name: each.type for name, each in load_contract(shipped.contract).variables.items()}
    told = {ADDRESSEE: "周海的家属", YOU: "周海"}
    if YOU in types.values():
        text = letter(shipped.key, **{name: told[kind] for name, kind in types.items() if kind in told})
        assert "周海的家属：" in text
        assert re.findall("[你您]", text) == []


def test_an_application_says_who_made_it():
    said = load_contract(Shipped("application_form").contract).variables["applied_by"].expression
    proxy = {"name": "王小军", "relation": "儿子", "phone": "13904310005"}
    told = {kind: said.evaluate({"application": {"applied_by": kind, "proxy": proxy}}) for kind in ("proxy", "self")}
    assert told == {"proxy": "由王小军（儿子）代为申请", "self": "本人申请"}
    assert said.evaluate({"application": {}}) == "本人申请"
