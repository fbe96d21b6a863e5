"""Remedies as data: by whose decision, region and day."""

from datetime import date

import pytest

from app.figures import remedies
from app.figures.content import merged, of, read, seeded
from app.figures.errors import CatalogueError

NONGAN = {
    "province": {"code": "22", "name": "吉林省"},
    "city": {"code": "2201", "name": "长春市"},
    "county": {"code": "220122", "name": "农安县"},
    "township": None,
    "village": None,
}
CHAOYANG = NONGAN | {"county": {"code": "220104", "name": "朝阳区"}}
RAILWAY = """
remedies:
  nongan-suit:
    {way: suit, title: 提起行政诉讼, against: [township], organ: '"长春铁路运输法院"', limit: 3, unit: months,
     region: "220122"}
"""


def told(kind, region=NONGAN, on=date(2024, 5, 1), known=None):
    found = remedies.against((known or seeded()).remedies, kind, region, {"name": "某单位"}, on)
    return {each["way"]: (each["organ"], each["within"], each["law"]) for each in found}


def test_organ_limit_and_law_go_by_who_decided_and_by_the_day() -> None:
    law = "《中华人民共和国行政复议法》"
    assert told("township")["review"] == ("农安县人民政府", "60日", law + "第二十条、第二十四条")
    assert told("township", on=date(2023, 12, 31))["review"] == ("农安县人民政府", "60日", law + "第九条、第十三条")
    before = told("county", on=date(2023, 12, 31))["review"]
    assert before == ("农安县人民政府或者长春市民政局", "60日", law + "第九条、第十二条")
    assert told("county", CHAOYANG)["suit"] == (
        "长春市朝阳区人民法院", "6个月", "《中华人民共和国行政诉讼法》第四十六条"
    )  # fmt: skip
    assert told("county")["complaint"] == ("长春市民政局", None, None)


def test_what_a_county_enters_takes_the_place_of_the_general_rule_there_alone() -> None:
    known = of(merged(seeded().items, read(RAILWAY.encode(), "220122")))
    assert told("township", known=known)["suit"] == ("长春铁路运输法院", "3个月", None)
    assert told("township", CHAOYANG, known=known)["suit"][0] == "长春市朝阳区人民法院"


@pytest.mark.parametrize(
    ("organ", "said"),
    [("region.cuonty.name", "region.cuonty"), ("60", "应为机关的名称"), ("region.county.name +", "写得不对")],
)
def test_an_organ_that_cannot_be_named_is_refused(organ: str, said: str) -> None:
    content = RAILWAY.replace("'\"长春铁路运输法院\"'", f"'{organ}'").encode()
    with pytest.raises(CatalogueError, match=said):
        seeded().with_additions(content, "220122")
