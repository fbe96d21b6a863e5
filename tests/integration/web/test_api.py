"""The API: the same operations, problem JSON, an honest description."""

from __future__ import annotations

import re

import pytest

from tests.support.web import APPLICATION, PROGRAMME, VILLAGE, Web

CADRE, CLERK = "village_cadre.220122100001", "township_clerk.220122100"
API = "/api/v1"


def test_a_case_goes_through_the_api(web: Web) -> None:
    client, cadre, clerk = web.client(), web.token(CADRE), web.token(CLERK)
    body = {"programme": PROGRAMME, "region": VILLAGE, "data": dict(APPLICATION)}
    receipt = client.post(f"{API}/applications", json=body, headers=clerk).get_json()
    (task,) = client.get(f"{API}/tasks", headers=cadre).get_json()["items"]
    assert (task["case_id"], task["due_on"]) == (receipt["case_id"], "2020-10-15")
    claimed = client.post(f"{API}/tasks/{task['id']}/claim", headers=cadre).get_json()
    assert claimed["assignee_id"] == web.actor(CADRE).user_id
    done = client.post(f"{API}/tasks/{task['id']}/complete", json={"data": {"facts_true": True}}, headers=cadre)
    assert done.get_json() == {"case_id": receipt["case_id"], "status": "in_progress", "incident": None}
    (review,) = client.get(f"{API}/tasks", headers=clerk).get_json()["items"]
    decision = {"data": {"confirmed": True, "amount": "800"}}
    client.post(f"{API}/tasks/{review['id']}/complete", json=decision, headers=clerk)
    case = client.get(f"{API}/cases/{receipt['case_id']}", headers=clerk).get_json()
    assert case["status"] == "approved"
    assert [payment["amount"] for payment in case["payments"]] == ["800.00"]
    letters = client.get(f"{API}/cases/{receipt['case_id']}/documents", headers=clerk).get_json()["items"]
    assert client.get(f"{API}/documents/{letters[-1]['id']}", headers=clerk).data[:2] == b"PK"


def test_wrong_fields_are_named_as_on_the_page(web: Web) -> None:
    task = web.open_task(web.apply().case_id)
    answer = web.client().post(f"{API}/tasks/{task}/complete", json={"data": {}}, headers=web.token(CADRE))
    problem = answer.get_json()
    assert (answer.status_code, problem["code"], list(problem["fields"])) == (422, "invalid", ["facts_true"])
    data = {**APPLICATION, "witnesses": [{"name": "李强", "phone": "1"}, {"name": "赵明", "phone": "13904310003"}]}
    body = {"programme": PROGRAMME, "region": VILLAGE, "data": data}
    wrong = web.client().post(f"{API}/applications", json=body, headers=web.token(CLERK))
    assert list(wrong.get_json()["fields"]) == ["witnesses.0.phone"]


def test_every_error_has_one_shape(web: Web) -> None:
    client, headers = web.client(), web.token(CADRE)
    answers = [
        client.get(f"{API}/tasks"),
        client.get(f"{API}/tasks?limit=0", headers=headers),
        client.get(f"{API}/tasks?after=%27", headers=headers),
        client.get(f"{API}/cases/unknown", headers=headers),
        client.get(f"{API}/nothing", headers=headers),
        client.put(f"{API}/tasks", headers=headers),
        client.post(f"{API}/applications", data="{", content_type="application/json", headers=headers),
        client.post(f"{API}/applications", json={"programme": "x\n"}, headers=headers),
        client.get(f"{API}/programmes?region=22%0A", headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [401, 422, 422, 404, 404, 405, 400, 422, 422]
    for answer in answers:
        assert answer.get_json().keys() == {"code", "message", "fields"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("[" * 100_000 + "]" * 100_000, 400),
        ('{"data":' * 5_000 + "1" + "}" * 5_000, 400),
        ('{"data":{"a":' + "9" * 5_000 + "}}", 400),
        ('{"data":{"a":"' + "x" * 3_000_000 + '"}}', 413),
        ("{", 400),
        ('"x"', 422),
        ('{"data":[]}', 422),
        ('{"data":{},"x":1}', 422),
        ("{}", 422),
    ],
)
def test_a_body_that_cannot_be_read_is_the_callers_mistake(web: Web, body: str, status: int) -> None:
    path = f"{API}/tasks/unknown/complete"
    answer = web.client().post(path, data=body, content_type="application/json", headers=web.token(CADRE))
    assert answer.status_code == status
    problem = answer.get_json()
    for text in (problem["message"], *problem["fields"].values()):
        assert text
        assert not re.search("[a-z]{4}", text)


def test_tokens_end(web: Web) -> None:
    client = web.client(CADRE)
    page = client.post("/desk/account/tokens", data={"label": "统计", "days": "1"}).text
    secret = page.split("doudi_")[1].split("<")[0]
    headers = {"Authorization": f"Bearer doudi_{secret}"}
    assert web.client().get(f"{API}/tasks", headers=headers).status_code == 200
    assert f"doudi_{secret}" not in client.get("/desk/account").text
    token_id = client.get("/desk/account").text.split("/desk/account/tokens/")[1].split("/")[0]
    client.post(f"/desk/account/tokens/{token_id}/revoke")
    assert web.client().get(f"{API}/tasks", headers=headers).status_code == 401


def test_the_description_is_complete(web: Web) -> None:
    spec = web.client().get("/api/openapi.json").get_json()
    assert spec["openapi"].startswith("3.1")
    assert all(path.startswith(API) for path in spec["paths"])
    operations = [operation for path in spec["paths"].values() for operation in path.values()]
    assert len(operations) == 10
    for operation in operations:
        assert operation["security"] == [{"bearer": []}]
        assert {"401", "403", "404", "409", "422"} <= operation["responses"].keys()
        assert operation.get("requestBody", {"required": True})["required"] is True
    assert set(spec["components"]["schemas"]) == {
        "Application", "Case", "Claimed", "Completed", "Document", "DocumentList", "Payment", "Programme",
        "Problem", "ProgrammeList", "Receipt", "Submission", "Task", "TaskPage", "Answer", "Waiting",
    }  # fmt: skip
