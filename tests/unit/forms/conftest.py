import copy
from pathlib import Path

import pytest

from app import forms

EXAMPLE = Path(__file__).with_name("apply.form.json").read_bytes()
FULL = {
    "name": " 王建国 ",
    "id_number": "220122198305123011",
    "phone": "139 0431 0001",
    "bank_account": "6228 4802 4000 1234 568",
    "authorised": True,
    "hardship": "返岗无望\r\n家中无收入",
    "unemployed_since": "2020-07-01",
    "months_without_income": 3,
    "unemployment_insured": False,
    "requested_amount": 800.5,
    "needs": ["hospital"],
    "household": {
        "annual_income": "15000",
        "members": [
            {"name": "王建国", "id_number": "220122198305123011", "disability_grade": 1, "disability_kind": "physical"}
        ],
    },
    "witnesses": [{"name": "李强", "phone": "13904310002"}, {"name": "赵明", "phone": "0431-87654321"}],
}


@pytest.fixture
def form():
    return forms.load(EXAMPLE)


@pytest.fixture
def full():
    return copy.deepcopy(FULL)
