"""The ballot box before the opening: written and dropped in one visit, looked at and changed from the same phone.

Nothing here looks at a cookie: the credential in the request is the proof, and it must not travel with anything else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template

from survey.core.clock import now
from survey.core.ids import digest
from survey.core.ids import new_id
from survey.core.stores import Stores
from survey.dialogues import entry
from survey.dialogues import queries as dialogues
from survey.emptying import empty_box
from survey.pages import dropping
from survey.pages.views import blueprint
from survey.questionnaires import boxed
from survey.questionnaires import conditions
from survey.questionnaires import queries as questionnaires
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.kinds import LONGEST_TEXT
from survey.questions.service import LONGEST
from survey.room import box
from survey.room.service import FormerKey
from survey.room.views_credential import brought
from survey.room.views_pass import seat_url
from survey.room.waiting import unmarked
from survey.web import errors
from survey.web import limits
from survey.web import store
from survey.web.guard import with_code
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import sent
from survey.web.htmx import wants_json
from survey.web.limits import limiter
from survey.web.origin import without_cookie

BOX = "/d/<code>/box"


def _hand_over(own: dict[str, Any]) -> None:
    """What empties a box stands above the room, whose views need it at the gate: see `store.empty_box`."""
    stores = Stores(own["db"], own["roll"], own["keys"], own["box"])
    own["empty_box"] = lambda dialogue_id: empty_box(stores, dialogue_id, now())


blueprint.record_once(lambda setup: _hand_over(setup.app.extensions["survey"]))
blueprint.after_app_request(unmarked)


@blueprint.get(BOX)
@with_code
def box_page(code: str) -> Response:
    """Everything that may go into the envelope, and when the box is opened; for a program only where it stands."""
    dialogue, base = g.dialogue, f"/d/{g.dialogue.code}"
    if wants_json():
        box_ = entry.is_strong(dialogue)
        return json_answer({"state": dialogue.state, "takes": box_ and box.takes(dialogue), "opens": _iso(_opens())})
    if not entry.is_strong(dialogue) or not box.takes(dialogue):
        return see_other(base)
    session = store.reading()
    open_ = questionnaires.open_for_members(session, dialogue.id)
    return make_response(render_template(
        "room/box.html", dialogue=dialogue, base=base, seat=seat_url(), opens=_opens(), kinds=KINDS, longest=LONGEST_TEXT,
        surveys=[_survey(questionnaires.for_members(session, dialogue.id, one.id)) for one in open_], ask_longest=LONGEST,
        topics=dialogues.topics(session, dialogue.id), emptyings=box.emptyings(session, dialogue.id)[:4], page=new_id(),
    ))  # fmt: skip


@blueprint.post(BOX)
@without_cookie
@limiter.limit("6000 per hour", key_func=limits.by_address)
@with_code
def drop(code: str) -> Response:
    """Seal an envelope and put it into the box; the same credential replaces its first one. 201 means: on the disk."""
    ballot = digest(brought()).hex()
    box.check(g.dialogue)
    content = dropping.checked(store.reading(), g.dialogue, sent("content"), _before(ballot))
    box.drop(store.box(), g.dialogue, ballot, _counted(ballot, content))
    with store.db().reading() as session:
        box.check_in_time(store.box(), dialogues.by_id(session, g.dialogue.id), ballot)
    said = {"dropped": True, "opens": _iso(_opens()), "least": g.dialogue.box_least}
    return json_answer({**said, "surveys": len(content["responses"])}, 201)


@blueprint.post(f"{BOX}/look")
@without_cookie
@limiter.limit("6000 per hour", key_func=limits.by_address)
@with_code
def look(code: str) -> Response:
    """What this credential has in the box, while that is not emptied; and whether an earlier envelope is in the room."""
    try:
        former, ballot = "", digest(brought()).hex()
    except FormerKey as error:  # until the opening its words come back, to be dropped with another ballot
        former, ballot = errors.sentence(error), digest(error.secret).hex()
    content = box.look(store.box(), g.dialogue, ballot)
    inside = not former and not box.fresh(store.reading(), g.dialogue.id, [ballot])
    said = {"content": content, "inside": inside, "opens": _iso(_opens()), "least": g.dialogue.box_least}
    return json_answer({**said, "former": former} if former else said)


def _before(ballot: str) -> dropping.Before:
    """What this ballot said before, in the box and in the room."""
    key = store.keys().get(g.dialogue.id, "response")
    boxed_ = [_responses(record) for record in store.box().all_of(g.dialogue.id, ballot)]

    def has(id_: str, answers: boxed.Sent) -> bool:
        if any(answers == responses.get(id_, {}).get("answers") for responses in boxed_):
            return True
        return boxed.has(store.reading(), id_, questionnaires.response_mark(key, ballot, id_), answers)

    return dropping.Before(_responses({"content": box.look(store.box(), g.dialogue, ballot)}), has)


def _counted(ballot: str, content: dict[str, Any]) -> dict[str, Any]:
    """The same, where no answer counts less than an earlier one of this ballot: two phones of one ballot count apart, and
    what is dropped later is what holds."""
    key = store.keys().get(g.dialogue.id, "response")
    before = store.box().all_of(g.dialogue.id, ballot)
    for id_, sent_ in content["responses"].items():
        known = questionnaires.sent(store.reading(), id_, questionnaires.response_mark(key, ballot, id_))
        waiting = [_responses(one).get(id_, {}).get("counter", 0) for one in before]
        sent_["counter"] = max(sent_["counter"], known.counter + 1 if known else 1, *waiting)
    return content


def _responses(record: Mapping[str, Any]) -> Mapping[str, Any]:
    return (record.get("content") or {}).get("responses") or {}


def _survey(row: questionnaires.Row) -> dict[str, Any]:
    """A questionnaire as the partial of its items wants it."""
    numbers = {item.id: number for number, item in enumerate(row.asked, 1)}
    return {"row": row, "items": row.items, "numbers": numbers, "ruled": conditions.described(row.items)}


def _opens() -> dt.datetime | None:
    return box.opens_at(g.dialogue, now())


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None
