"""Clauses as data."""

from datetime import date

import pytest

from app.figures.content import seeded

KNOWN = seeded()
JILIN = ("220122", "2201", "22")
ZONGYANG = ("340722", "3407", "34")


def test_every_clause_of_the_five_documents_is_there() -> None:
    counts = {"A": 9, "B": 8, "C": 6, "D": 15, "E": 22, "F": 16}
    expected = {f"{letter}{number}" for letter, count in counts.items() for number in range(1, count + 1)}
    assert set(KNOWN.clauses) == expected
    assert all(clause.title and clause.text and clause.sources for clause in KNOWN.clauses.values())


J40 = "《关于进一步做好困难群众基本生活保障工作的实施意见》（吉民发〔2020〕40号）"
J33 = "《吉林省民政厅办公室关于切实做好特困人员救助供养工作的通知》（吉民办字〔2017〕33号）"
Z86 = "《枞阳县特困人员供养民生工程实施办法》（枞民字〔2019〕86号）"


@pytest.mark.parametrize(
    ("ids", "region", "citation"),
    [
        ("A4", JILIN, J40 + "二（二）3"),
        ("A4、A5, A7", JILIN, J40 + "二（二）3、二（二）4"),
        ("E7", ZONGYANG, Z86 + "第四条（三）3"),
        # The same rule stands in both places: each cites its own document.
        ("E8", ZONGYANG, Z86 + "第四条（二）、第三条"),
        ("E8", JILIN, J33 + "三"),
        # A rule of another place is no rule here: a letter does not cite it.
        ("E9", ZONGYANG, ""),
        # The copy of this document has no number.
        ("D13", JILIN, "《吉林省人民政府办公厅关于进一步做好困难群众基本生活保障工作的通知》二（三）"),
        ("当事人自愿", JILIN, "当事人自愿"),
        ("Z9", JILIN, "Z9"),
    ],
)
def test_letters_cite_title_and_number_of_the_documents_of_their_own_place(
    ids: str, region: tuple[str, ...], citation: str
) -> None:
    assert KNOWN.cite(ids, region, titled=True) == citation


def test_pages_cite_the_number_alone() -> None:
    assert KNOWN.cite("A4 E8", JILIN) == "吉民发〔2020〕40号 二（二）3；吉民办字〔2017〕33号 三"


def test_what_was_not_in_force_yet_is_not_cited() -> None:
    both = "吉民办字〔2017〕33号、吉民发〔2020〕40号 三(二)、三(三)"
    assert KNOWN.basis_on(both, date(2020, 9, 8)) == J33
    assert KNOWN.basis_on(both, date(2020, 9, 9)) == f"{J33}、{J40}三（二）、三（三）"
    assert KNOWN.basis_on(f"{J33}、{J40}三（二）", date(2020, 9, 9)) == f"{J33}、{J40}三（二）"
    assert KNOWN.basis_on("吉民发〔2020〕40号 二(二)", date(2019, 5, 6)) == ""
    assert KNOWN.cite("E9", JILIN, date(2019, 5, 6), titled=True) == J33 + "四（三）"


def test_the_ids_that_an_elements_documentation_names_are_found() -> None:
    assert KNOWN.ids_in("A4 A5 村（社区）三个工作日内调查，A4；F99 不存在") == ["A4", "A5"]
