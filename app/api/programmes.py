"""What can be applied for, and what is asked."""

from __future__ import annotations

from typing import Any

from app.api import schemas
from app.api.blueprint import blueprint
from app.core.clock import local_date
from app.definitions.queries import deployed
from app.identity import queries as identity
from app.web import BEARER, Call, reads


@blueprint.get("/programmes")
@reads(BEARER)
@blueprint.input(schemas.ProgrammeQuery, location="query", unknown=None)
@blueprint.output(schemas.ProgrammeList)
@blueprint.doc(summary="某地开办的救助项目", operation_id="list_programmes")
def programmes(call: Call, query_data: dict[str, Any]) -> Any:
    """地区用 2、4、6、9 或 12 位区划代码。"""
    chain = identity.chain_of_code(call.session, query_data["region"], local_date(call.now))
    return {"items": deployed(call.session, chain.ids, local_date(call.now))}
