"""The blueprint that all desk routes hang on."""

from flask import Blueprint

blueprint = Blueprint("desk", __name__, url_prefix="/desk", template_folder="templates")
