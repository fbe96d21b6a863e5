"""The application: a page at a time, saved as it is typed, checked before it is signed."""

from __future__ import annotations

import re

from tests.integration.web.test_portal import APPLY, apply
from tests.support.web import Web


def test_a_region_is_chosen_by_its_names_and_a_wrong_way_counts_as_far_as_it_leads(web: Web) -> None:
    client = web.client()
    assert ["220122", "农安县"] in client.get("/regions?above=2201").json
    lists = client.post(APPLY, data={"hukou_region": ["22", "2201"], "_add:hukou_region": "1"}).text
    assert re.findall(r'name="hukou_region"', lists) == ['name="hukou_region"'] * 3
    assert '<option value="220122">农安县</option>' in lists
    short = apply(client, hukou_region="2201")
    assert "请选到县（市、区）" in short.text
    assert apply(client, hukou_region="220122").status_code == 302


def test_nobody_is_asked_to_insist_before_a_rule_was_shown(web: Web) -> None:
    client = web.client()
    assert 'name="insist"' not in client.get(APPLY).text
    refused = apply(client, months_without_income=2)
    assert 'name="insist"' in refused.text
    assert apply(client, months_without_income=2, insist=True).status_code == 302


def test_village_or_community_is_chosen_by_the_name_of_the_place(web: Web) -> None:
    page = web.client().get(APPLY).text
    assert re.search(r'name="urban" value="(\w+)" checked', page)[1] == "false"  # type: ignore[index]
