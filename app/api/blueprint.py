"""The blueprint that all API routes hang on."""

from apiflask import APIBlueprint

blueprint = APIBlueprint("api", __name__, url_prefix="/api/v1", tag="Doudi", template_folder="templates")
