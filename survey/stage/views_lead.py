"""The leader's desk, and the same list on paper."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask import render_template

from survey.accounts import login
from survey.accounts import policy
from survey.core.clock import now
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.dialogues import order
from survey.dialogues.entry import COUNTED
from survey.followups import queries as followups
from survey.live.streams import stream
from survey.stage import queries
from survey.stage.desk import desk
from survey.stage.views import blueprint
from survey.stage.views import polled
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import partial
from survey.web.i18n import language


@blueprint.get("/s/<code>/lead")
@allowed("lead")
def lead(code: str) -> Response:
    """The leader's desk; for htmx its areas alone, as the stream brings them."""
    shown, base = desk(store.reading(), g.dialogue.id), f"/s/{g.dialogue.code}"
    if shown is None:
        raise NotFound(N_("Không còn đối thoại này."))
    if is_htmx():
        tag = f"{shown.version}-{shown.minutes_gone}-{shown.now_minutes}"
        return polled(partial("stage/_lead_live.html", d=shown, base=base), tag)
    may = policy.may(g.identity, "preside", g.dialogue.organisation_id, g.dialogue.id)
    page = make_response(render_template("stage/lead.html", d=shown, base=base, language=language(), presides=may))
    page.headers["Vary"] = "HX-Request, Accept"
    return page


@blueprint.get("/s/<code>/lead/live")
@allowed("lead")
def lead_live(code: str) -> Response:
    """The desk's stream; it ends when this machine is put out."""
    return stream(g.dialogue.id, "leader", alive=login.alive("lead"))


@blueprint.get("/s/<code>/lead/print")
@allowed("lead")
def lead_print(code: str) -> str:
    """The ranked list for a leader with paper."""
    rows = queries.printed(store.reading(), g.dialogue.id)
    return render_template(
        "stage/print.html",
        dialogue=g.dialogue,
        rows=rows,
        prepared=followups.prepared(store.reading(), g.dialogue.id),
        base=f"/s/{g.dialogue.code}",
        moment=now(),
        counted=COUNTED[g.dialogue.way],
        ordered=order.briefly(g.dialogue.rule, turns=g.dialogue.turns, sites=g.dialogue.site_turns),
        held=order.held(g.dialogue),
    )


# What the desk does stands in two files of its own; their routes hang on the same blueprint.
from survey.stage import views_lead_acts  # noqa: E402, F401
from survey.stage import views_lead_group  # noqa: E402, F401
