"""What a site's pages show besides its cards: how one gets in there, who is there, and what is being answered."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import g
from flask_babel import gettext as _

from survey.accounts import policy
from survey.core.clock import now
from survey.core.ids import new_id
from survey.dialogues import entry
from survey.dialogues import queries as dialogues
from survey.dialogues import sites
from survey.dialogues.entry import Entry
from survey.dialogues.models import Site
from survey.dialogues.state import State
from survey.questionnaires import shown as polls
from survey.questions import queries as questions
from survey.questions.queries import Row
from survey.room import hands
from survey.web import qr
from survey.web import store

CALLED, OFFERED = ("answering",), 30  # questions that hands can be counted for
TITLE = 90  # characters of a question in a list


@dataclass(frozen=True, slots=True)
class Place:
    """The hall (0) or a site, with what is printed and shown of it."""

    number: int
    name: str
    digits: str
    join: str  # what its QR code says

    @property
    def said(self) -> str:
        """Its digits, else the code, in groups that are told by telephone."""
        return f"{self.digits[:3]} {self.digits[3:]}"


def of_site(site: Site) -> Place:
    """A site's own way in."""
    join = f"{qr.join_url(g.dialogue.code)}?site={site.number}"
    name = dialogues.site_labels(store.reading(), g.dialogue.id)[site.number]
    return Place(site.number, name, site.digits or g.dialogue.code, join)


def place(number: int) -> Place:
    """The hall for 0, or the site, for who may open its pages. Raises `Forbidden` and `NotFound`."""
    policy.require_site(g.identity, number, g.dialogue.organisation_id, g.dialogue.id)
    if number:
        return of_site(sites.load(store.reading(), g.dialogue.id, number))
    return Place(0, str(_("Hội trường")), g.dialogue.code, qr.join_url(g.dialogue.code))


def shown(site: Site) -> dict[str, Any]:
    """For the host's page."""
    session, dialogue = store.reading(), g.dialogue
    called = questions.board(session, dialogue.id, states=CALLED, limit=1)
    open_ = called + questions.board(session, dialogue.id, states=["approved"], limit=OFFERED)
    own = of_site(site)
    return {
        "place": own, "people": site.ballots, "called": called[0] if called else None, "offered": open_,
        "subjects": _subjects(open_, hands.at_site(session, dialogue.id, site.number)), "code_qr": qr.svg(own.join), "now": now(),
        "client_id": new_id(), "typed": "", "source": "spoken", "say_error": "", "hands_error": "",
        "live": dialogue.phase == State.LIVE, "late": dialogue.phase == State.CLOSED,
        "has_booth": dialogue.entry == Entry.OPEN or entry.by_tickets(dialogue),
    }  # fmt: skip


def state(site: Site) -> dict[str, Any]:
    """The same that moves, for the page's script; the page shows the hour of the last that it got."""
    seen = shown(site)
    called, raised = seen["called"], {one["id"]: one["hands"] for one in seen["subjects"]}
    return {
        "people": seen["people"], "called": _row(called, raised) if called else None,
        "questions": [_row(row, raised) for row in seen["offered"]], "subjects": seen["subjects"],
    }  # fmt: skip


def poll_subject(wanted: str) -> tuple[str, str] | None:
    """The choice of the poll that is open now for which hands may be counted, as (subject, words)."""
    poll = polls.current(store.reading(), g.dialogue)
    found = [(subject, _(text)) for subject, text in poll.hands_for if subject == wanted] if poll else []
    return found[0] if found else None


def title(body: str) -> str:
    """The beginning of a question, on one line of a list."""
    line = " ".join(body.split())
    return line if len(line) <= TITLE else line[: TITLE - 1].rstrip() + "…"


def _subjects(rows: Sequence[Row], raised: Mapping[str, int]) -> list[dict[str, Any]]:
    """What hands can be counted for: the choices of an open poll first, then questions."""
    poll = polls.current(store.reading(), g.dialogue)
    named = [(subject, f"{title(_(poll.label))} – {_(text)}") for subject, text in poll.hands_for] if poll else []
    named += [(row.id, f"{row.number}. {title(row.body)}") for row in rows]
    return [{"id": one, "label": label, "hands": raised.get(one, 0)} for one, label in named]


def _row(row: Row, raised: dict[str, int]) -> dict[str, Any]:
    return {
        "id": row.id, "number": row.number, "title": title(row.body), "supporters": row.supporters,
        "hands": raised.get(row.id, 0),
    }  # fmt: skip
