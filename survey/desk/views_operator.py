"""How the machine does right now, for whoever keeps it: the figures of /metrics in words.

Open to the organisers of an organisation: they are called when the hall is slow. The figures are those of the whole machine
and speak of no dialogue, so who keeps one organisation of several learns nothing of the others but that it is busy.
"""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import make_response
from flask import render_template

from survey.core.clock import now
from survey.desk.views import blueprint
from survey.machine import readiness
from survey.machine.views import machine
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import partial


@blueprint.get("/s/operator")
@allowed("manage")
def operator() -> Response:
    """The figures of this moment; for htmx those alone, which ask every five seconds."""
    if is_htmx():
        return partial("desk/_operator.html", **_shown())
    page = make_response(render_template("desk/operator.html", **_shown()))
    page.headers["Vary"] = "HX-Request"
    page.headers["Cache-Control"] = "no-store"
    return page


def _shown() -> dict[str, Any]:
    why = readiness.reasons(store.settings(), store.db(), store.roll())
    return {"reading": machine().read(), "why": why, "at": now()}
