"""Addresses of the machine itself: figures for Prometheus, and the one that a phone opens to show that it gets here."""

from __future__ import annotations

from typing import cast

from flask import Blueprint
from flask import Response
from flask import current_app
from flask import make_response
from flask import render_template
from flask import request

from survey.core.errors import NotFound
from survey.core.text import N_
from survey.machine import exposition
from survey.machine.caller import is_inside
from survey.machine.reached import Reached
from survey.machine.readings import Machine
from survey.web import store
from survey.web.guard import open_to_all

blueprint = Blueprint("machine", __name__)


def machine() -> Machine:
    """What the figures of this process are read from."""
    return cast(Machine, current_app.extensions["machine"])


def reached() -> Reached:
    """Whether phones came."""
    return cast(Reached, current_app.extensions["reached"])


@blueprint.get("/metrics")
@open_to_all
def metrics() -> Response:
    """The figures, for this machine and the networks of METRICS_FROM; for everybody else there is no such page."""
    if not is_inside(request, store.settings().metrics_from):
        raise NotFound(N_("Không có trang này. Hãy kiểm tra lại địa chỉ hoặc mã tham gia."))
    answer = make_response(exposition.text(machine()))
    answer.headers["Content-Type"] = exposition.CONTENT_TYPE
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/ready/<token>")
@open_to_all
def arrived(token: str) -> Response:
    """A phone got here by the QR code of `Sẵn sàng chưa?`. Good once; who came is not asked and not kept."""
    how = reached().visit(token, request.remote_addr or "") if request.method == "GET" else None
    page = make_response(render_template("machine/arrived.html", how=how), 200 if how else 404)
    page.headers["Cache-Control"] = "no-store"
    return page
