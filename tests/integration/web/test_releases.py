"""What policy owners find on the desk when the ground below their releases moves."""

from __future__ import annotations

from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.core.paths import BUNDLES
from app.definitions import publishing
from app.definitions.folder import read_folder
from app.identity import queries as identity
from tests.support.web import COUNTY, PROGRAMME, TOWNSHIP, Web


def test_the_desk_counts_and_tells_what_moved_to_owners_alone(web: Web) -> None:
    owner, clerk = web.client(), web.client()
    web.sign_in(owner, f"policy_owner.{COUNTY}")
    web.sign_in(clerk, f"township_clerk.{TOWNSHIP}")
    assert "没有要处理的发布版" in owner.get("/desk/releases").text
    files = read_folder(BUNDLES / PROGRAMME)
    for code in (TOWNSHIP, COUNTY):
        with web.database.write() as session:
            scope = identity.region_by_code(session, code, local_date(web.clock.now())).id
            put = publishing.put_in_force(session, SYSTEM, files, web.clock.now(), scopes=[scope])
        assert put
    page = owner.get("/desk/releases").text
    assert "基础版本已更新，请用 doudi release compare" in page
    assert '发布版<span class="count count-red">1</span>' in owner.get("/desk/").text
    assert "发布版" not in clerk.get("/desk/").text
