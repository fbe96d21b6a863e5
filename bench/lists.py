"""What is asked of a province: lists, searches, counts and files of desk, portal and studio, and who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from bench.copies import NAMES
from bench.province import CLERK, PROVINCE, TWO_POSTS
from tests.support.web import COUNTY, TOWNSHIP, VILLAGE

HEAD, COUNTY_CLERK, FINANCE = f"county_head.{COUNTY}", f"county_clerk.{COUNTY}", f"finance.{COUNTY}"
SECURITY, KEEPER, POLICY = f"security_officer.{COUNTY}", f"administrator.{COUNTY}", f"policy_owner.{COUNTY}"
Address = str | Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `who`: a login, None for the public. The address is one for each turn, or the same in all; in it and
    in `form`, which is posted, stand the names of real rows (`Province.seen`)."""

    name: str
    who: str | None
    at: Address
    form: Mapping[str, str] = field(default_factory=dict)

    def address(self, turn: int) -> str:
        return self.at if isinstance(self.at, str) else self.at(turn)


def _of_name(path: str, part: slice) -> Address:
    return lambda turn: path + quote(NAMES[turn * 37 % len(NAMES)][part])


ASKED: tuple[Asked, ...] = (
    Asked("inbox", CLERK, "/desk/"),
    Asked("inbox.office", CLERK, "/desk/?tab=office"),
    Asked("inbox.waiting", CLERK, "/desk/?tab=waiting"),
    Asked("inbox.done", CLERK, "/desk/?tab=done"),
    Asked("inbox.name", CLERK, _of_name("/desk/?q=", slice(0, 2))),
    Asked("cases.county", COUNTY_CLERK, "/desk/cases"),
    Asked("cases.name", COUNTY_CLERK, _of_name("/desk/cases?q=", slice(0, 3))),
    Asked("cases.part", COUNTY_CLERK, _of_name("/desk/cases?q=", slice(1, 3))),
    Asked("cases.character", COUNTY_CLERK, _of_name("/desk/cases?q=", slice(1, 2))),
    Asked("cases.typed", COUNTY_CLERK, "/desk/cases?q=" + quote("王建国" * 167)),
    Asked("cases.number", COUNTY_CLERK, lambda turn: f"/desk/cases?q={quote('长救〔2020〕')}{1000000000 + turn * 60}"),
    Asked("cases.digits", COUNTY_CLERK, lambda turn: f"/desk/cases?q={200 + turn}"),
    Asked("cases.tail", COUNTY_CLERK, lambda turn: f"/desk/cases?q={1200 + turn}"),
    Asked("cases.initials", COUNTY_CLERK, lambda turn: "/desk/cases?q=" + ("WJX", "LMQ", "ZGH", "CJY")[turn % 4]),
    Asked("cases.status", COUNTY_CLERK, "/desk/cases?status=suspended"),
    Asked("cases.deep", COUNTY_CLERK, "/desk/cases?after=2020-02-20T00:00:00%2B00:00_ca"),
    Asked("cases.long", COUNTY_CLERK, "/desk/cases?q=" + quote("王" * 50)),
    Asked("cases.province", PROVINCE, "/desk/cases"),
    Asked("cases.province.deep", PROVINCE, "/desk/cases?after=2020-02-20T00:00:00%2B00:00_ca"),
    Asked("cases.province.name", PROVINCE, _of_name("/desk/cases?q=", slice(0, 3))),
    Asked("cases.province.tail", PROVINCE, lambda turn: f"/desk/cases?q={1200 + turn}"),
    Asked("awards.county", COUNTY_CLERK, "/desk/awards"),
    Asked("awards.name", COUNTY_CLERK, _of_name("/desk/awards?q=", slice(0, 3))),
    Asked("awards.deep", COUNTY_CLERK, "/desk/awards?after=aw1000000500"),
    Asked("awards.part", COUNTY_CLERK, _of_name("/desk/awards?q=", slice(1, 3))),
    Asked("awards.province", PROVINCE, "/desk/awards"),
    Asked("awards.province.name", PROVINCE, _of_name("/desk/awards?q=", slice(0, 3))),
    Asked("awards.rechecks", COUNTY_CLERK, "/desk/awards/rechecks"),
    Asked("notices.county", COUNTY_CLERK, "/desk/notices"),
    Asked("money.pending", FINANCE, "/desk/payments"),
    Asked("money.name", FINANCE, _of_name("/desk/payments?q=", slice(0, 3))),
    Asked("money.all", FINANCE, "/desk/payments?status="),
    Asked("incidents", COUNTY_CLERK, "/desk/incidents"),
    Asked("owed", COUNTY_CLERK, "/desk/owed"),
    Asked("board", None, "/notices"),
    Asked("board.deep", None, "/notices?after=no1000000050"),
    Asked("board.programme", None, "/notices?programme=" + quote("低保")),
    Asked("board.county", None, f"/notices?county={COUNTY}"),
    Asked("board.township", None, f"/notices?county={COUNTY}&township={TOWNSHIP}"),
    Asked("unread", CLERK, "/desk/messages/unread"),
    Asked("inbox.two", TWO_POSTS, "/desk/"),
    Asked("inbox.two.done", TWO_POSTS, "/desk/?tab=done"),
    Asked("inbox.changes", CLERK, "/desk/worklist/changes?since=2020-10-12T00:00:00%2B00:00"),
    Asked("cases.two", TWO_POSTS, "/desk/cases"),
    Asked("cases.two.deep", TWO_POSTS, "/desk/cases?after=2020-02-20T00:00:00%2B00:00_ca"),
    Asked("awards.two", TWO_POSTS, "/desk/awards"),
    Asked("notices.two", TWO_POSTS, "/desk/notices"),
    Asked("notices.leads", COUNTY_CLERK, "/desk/notices?leads=open"),
    Asked("notices.province", PROVINCE, "/desk/notices"),
    Asked("messages", CLERK, "/desk/messages"),
    Asked("money.province", PROVINCE, "/desk/payments"),
    Asked("claims", FINANCE, "/desk/claims"),
    Asked("claims.province", PROVINCE, "/desk/claims"),
    Asked("batches", FINANCE, "/desk/batches"),
    Asked("batches.province", PROVINCE, "/desk/batches"),
    Asked("batch", FINANCE, "/desk/batches/ba1000000005"),
    Asked("ledger", FINANCE, "/desk/ledger"),
    Asked("ledger.province", PROVINCE, "/desk/ledger"),
    Asked("statistics", COUNTY_CLERK, "/desk/statistics"),
    Asked("statistics.province", PROVINCE, "/desk/statistics"),
    Asked("load", HEAD, "/desk/load"),
    Asked("goods", COUNTY_CLERK, "/desk/goods"),
    Asked("goods.out", COUNTY_CLERK, "/desk/goods/handed-out"),
    Asked("institutions", COUNTY_CLERK, "/desk/awards/institutions"),
    Asked("award", COUNTY_CLERK, "/desk/awards/{award}"),
    Asked("person", COUNTY_CLERK, "/desk/people/{person}"),
    Asked("household", COUNTY_CLERK, "/desk/households/ho1000000007"),
    Asked("case", COUNTY_CLERK, "/desk/cases/{case}"),
    Asked("task", CLERK, "/desk/tasks/{task}"),
    Asked("awards.ended", COUNTY_CLERK, "/desk/awards?status=ended"),
    Asked("proofs", PROVINCE, "/desk/audit"),
    Asked("audit.logins", PROVINCE, "/desk/audit/logins"),
    Asked("audit.logins.deep", PROVINCE, "/desk/audit/logins?after=al1000005000"),
    Asked("audit.logins.kind", PROVINCE, "/desk/audit/logins?kind=login_failed"),
    Asked("audit.logins.rare", PROVINCE, "/desk/audit/logins?kind=factor_reset"),
    Asked("audit.logins.person", PROVINCE, "/desk/audit/logins?person=" + CLERK),
    Asked("logins", SECURITY, "/desk/logins"),
    Asked("staff", KEEPER, "/desk/staff"),
    Asked("staff.name", KEEPER, _of_name("/desk/staff?q=", slice(0, 2))),
    Asked("offices", KEEPER, "/desk/offices"),
    Asked("takeovers", COUNTY_CLERK, "/desk/takeovers"),
    Asked("figures", POLICY, "/desk/figures"),
    Asked("figures.applied", COUNTY_CLERK, "/desk/figures/applied"),
    Asked("changes", POLICY, "/studio/changes"),
    Asked("releases", POLICY, "/studio/releases"),
    Asked("release", POLICY, "/studio/releases/{release}"),
    Asked("clauses", POLICY, "/studio/clauses"),
    Asked("home", None, "/"),
    Asked("regions", None, "/regions?above=2201"),
    Asked("fits", None, f"/fits?at={VILLAGE}&asked=1"),
    Asked("notice", None, "/notices/{notice}"),
    Asked("status", None, "/status", {"number": "{number}", "query_code": "{code}"}),
    Asked("my_case", None, "/my-case"),
    Asked("verify", None, "/verify/{letter}"),
)  # fmt: skip
EXPORTS: tuple[Asked, ...] = (
    Asked("worklist.xlsx", CLERK, "/desk/worklist.xlsx"),
    Asked("cases.xlsx", COUNTY_CLERK, "/desk/cases.xlsx"),
    Asked("cases.province.xlsx", PROVINCE, "/desk/cases.xlsx"),
    Asked("claims.xlsx", FINANCE, "/desk/claims.xlsx"),
    Asked("batch.xlsx", FINANCE, "/desk/batches/ba1000000005/lines.xlsx"),
    Asked("ledger.xlsx", FINANCE, "/desk/ledger.xlsx"),
    Asked("statistics.xlsx", COUNTY_CLERK, "/desk/statistics.xlsx"),
    Asked("load.xlsx", HEAD, "/desk/load.xlsx"),
    Asked("goods.xlsx", COUNTY_CLERK, "/desk/goods.xlsx"),
    Asked("logins.xlsx", PROVINCE, "/desk/audit/logins.xlsx"),
)
"""Tables that go out: the milliseconds are of all their rows, so only growth has an aim."""
