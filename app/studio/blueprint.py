"""The blueprint that all studio routes hang on."""

from flask import Blueprint

blueprint = Blueprint("studio", __name__, url_prefix="/studio", template_folder="templates")
