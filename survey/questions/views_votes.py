"""Support, withdraw support, pass over. A vote states what is wanted, so that it may be sent again."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import request

from survey.core.errors import NotFound
from survey.core.text import N_
from survey.core.text import excerpt
from survey.questions import forms
from survey.questions import queries
from survey.questions import service
from survey.questions.views import blueprint
from survey.room import phone
from survey.web import store
from survey.web.guard import with_ballot_briefly
from survey.web.htmx import is_htmx
from survey.web.htmx import json_answer
from survey.web.htmx import partial
from survey.web.htmx import see_other
from survey.web.htmx import wants_json
from survey.web.limits import by_ballot
from survey.web.pace import Pace
from survey.web.session import set_cookie

_pace = Pace(600, 60)  # more than a thumb can do, less than a script would


@blueprint.route("/d/<code>/questions/<question_id>/vote", methods=["POST", "DELETE"])
@with_ballot_briefly
def vote(code: str, question_id: str) -> Response:
    """Support (POST) or withdraw support (DELETE); repeating either changes nothing."""
    return _vote(question_id, wanted=request.method == "POST")


@blueprint.post("/d/<code>/questions/<question_id>/vote/withdrawal")
@with_ballot_briefly
def withdraw_vote(code: str, question_id: str) -> Response:
    """Withdraw support, where a form cannot send DELETE."""
    return _vote(question_id, wanted=False)


@blueprint.post("/d/<code>/questions/<question_id>/skip")
@with_ballot_briefly
def skip(code: str, question_id: str) -> Response:
    """Pass over a question; only this phone remembers it."""
    return _skip(question_id, wanted=True)


@blueprint.post("/d/<code>/questions/<question_id>/skip/withdrawal")
@with_ballot_briefly
def undo_skip(code: str, question_id: str) -> Response:
    """Look at a question again."""
    return _skip(question_id, wanted=False)


def _vote(question_id: str, *, wanted: bool) -> Response:
    _pace.spend(by_ballot())
    voter = queries.voter(store.keys().get(g.dialogue.id, "vote"), g.ballot)
    voted = store.write_briefly(service.supported, g.dialogue.id, question_id, voter, wanted=wanted)
    if wants_json():
        return json_answer({**voted})
    if is_htmx():
        row = queries.one(store.reading(), g.dialogue.id, question_id)
        words = excerpt(row.body) if row else ""
        base = f"/d/{g.dialogue.code}"
        return partial("questions/_vote.html", id=question_id, voted=voted, words=words, base=base)
    return _back(question_id)


def _skip(question_id: str, *, wanted: bool) -> Response:
    _pace.spend(by_ballot())
    row = queries.one(store.reading(), g.dialogue.id, question_id)
    if row is None or row.number is None:
        raise NotFound(N_("Câu hỏi này không còn trên bảng."))
    answer = json_answer({"skipped": wanted}) if wants_json() or is_htmx() else _back(question_id)
    known = phone.read_skipped(request.cookies.get(phone.SKIPPED))
    numbers = known | {row.number} if wanted else known - {row.number}
    set_cookie(answer, phone.SKIPPED, phone.write_skipped(numbers), max_age=phone.KEPT_FOR)
    return answer


def _back(question_id: str) -> Response:
    base = f"/d/{g.dialogue.code}"
    if "deck" in request.form:
        return see_other(f"{base}?tab=unseen&last={question_id}")
    place = forms.back_to(f"{base}?tab=ranking").split("#")[0]
    return see_other(f"{place}#q-{question_id}")
