"""Whether an answer satisfied: by ballot in the room until the evening, later by one-use tokens without any cookie."""

from __future__ import annotations

import re
from contextlib import suppress

from flask import Response
from flask import current_app
from flask import g
from flask import render_template
from flask import request
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.errors import Invalid
from survey.core.ids import digest
from survey.core.keys import KeyMissing
from survey.core.text import N_
from survey.dialogues import keyring
from survey.dialogues.state import OVER
from survey.questions import queries
from survey.questions import satisfaction
from survey.questions import taking
from survey.questions import views_ask
from survey.questions.objects import Voter
from survey.questions.taking import POOL
from survey.questions.taking import Taken
from survey.questions.views import blueprint
from survey.web import store
from survey.web.guard import with_ballot
from survey.web.guard import with_code
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import sent
from survey.web.htmx import wants_json
from survey.web.limits import by_ballot
from survey.web.origin import without_cookie
from survey.web.pace import Pace

TOKEN = re.compile(r"[A-Za-z0-9_-]{22,43}")  # 128 random bits and more
MOST = 500  # tokens of one phone
_pace = Pace(120, 60)
_SAY = N_("Hãy chọn đã thỏa đáng hoặc chưa thỏa đáng.")


@blueprint.post("/d/<code>/questions/<question_id>/satisfaction")
@with_ballot
def judge(code: str, question_id: str) -> Response:
    """Say by ballot whether the answer satisfied; saying the contrary later replaces it."""
    _pace.spend(by_ballot())
    judged = store.write(
        satisfaction.say, g.dialogue.id, question_id, satisfaction.judge(_key(), g.ballot), voter(), views_ask.authors(),
        satisfied=_satisfied(), moment=now(),
    )  # fmt: skip
    if wants_json():
        return json_answer(judged)
    return see_other(f"/d/{code}?tab=mine#q-{judged['id']}")


@blueprint.get("/d/<code>/satisfaction")
@with_ballot
def judgeable(code: str) -> Response:
    """For which questions this phone may take a token: its own and those that it stands behind, not judged yet.

    `soon`: the hall was ended and that can still be undone; there are none before it is final, so ask again.
    """
    if g.dialogue.state not in OVER:
        return json_answer({"questions": [], "soon": g.dialogue.phase in OVER})
    return json_answer({"questions": sorted(_open_ones(store.reading())), "soon": False})


@blueprint.post("/d/<code>/satisfaction")
@with_ballot
def take_tokens(code: str) -> Response:
    """Hand in the tokens that this phone made, a field a question; `kept` once they are in, with those of other phones.

    The same ones may be sent again until then. `questions`: those whose token, this very one, the room holds.
    """
    _pace.spend(by_ballot())
    tokens = {name: value for name, value in list(request.form.items())[: MOST + 2] if TOKEN.fullmatch(value)}
    wanted = sorted(_open_ones(store.reading()) & set(tokens)) if g.dialogue.state in OVER else []
    key = _key() if wanted else b""  # without a key nothing is wanted
    marks = satisfaction.judge(key, g.ballot)
    taken = tuple(Taken(one, marks(one), digest(tokens[one])) for one in wanted)
    if taken:
        POOL.put(g.dialogue.id, digest(g.ballot), taken)
        if told := POOL.told(key, g.dialogue.id, digest(g.ballot), taken):
            current_app.extensions["bus"].publish(told)
        POOL.settle(store.reading(), g.dialogue.id)
        POOL.move(store.write, g.dialogue.id)
    held = taking.kept(store.reading(), {question_id: digest(token) for question_id, token in tokens.items()})
    kept = taking.settled(store.reading(), taken)
    return json_answer({"kept": kept, "questions": held}, 200 if kept else 202)


@blueprint.post("/p/<code>/satisfaction")
@without_cookie
@with_code
def judge_by_token(code: str) -> Response:
    """Say it by a token that this phone kept: no ballot, no cookie, once."""
    token = sent("token")
    if not TOKEN.fullmatch(token):
        raise Invalid(N_("Mã cho ý kiến không đúng."), {"token": N_("Mã cho ý kiến không đúng.")})
    judged = store.write(satisfaction.spend, g.dialogue.id, digest(token), satisfied=_satisfied())
    if wants_json():
        return json_answer(judged)
    return Response(render_template("questions/judged.html", dialogue=g.dialogue))


def voter() -> Voter | None:
    """The marks of this ballot's support; None once the key is destroyed."""
    with suppress(KeyMissing):
        return queries.voter(store.keys().get(g.dialogue.id, "vote"), g.ballot)
    return None


def said_of(session: Session, ids: list[str]) -> dict[str, bool | None]:
    """What this phone said of these answers, for its own page; nothing once the key is destroyed."""
    with suppress(KeyMissing):
        return satisfaction.own(session, satisfaction.judge(store.keys().get(g.dialogue.id, "judge"), g.ballot), ids)
    return {}


def _open_ones(session: Session) -> frozenset[str]:
    found = satisfaction.judgeable(session, g.dialogue.id, voter(), views_ask.authors())
    said = satisfaction.own(session, satisfaction.judge(_key(), g.ballot), found) if found else {}
    return frozenset(found - set(said))


def _key() -> bytes:
    """The key `judge`, made for dialogues that are older than it."""
    with suppress(KeyMissing):
        return store.keys().get(g.dialogue.id, "judge")
    return store.write(keyring.make, store.keys(), g.dialogue.id, "judge")


def _satisfied() -> bool:
    said = sent("satisfied").lower()
    if said in {"1", "true", "yes"}:
        return True
    if said in {"0", "false", "no"}:
        return False
    raise Invalid(_SAY, {"satisfied": _SAY})
