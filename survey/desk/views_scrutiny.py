"""Views of the scrutineers: the count as it stands, and a page to print and tick. Read only."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request

from survey import tally
from survey.core.clock import now
from survey.desk.views import blueprint
from survey.tally import Tally
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import json_answer
from survey.web.htmx import partial
from survey.web.htmx import wants_json


@blueprint.get("/s/<code>/scrutiny")
@allowed("scrutiny")
def scrutiny(code: str) -> Response:
    """The count, which asks again every ten seconds. `heads`, counted in the hall, is reckoned with and kept nowhere."""
    shown = _shown()
    if wants_json():
        return json_answer(_plain(shown["tally"], shown["heads"]))
    if is_htmx():
        return partial("desk/_scrutiny_figures.html", **shown)
    page = make_response(render_template("desk/scrutiny.html", **shown))
    page.headers["Vary"] = "HX-Request, Accept"
    return page


@blueprint.get("/s/<code>/scrutiny/checklist")
@allowed("scrutiny")
def scrutiny_checklist(code: str) -> str:
    """One page for two or three people from the floor: what to look at before, during and at the end."""
    return render_template("desk/scrutiny_checklist.html", **_shown())


def _shown() -> dict[str, Any]:
    counted = tally.tally(store.reading(), store.roll_reading(), store.keys(), g.dialogue)
    heads = tally.read_heads(request.args.get("heads"))
    return {
        "dialogue": g.dialogue, "base": f"/s/{g.dialogue.code}", "tally": counted, "heads": heads, "at": now(),
        "missing": None if heads is None else counted.missing_heads(heads),
    }  # fmt: skip


def _plain(counted: Tally, heads: int | None) -> dict[str, Any]:
    """The same for a program."""
    return {
        "ballots": counted.ballots, "questions": counted.questions, "supports": counted.supports,
        "checks": [
            {"left": check.left.value, "sign": check.sign, "right": check.right.value, "holds": check.holds}
            for check in counted.checks
        ],
        "keys": {key.purpose: key.alive for key in counted.keys},
        **({} if heads is None else {"heads": heads, "missing": counted.missing_heads(heads)}),
    }  # fmt: skip
