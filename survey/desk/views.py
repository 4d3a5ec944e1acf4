"""The desk: the staff's own pages. Each part registers its routes on the one blueprint."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("desk", __name__)

# The parts hang their routes on the blueprint above, so they come after it.
from survey.desk import unit_sizes  # noqa: E402, F401
from survey.desk import views_bridge  # noqa: E402, F401
from survey.desk import views_cards  # noqa: E402, F401
from survey.desk import views_deadline_rules  # noqa: E402, F401
from survey.desk import views_deadlines  # noqa: E402, F401
from survey.desk import views_door  # noqa: E402, F401
from survey.desk import views_door_forms  # noqa: E402, F401
from survey.desk import views_entry  # noqa: E402, F401
from survey.desk import views_host  # noqa: E402, F401
from survey.desk import views_ideas  # noqa: E402, F401
from survey.desk import views_intake  # noqa: E402, F401
from survey.desk import views_key  # noqa: E402, F401
from survey.desk import views_manage  # noqa: E402, F401
from survey.desk import views_moderate  # noqa: E402, F401
from survey.desk import views_operator  # noqa: E402, F401
from survey.desk import views_people  # noqa: E402, F401
from survey.desk import views_prepare  # noqa: E402, F401
from survey.desk import views_prepare_files  # noqa: E402, F401
from survey.desk import views_ready  # noqa: E402, F401
from survey.desk import views_recommend  # noqa: E402, F401
from survey.desk import views_rehearsal  # noqa: E402, F401
from survey.desk import views_remind  # noqa: E402, F401
from survey.desk import views_script  # noqa: E402, F401
from survey.desk import views_scrutiny  # noqa: E402, F401
from survey.desk import views_sites  # noqa: E402, F401
from survey.desk import views_spare  # noqa: E402, F401
from survey.desk import views_units  # noqa: E402, F401
