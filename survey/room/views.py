"""Views of `room`."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("room", __name__)
