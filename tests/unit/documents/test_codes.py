"""A code is read as people type it, and as nothing else."""

from __future__ import annotations

import pytest

from app.config import Config
from app.documents.codes import address, meant
from app.outside.boundary import SettingError

CODE = "K7M2Q9XD4HTBWLEF"


@pytest.mark.parametrize("typed", [CODE.lower(), "K7M2 Q9XD-4HTB  WLEF", "Ｋ７Ｍ２Ｑ９ＸＤ４ＨＴＢＷＬＥＦ"])
def test_case_width_and_blanks_do_not_matter(typed: str) -> None:
    assert meant(typed) == [CODE]


@pytest.mark.parametrize("typed", ["K7M20 9XD4HTBW1EF", "k7m2o9xd4htbwief"])
def test_signs_that_no_code_has_are_read_as_what_they_look_like(typed: str) -> None:
    assert CODE in meant(typed)


@pytest.mark.parametrize("typed", ["", CODE[:-1], CODE + "A", "O" * 16, CODE[:-1] + "国", "x" * 100_000])
def test_what_is_no_code_means_none(typed: str) -> None:
    assert meant(typed) == []


def test_without_an_address_of_the_installation_there_is_none_of_a_letter() -> None:
    given = Config.from_env({"DOUDI_PUBLIC_URL": "https://a.example/doudi/"})
    assert address(given.public_url, CODE) == f"https://a.example/doudi/verify/{CODE}"
    assert address(Config().public_url, CODE) is None
    for wrong in ("a.example", "javascript:x", "https://a.example/?x=1", "https://u@a.example", "https://救助"):
        with pytest.raises(SettingError, match="DOUDI_PUBLIC_URL"):
            Config.from_env({"DOUDI_PUBLIC_URL": wrong})
