"""Names of regions and offices that are opened by code alone."""

import pytest

from app.identity import gazetteer
from app.identity.names import staff_name
from app.identity.positions import level_of_code, positions_at


@pytest.mark.parametrize(
    ("code", "level", "name"),
    [
        ("22", "province", "吉林省"),
        ("340722100", "township", "枞阳镇"),
        ("220122100001", "village", "东好来宝村"),
        ("220122399", "township", "399乡"),
        ("220122100998", "village", "998村"),
    ],
)
def test_a_region_is_named_by_the_public_list_or_else_by_its_own_digits(code: str, level: str, name: str) -> None:
    assert level_of_code(code) == level
    assert gazetteer.name_of(code, level) == name


@pytest.mark.parametrize("code", ["", "2", "220", "2201221000011", "22012x", "２２"])
def test_what_has_no_levels_length_is_no_region_code(code: str) -> None:
    assert level_of_code(code) is None


@pytest.mark.parametrize(
    ("name", "level", "office"),
    [
        ("吉林省", "province", "吉林省民政厅"),
        ("农安县", "county", "农安县民政局"),
        ("农安镇", "township", "农安镇人民政府"),
        ("前进街道", "township", "前进街道办事处"),
        ("枞阳经济开发区", "township", "枞阳经济开发区社会事务局"),
        ("东好来宝村", "village", "东好来宝村村民委员会"),
        ("东田社区", "village", "东田社区居民委员会"),
    ],
)
def test_offices_are_named_as_they_are(name: str, level: str, office: str) -> None:
    assert gazetteer.office_name(name, level) == office


def test_a_county_signs_documents_without_its_suffix() -> None:
    assert gazetteer.short_name("农安县", "county") == "农安"
    assert gazetteer.short_name("郊区", "county") == "郊区"
    assert gazetteer.short_name("农安镇", "township") == "农安镇"


def test_the_same_desk_always_gets_the_same_invented_person() -> None:
    names = {staff_name(f"220122.{number}") for number in range(50)}
    assert staff_name("220122.1") == staff_name("220122.1")
    assert len(names) > 40


def test_policy_owners_also_sit_above_the_county_where_only_the_city_gets_tasks() -> None:
    upper = ["policy_owner", "administrator", "security_officer", "auditor"]
    assert [position.key for position in positions_at("province")] == upper
    assert [position.key for position in positions_at("city")] == ["city_clerk", *upper]
    assert [position.key for position in positions_at("institution")] == ["institution"]
