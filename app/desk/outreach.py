"""主动发现: who may qualify for a programme and has not applied, a part at a time, and as a workbook."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.cases import outreach
from app.cases.outreach import Candidate
from app.core.chinese import mask_id_number
from app.core.clock import local_date
from app.definitions.queries import programme_titles
from app.desk.blueprint import blueprint
from app.desk.export import note
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.sheets import Sheet, book, columns
from app.web import Call, Record, hands_out, reads, words
from app.web.download import exported

COLUMNS = columns(
    ("姓名", 14), ("身份证号", 22), ("所在地", 28), ("线索", 34), ("正在享受", 24), ("以前申请过", 16),
)  # fmt: skip


@blueprint.get("/awards/outreach")
@reads()
def outreach_list(call: Call) -> ResponseReturnValue:
    offered = outreach.programmes(call.session, call.actor, call.now)
    programme, after = request.args.get("programme") or next(iter(offered), ""), request.args.get("after", "")
    part = outreach.part(call.session, call.actor, programme, after, call.now) if programme else None
    return render_template(
        "desk/outreach.html",
        offered=sorted(offered.items(), key=lambda pair: pair[1]),
        programme=programme,
        part=part,
        after=after,
        titles=programme_titles(call.session),
        places=identity.region_names(call.session, {each.region_id for each in part.found} if part else set()),
        mask=mask_id_number,
        may_file=identity_policy.may(call.actor, "file_applications"),
    )


@blueprint.get("/awards/outreach.xlsx")
@hands_out()
def outreach_export(call: Call) -> tuple[ResponseReturnValue, Record]:
    programme = request.args.get("programme", "")
    found = outreach.everybody(call.session, call.actor, programme, call.now)
    places = identity.region_names(call.session, {each.region_id for each in found})
    titles = programme_titles(call.session)
    content = book([Sheet("主动发现", COLUMNS, [_line(each, places, titles) for each in found])])
    name = f"outreach-{programme}-{local_date(call.now).isoformat()}.xlsx"
    return exported(content, name), note("outreach", len(found), programme=programme)


def _line(each: Candidate, places: dict[str, str], titles: dict[str, str]) -> tuple[str, ...]:
    applied = words.status(each.applied)[0] if each.applied else ""
    receives = titles.get(each.programme, each.programme)
    return each.name, each.id_number, places.get(each.region_id, ""), each.told, receives, applied
