"""The blueprint that all public routes hang on."""

from flask import Blueprint

blueprint = Blueprint("portal", __name__, template_folder="templates")
