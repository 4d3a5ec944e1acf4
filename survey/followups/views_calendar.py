"""Calendars to subscribe to: a unit's, and the office's behind a secret. None has a cookie; the public one is `public`'s."""

from __future__ import annotations

from flask import Response
from flask import make_response

from survey.core.errors import NotFound
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State
from survey.followups import deadlines
from survey.followups import feed
from survey.followups import links
from survey.followups.feed import Entry
from survey.followups.views import blueprint
from survey.organisations import queries as organisations
from survey.organisations import units
from survey.web import guesses
from survey.web import qr
from survey.web import store
from survey.web.guard import open_to_all


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
    mine = [row for row in deadlines.of_dialogue(session, dialogue).dated if row.one.unit_id == link.unit_id]
    name = units.load(session, dialogue.organisation_id, link.unit_id).name
    return _secret(_answer(name, feed.entries(dialogue, (), mine, f"{qr.public_base()}/u/{token}")))


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
    found = deadlines.of_dialogue(store.reading(), dialogue)
    return feed.entries(dialogue, found.own, found.dated, page)


def _answer(name: str, rows: list[Entry]) -> Response:
    answer = make_response(feed.named(name, rows))
    answer.headers["Content-Type"] = feed.MIMETYPE
    return answer


def _secret(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
