"""`Sẵn sàng chưa?`: everything that must hold before the day, on one page to look at and to print."""

from __future__ import annotations

import re
import time
from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request

from survey.core.clock import now
from survey.desk import checks
from survey.desk import checks_hall
from survey.desk.views import blueprint
from survey.machine.views import reached
from survey.web import qr
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import partial

FARTHEST = 10**9  # seconds; a clock that is farther away is just as wrong


@blueprint.get("/s/<code>/ready")
@allowed("open")
def ready(code: str) -> Response:
    """The lines; for htmx those alone, which ask every five seconds. `offset`: what the page's script says of its clock."""
    if is_htmx():
        return partial("desk/_ready.html", **_lines())
    page = make_response(render_template("desk/ready.html", **_lines(), **_code()))
    page.headers["Vary"] = "HX-Request"
    page.headers["Cache-Control"] = "no-store"
    return page


def _lines() -> dict[str, Any]:
    found = [*checks.of_machine(_offset()), *checks_hall.of_hall()]
    return {
        "dialogue": g.dialogue, "base": f"/s/{g.dialogue.code}", "lines": found, "at": now(),
        "red": sum(line.state == checks.RED for line in found), "clock": int(time.time() * 1000),
    }  # fmt: skip


def _code() -> dict[str, Any]:
    """A fresh address for each page: each is good once."""
    if qr.out_of_reach():
        return {"qr": None, "host": ""}
    address = f"{qr.public_base()}/ready/{reached().token(request.remote_addr or '')}"
    return {"qr": qr.svg(address), "host": qr.public_base()}


def _offset() -> int | None:
    told = request.args.get("offset", "")
    return max(-FARTHEST, min(int(told), FARTHEST)) if re.fullmatch(r"-?[0-9]{1,12}", told) else None
