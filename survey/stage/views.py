"""Views of `stage`."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("stage", __name__)
