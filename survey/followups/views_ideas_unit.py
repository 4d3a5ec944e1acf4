"""`/u/<token>/ideas`: a unit reads and answers what the office handed to it, and nothing else of the box."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request

from survey.core.errors import DomainError
from survey.core.errors import NotFound
from survey.dialogues import queries as dialogues
from survey.followups import ideas_reading as reading
from survey.followups import ideas_staff
from survey.followups import links
from survey.followups.models import UnitLink
from survey.followups.state import LINK
from survey.followups.views import blueprint
from survey.organisations import queries as organisations
from survey.organisations import units
from survey.web import errors
from survey.web import guesses
from survey.web import store
from survey.web.guard import open_to_all
from survey.web.htmx import see_other
from survey.web.htmx import sent
from survey.web.htmx import wants_json
from survey.web.origin import without_cookie


@blueprint.get("/u/<token>/ideas")
@open_to_all
def unit_ideas(token: str) -> Response:
    """The threads of the unit, each with a box for an answer. Opening it spends nothing and tells nobody."""
    return _page(_link(token), token)


@blueprint.post("/u/<token>/ideas/<thread_id>")
@without_cookie
@open_to_all
def unit_ideas_answer(token: str, thread_id: str) -> Response:
    """Answer as the unit; whoever asked reads it on the own phone. What cannot be taken comes back, to be copied."""
    try:
        link = _link(token)
    except NotFound as error:
        if wants_json() or not sent("body"):
            raise
        return _kept(error)
    try:
        store.write(
            ideas_staff.answer, g.dialogue.id, thread_id, sent("body"), actor=LINK, unit_id=link.unit_id
        )  # fmt: skip
    except DomainError as error:
        if wants_json() or error.status not in {403, 404, 422}:
            raise
        return _page(_link(token), token, thread_id, error)
    query = "&lang=en" if request.args.get("lang") == "en" else ""
    return see_other(f"/u/{token}/ideas?sent=1{query}#i-{thread_id}")


def _link(token: str) -> UnitLink:
    """The unit behind the secret; sets `g.dialogue`. Raises the same `NotFound` for every wrong one."""
    try:
        found = links.by_token(store.reading(), token)
    except NotFound:
        guesses.missed()
        raise
    g.dialogue = dialogues.by_id(store.reading(), found.dialogue_id)
    guesses.welcome(g.dialogue.id)
    return found


def _kept(error: NotFound) -> Response:
    """The link was taken back while somebody typed: the words, and nothing of any dialogue."""
    page = render_template("followups/unit_kept.html", error=errors.sentence(error), typed=sent("body"))
    response = make_response(page, error.status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(link: UnitLink, token: str, refused: str = "", error: DomainError | None = None) -> Response:
    session, dialogue = store.reading(), g.dialogue
    letters = reading.for_unit(session, dialogue.id, link.unit_id)
    response = make_response(render_template(
        "followups/unit_ideas.html", dialogue=dialogue, letters=letters,
        unit=units.names(session, dialogue.organisation_id).get(link.unit_id, ""), path=f"/u/{token}",
        organisation=organisations.name_of(session, dialogue.organisation_id), refused=refused, typed=sent("body"),
        boxless=bool(refused) and refused not in {one.id for one in letters},
        error=errors.sentence(error) if error else "", sent="sent" in request.args,
        lang="?lang=en" if request.args.get("lang") == "en" else "",
    ), error.status if error else 200)  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
