"""The pages of what holds: its versions, how it goes, going back, stopping, retiring, moving running cases along."""

from __future__ import annotations

import html
import json
import re

import pytest
from flask.testing import FlaskClient

from app.cases import migrating, queries
from app.cases import operations as cases
from app.core.actor import APPLICANT, SYSTEM
from app.core.clock import local_date
from app.core.paths import BUNDLES
from app.definitions import holding, publishing
from app.definitions.folder import read_folder
from app.identity import appointed
from app.identity import queries as identity
from app.jobs.runner import Worker
from tests.support.web import COUNTY, PROGRAMME, Web
from tests.support.worlds import RELIEF, VILLAGE, id_number

FILES = read_folder(BUNDLES / PROGRAMME)


def _owner(web: Web) -> FlaskClient:
    client = web.client()
    web.sign_in(client, f"policy_owner.{COUNTY}")
    return client


def _publish(web: Web, more: str) -> str:
    with web.database.write() as session:
        on = local_date(web.clock.now())
        scope = identity.region_by_code(session, COUNTY, on).id
        files = FILES | {"bundle.yaml": FILES["bundle.yaml"] + more.encode()}
        return publishing.put_in_force(session, SYSTEM, files, web.clock.now(), scopes=[scope], in_force_from=on)


def _apply(web: Web, n: int) -> str:
    with web.database.write() as session:
        data = {**RELIEF, "id_number": id_number(n)}
        return cases.apply(session, APPLICANT, PROGRAMME, VILLAGE, data, web.clock.now()).case_id


def _text(client: FlaskClient, path: str) -> str:
    return html.unescape(re.sub(r"\s+", "", client.get(path).text))


def _states(web: Web) -> list[str]:
    with web.database.read() as session:
        on = local_date(web.clock.now())
        actor = appointed.actor_by_login(session, f"policy_owner.{COUNTY}", on)
        assert actor is not None
        found = [each for each in holding.of_actor(session, actor, on) if each.programme == PROGRAMME and each.is_mine]
        return [version.state for each in found for version in each.versions]


@pytest.fixture
def versions(web: Web) -> tuple[str, str]:
    return _publish(web, "# 一\n"), _publish(web, "# 二\n")


def test_what_holds_is_listed_with_every_version_it_had(web: Web, versions: tuple[str, str]) -> None:
    older, newer = versions
    shown = _text(_owner(web), "/studio/releases")
    assert f'/studio/releases/{newer}">' in shown
    assert f'/studio/releases/{older}">第1版' in shown
    assert "（上级规定）" in shown, "what the province holds there is seen, too"
    assert _states(web) == ["in_force", "superseded"]


def test_an_older_version_comes_back_as_a_change_like_any_other(web: Web, versions: tuple[str, str]) -> None:
    owner, (older, newer) = _owner(web), versions
    assert owner.post(f"/studio/releases/{newer}/bring-back", data={"reason": "改错了"}).status_code == 409
    refused = owner.post(f"/studio/releases/{older}/bring-back", data={"reason": ""})
    assert (refused.status_code, "请填写理由" in refused.text) == (422, True)
    at = owner.post(f"/studio/releases/{older}/bring-back", data={"reason": "新的一版改错了"}).location
    page = _text(owner, at)
    assert "恢复：" in page
    bundle = re.search(r"/programmes/(\w{32})/", page)
    assert bundle
    kept = owner.get(f"{at}/programmes/{bundle[1]}/content", query_string={"path": "bundle.yaml"})
    assert kept.data.endswith("# 一\n".encode())


def test_stopping_takes_one_and_retiring_gives_the_place_back_to_what_is_above(
    web: Web, versions: tuple[str, str]
) -> None:
    owner, (_, newer) = _owner(web), versions
    refused = owner.post(f"/studio/releases/{newer}/stop", data={"reason": " "})
    assert (refused.status_code, "请写明理由" in refused.text) == (422, True)
    owner.post(f"/studio/releases/{newer}/stop", data={"reason": "金额写错"})
    assert _states(web)[0] == "stopped"
    assert "金额写错" in _text(owner, f"/studio/releases/{newer}")
    owner.post(f"/studio/releases/{newer}/retire", data={"reason": "改按省里的办"})
    assert _states(web)[0] == "retired"
    assert "第2版" in _text(owner, f"/studio/releases/{newer}")


def test_running_cases_are_previewed_and_moved_from_the_page(web: Web) -> None:
    case_id, owner = _apply(web, 1), _owner(web)
    newer = _publish(web, "# 三\n")
    at = f"/studio/releases/{newer}"
    wrong = owner.post(f"{at}/migrations", data={"names": "village"})
    assert (wrong.status_code, "旧编号 = 新编号" in wrong.text) == (422, True)
    owner.post(f"{at}/migrations", data={"act": "preview"})
    assert "正在列出在办案件" in _text(owner, f"{at}/migrations")
    for act, told in (("preview", "1个可以转入"), ("move", "1个已经转入")):
        if act == "move":
            owner.post(f"{at}/migrations", data={"act": act})
        Worker(web.database, web.clock, migrating.HANDLERS).run_once()
        assert told in _text(owner, at)
        assert "继续办理" in _text(owner, f"{at}/migrations?state=moves")
    with web.database.read() as session:
        assert queries.head(session, case_id).release_id == newer


def test_the_diagram_says_where_cases_wait(web: Web) -> None:
    _apply(web, 1)
    _apply(web, 2)
    newer = _publish(web, "# 四\n")
    _apply(web, 3)
    owner = _owner(web)
    shown = _text(owner, f"/studio/releases/{newer}")
    assert "1个在办" in shown, "only what runs under this version"
    found = re.search(r'data-heat="(.*?)"', owner.get(f"/studio/releases/{newer}").text)
    assert found
    assert json.loads(html.unescape(found[1])) == {"village_investigation": {"state": "waiting", "text": "1 件在等"}}
    assert owner.get(f"/studio/releases/{newer}/diagram.bpmn").data == FILES["relief.bpmn"]
    assert owner.get(f"/studio/releases/{newer}/diagram.bpmn?process=none").status_code == 404
