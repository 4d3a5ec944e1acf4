"""Views of the moderator's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask import session
from markupsafe import Markup

from survey.accounts import login
from survey.accounts import policy
from survey.desk.live import LISTS
from survey.desk.live import SHOWN
from survey.desk.live import Desk
from survey.desk.live import drawn
from survey.desk.live import everything
from survey.desk.live import job
from survey.desk.live import look
from survey.desk.views import blueprint
from survey.desk.views_people import seen_here
from survey.live.streams import stream
from survey.moderation import queries
from survey.moderation.views import next_path
from survey.questions.gathering import gathers
from survey.questions.holding import hold
from survey.questions.queries import Row
from survey.questions.state import State
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import partial
from survey.web.htmx import see_other
from survey.web.session import drop_cookie
from survey.web.session import set_cookie

HALF_A_DAY = 12 * 3600


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which list the moderator looks at."""

    name: str
    topic: str
    search: str
    page: int

    @property
    def live(self) -> bool:
        """Whether it is the open queue, which the stream itself carries."""
        return self.name == "pending" and not self.topic and not self.search and self.page == 1

    @property
    def query(self) -> dict[str, str]:
        """The list's own address, without the page."""
        pairs = {"list": self.name, "topic": self.topic, "q": self.search}
        return {name: value for name, value in pairs.items() if value}


@blueprint.get("/s/<code>/moderate")
@allowed("moderate")
def moderate(code: str) -> Response:
    """The moderator's page; for htmx, a chosen list alone, and with `whole` all that moves (where streams fail).

    Nothing of the queue is sent to a browser before somebody there has said that the hall does not see its screen.
    """
    if request.cookies.get(own_screen()) != "1":
        return _veiled(code)
    chosen, desk = _chosen(), _desk()
    rows, total = _rows(desk, chosen)
    shown: dict[str, Any] = {
        "desk": desk, "base": desk.base, "dialogue": g.dialogue, "chosen": chosen, "rows": rows, "total": total,
        "pages": max(1, -(-total // SHOWN)), "by_topic": _by_topic(desk, chosen), "job": job, "drawn": drawn, "lists": LISTS,
        "gathers": gathers(g.dialogue),
    }  # fmt: skip
    if is_htmx():
        whole = Markup(everything(desk)) if "whole" in request.args else ""  # noqa: S704 - rendered by templates
        return partial("moderation/_list.html", whole=whole, **shown)
    may = {name: _may(name) for name in ("remote", "open", "admit", "manage", "export", "bring_in")}
    shown |= seen_here()
    page = render_template("desk/moderate.html", toast=session.pop("toast", None), may=may, **shown)
    return make_response(page)


@blueprint.post("/s/<code>/own-screen")
@allowed("moderate")
def confirm_own_screen(code: str) -> Response:
    """This browser's screen is not shown to the hall: the queue opens on it, for this dialogue and half a day."""
    answer = see_other(next_path(code))
    set_cookie(answer, own_screen(), "1", max_age=HALF_A_DAY)
    return answer


@blueprint.post("/s/<code>/own-screen/withdrawal")
@allowed("moderate")
def cover_again(code: str) -> Response:
    """Cover the queue on this browser, until somebody confirms anew."""
    answer = see_other(f"/s/{code}/moderate")
    drop_cookie(answer, own_screen())
    return answer


@blueprint.get("/s/<code>/moderate/live")
@allowed("moderate")
def moderate_live(code: str) -> Response:
    """The moderators' stream."""
    return stream(g.dialogue.id, "moderator", alive=login.alive("moderate"))


@blueprint.get("/s/<code>/moderate/note")
@allowed("moderate")
def moderate_note(code: str) -> Response:
    """The box in which the secretary writes down the answer that is being given."""
    return partial("moderation/_note.html", desk=_desk(), base=f"/s/{g.dialogue.code}")


@blueprint.post("/s/<code>/order")
@allowed("remote")
def hold_order(code: str) -> Response:
    """Keep the order for everybody while the leader reads, or let it move again (field `held`: 1 or 0)."""
    held = request.form.get("held") == "1"
    store.write(hold, g.dialogue.id, held=held)
    return make_response("", 204) if is_htmx() else see_other(next_path(code))


def own_screen() -> str:
    """Name of the cookie by which a browser's screen is known to be its owner's alone."""
    return f"own_screen_{g.dialogue.code}"


def _veiled(code: str) -> Response:
    """The question instead of the page; a list that is fetched anew by a page that was covered meanwhile gets nothing."""
    if is_htmx():
        return make_response("", 204)
    waiting = len(queries.queued(store.reading(), g.dialogue.id))
    wanted = request.full_path.rstrip("?")
    page = render_template("desk/own_screen.html", dialogue=g.dialogue, base=f"/s/{code}", waiting=waiting, next=wanted)
    return make_response(page)


def _chosen() -> Chosen:
    page = request.args.get("page", "1")[:4]
    return Chosen(
        name=name if (name := request.args.get("list", "")) in LISTS else "pending",
        topic=request.args.get("topic", "")[:12],
        search=request.args.get("q", "").strip()[:200],
        page=int(page) if page.isdecimal() and int(page) > 0 else 1,
    )


def _desk() -> Desk:
    desk = look(store.reading(), g.dialogue.id)
    assert desk is not None, "the guard has just loaded it"
    return desk


def _rows(desk: Desk, chosen: Chosen) -> tuple[list[Row], int]:
    if chosen.live:
        return list(desk.queue), desk.counts["pending"]
    states = {state for states in LISTS.values() for state in states} if chosen.search else LISTS[chosen.name]
    return queries.listing(
        store.reading(), g.dialogue.id, states, topic=chosen.topic, search=chosen.search, page=chosen.page, size=SHOWN
    )


def _by_topic(desk: Desk, chosen: Chosen) -> list[tuple[str | None, str | None, int]]:
    if LISTS[chosen.name] == (State.PENDING,):
        return list(desk.figures.by_topic)
    return queries.by_topic(store.reading(), g.dialogue.id, LISTS[chosen.name])


def _may(permission: str) -> bool:
    return policy.may(g.identity, permission, g.dialogue.organisation_id, g.dialogue.id)
