"""Calendars to subscribe to: the public one of a dialogue, a unit's, and the office's behind a secret. None has a cookie."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask_babel import gettext as _

from survey.core.errors import NotFound
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State
from survey.followups import deadlines
from survey.followups import feed
from survey.followups import links
from survey.followups.counting_days import CONCLUSION
from survey.followups.deadlines import Deadlines
from survey.followups.feed import Entry
from survey.followups.views import blueprint
from survey.organisations import queries as organisations
from survey.organisations import units
from survey.web import guesses
from survey.web import qr
from survey.web import store
from survey.web.guard import open_to_all
from survey.web.guard import with_code


@blueprint.get("/p/<code>/deadlines.ics")
@with_code
def public_calendar(code: str) -> Response:
    """The recommendations that were published, and when the conclusion is due."""
    found = deadlines.of_dialogue(store.reading(), g.dialogue, published=True)
    own = tuple(one for one in found.own if one.kind == CONCLUSION)
    shown = Deadlines(own, found.dated, found.rules, found.chosen)
    page = f"{qr.public_base()}/p/{g.dialogue.code}"
    answer = _answer(g.dialogue.theme, feed.entries(g.dialogue, shown, page))
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@blueprint.get("/u/<token>/deadlines.ics")
@open_to_all
def unit_calendar(token: str) -> Response:
    """What the unit behind the link has to do."""
    session = store.reading()
    try:
        link = links.by_token(session, token)
    except NotFound:
        guesses.missed()
        raise
    dialogue = dialogues.by_id(session, link.dialogue_id)
    guesses.welcome(dialogue.id)
    found = deadlines.of_dialogue(session, dialogue)
    mine = Deadlines(
        (), tuple(row for row in found.dated if row.one.unit_id == link.unit_id), found.rules, found.chosen
    )
    name = units.load(session, dialogue.organisation_id, link.unit_id).name
    return _secret(_answer(name, feed.entries(dialogue, mine, f"{qr.public_base()}/u/{token}")))


@blueprint.get("/u/calendar/<token>.ics")
@open_to_all
def office_calendar(token: str) -> Response:
    """All deadlines of all dialogues of the office whose secret this is."""
    session = store.reading()
    organisation_id = deadlines.by_feed(session, token)
    if organisation_id is None:
        guesses.missed()
        raise NotFound(links.DEAD)
    guesses.welcome(organisation_id)
    rows = [row for one in dialogues.of_organisation(session, organisation_id) for row in _all(one)]
    return _secret(_answer(organisations.name_of(session, organisation_id), rows))


def _all(dialogue: Dialogue) -> list[Entry]:
    if dialogue.state == State.ARCHIVED or dialogue.rehearsal:
        return []
    page = f"{qr.public_base()}/s/{dialogue.code}/deadlines"
    return feed.entries(dialogue, deadlines.of_dialogue(store.reading(), dialogue), page)


def _answer(name: str, rows: list[Entry]) -> Response:
    answer = make_response(feed.write(_("Thời hạn: %(name)s", name=name), rows))
    answer.headers["Content-Type"] = feed.MIMETYPE
    return answer


def _secret(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
