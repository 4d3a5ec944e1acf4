"""Views of `questions`: the contract of the board. Each part registers its routes on the one blueprint."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("questions", __name__)

# The parts hang their routes on the blueprint above, so they come after it.
from survey.questions import views_ask  # noqa: E402, F401
from survey.questions import views_board  # noqa: E402, F401
from survey.questions import views_satisfaction  # noqa: E402, F401
from survey.questions import views_shown  # noqa: E402, F401
from survey.questions import views_similar  # noqa: E402, F401
from survey.questions import views_votes  # noqa: E402, F401
