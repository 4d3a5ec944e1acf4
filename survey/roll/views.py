"""Views of `roll`: the members' side under `/m/<code>`, and the roll's desk under `/s/<code>/roll`."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("roll", __name__)

# The parts hang their routes on the blueprint above, so they come after it.
from survey.roll import views_desk  # noqa: E402, F401
from survey.roll import views_import  # noqa: E402, F401
from survey.roll import views_leave  # noqa: E402, F401
from survey.roll import views_links  # noqa: E402, F401
from survey.roll import views_member  # noqa: E402, F401
from survey.roll import views_people  # noqa: E402, F401
from survey.roll import views_person  # noqa: E402, F401
from survey.roll import views_seat  # noqa: E402, F401
from survey.roll import views_units  # noqa: E402, F401
