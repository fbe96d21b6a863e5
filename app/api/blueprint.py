"""The blueprint that all API routes hang on. Their `output` stands outside `writes`: no writer waits for its making."""

from apiflask import APIBlueprint
from flask import request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

MAX_BYTES = 2 * 1024 * 1024
blueprint = APIBlueprint("api", __name__, url_prefix="/api/v1", tag="Doudi", template_folder="templates")


@blueprint.before_request
def _require_readable() -> None:
    """What no parser can read is the caller's mistake: nesting and numbers without end raise no decoding error.

    Nobody is known yet, so the body is small; files come over the pages.
    """
    if (request.content_length or 0) > MAX_BYTES:
        raise RequestEntityTooLarge
    if request.is_json:
        try:
            request.get_json()
        except RecursionError as endless:
            raise BadRequest from endless
