"""Views of `roll`: the members' side under `/m/<code>`, and the roll's desk under `/s/<code>/roll`."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("roll", __name__)

# The parts hang their routes on the blueprint above, so they come after it.
