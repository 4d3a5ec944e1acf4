"""Views of the questionnaires for members; the builder and the staff's results are in the other parts."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from typing import NamedTuple
from typing import cast

from flask import Blueprint
from flask import Response
from flask import current_app
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from survey.accounts import policy
from survey.core.errors import Conflict
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NoBallot
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.keys import KeyMissing
from survey.core.pieces import Pieces
from survey.core.text import N_
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.questionnaires import conditions
from survey.questionnaires import paging
from survey.questionnaires import queries
from survey.questionnaires import remembered
from survey.questionnaires import service
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.kinds import LONGEST_TEXT
from survey.questionnaires.state import takes
from survey.questionnaires.stepping import Steps
from survey.room import queries as ballots
from survey.room.entering import enter_from_here
from survey.room.entering import keep_ballot
from survey.room.entering import stuck
from survey.room.waiting import writes_into_the_box
from survey.web import errors
from survey.web import guard
from survey.web import limits
from survey.web import pieces
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import with_ballot
from survey.web.guard import with_code
from survey.web.guard import with_code_briefly
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json
from survey.web.i18n import language
from survey.web.limits import limiter
from survey.web.origin import csrf_token
from survey.web.pace import Pace

blueprint = Blueprint("questionnaires", __name__)

SURVEY = "/d/<code>/surveys/<questionnaire_id>"
_pace = Pace(60, 60)

Typed = Mapping[str, Mapping[str, list[str]]]  # item id -> sub-field -> values, as forms send and show them


class Refused(NamedTuple):
    """Why what was sent was not taken: a sentence for the page, one for each item, and the HTTP status."""

    text: str
    fields: Mapping[str, str]
    status: int


@blueprint.get(SURVEY)
@with_code_briefly
def survey(code: str, questionnaire_id: str) -> Response:
    """The questionnaire: to fill in, sent already, closed, or waiting for the reader to enter the room."""
    known = _known(questionnaire_id)
    row, plain = known.row, not request.args
    if g.ballot is not None and plain and _takes(row):
        sent = _sent(questionnaire_id)
        if sent or not any(item.settings.get("shuffled") for item in row.items):
            return _alike(known, sent)
    _whole()
    if writes_into_the_box() and _takes(row):
        return see_other(f"/d/{g.dialogue.code}/box#i-{questionnaire_id}")
    sent = _sent(questionnaire_id)
    editing = row.editable and "edit" in request.args
    if not _takes(row) or g.ballot is None or (sent and not editing):
        return _page("done.html" if g.ballot or not _takes(row) else "enter.html", row, sent=sent)
    return _form(row, _filled(row, sent), counter=sent.counter + 1 if sent else 1, sent=sent)


@blueprint.post(SURVEY)
@with_code_briefly
def respond(code: str, questionnaire_id: str) -> Response:
    """Take the ballot's one response; nothing typed is lost where it cannot be taken."""
    _pace.spend(limits.by_ballot())
    row, typed, path = _known(questionnaire_id).row, _typed(), _path(questionnaire_id)
    if request.form.get("go") in paging.TURNS:
        _whole()
        return _turn(row, typed, request.form["go"])
    try:
        mark = _mark(questionnaire_id)
        done = store.write_briefly(service.responded, questionnaire_id, mark, typed, _counter(), later=_later())
    except (Invalid, Conflict, NotNow, NoBallot) as error:
        if wants_json():
            raise
        _whole()
        return _again(row, typed, sentence(error), error)
    if wants_json():
        return json_answer(done, 201 if done["new"] else 200)
    return see_other(path)


def _turn(row: queries.Row, typed: Typed, go: str) -> Response:
    """The next page or the one before, with all that was typed; a page that is not well answered is not left behind."""
    values, refused = service.read(row.items, typed)
    if go in {paging.ALL, paging.PAGES}:
        return _form(row, typed, counter=_counter() or 1, sent=_sent(row.id))
    here = paging.place(row.items, _number("page"), values)
    wrong = {item_id: sentence for item_id, sentence in refused.items() if item_id in here.ids}
    if go == paging.NEXT and wrong:
        text = _("Có mục cần xem lại. Hãy đọc các dòng đỏ; những gì bạn viết vẫn còn đây.")
        return _form(
            row, typed, counter=_counter() or 1, page=here, sent=_sent(row.id), refused=Refused(text, wrong, 422)
        )
    page = paging.place(row.items, here.number, values, go)
    return _form(row, typed, counter=_counter() or 1, page=page, sent=_sent(row.id))


@blueprint.post(f"{SURVEY}/entry")
@limiter.limit("6000 per hour", key_func=limits.by_address)
@with_code
def enter(code: str, questionnaire_id: str) -> Response:
    """Enter the room from here, with what is typed already in hand, and come back to the questionnaire."""
    row, typed = queries.for_members(store.reading(), g.dialogue.id, questionnaire_id), _typed()
    half_done = any(item.id in typed for item in row.items)
    try:
        secret = None if g.ballot else enter_from_here()
    except DomainError as error:
        if wants_json() or not half_done:
            raise
        return _again(row, typed, sentence(error), error)
    g.ballot = g.ballot or ballots.ballot_of(store.reading(), g.dialogue.id, secret)
    answer = _form(row, typed, counter=_counter() or 1) if half_done else see_other(_path(questionnaire_id))
    if secret:
        keep_ballot(answer, secret)
    return answer


@blueprint.get(f"{SURVEY}/results")
@with_ballot
def shown_results(code: str, questionnaire_id: str) -> Response:
    """Figures, where the organiser shows them to members; what people wrote is read by the organiser alone."""
    row = queries.for_members(store.reading(), g.dialogue.id, questionnaire_id)
    if not row.results_shown:
        raise NotFound(N_("Ban tổ chức chưa cho xem kết quả của phiếu này."))
    return _page("results.html", row, results=queries.results(store.reading(), questionnaire_id, texts=False))


@blueprint.errorhandler(CSRFError)
def stale(_error: CSRFError) -> Response:
    """The page lay open too long (or its cookie is gone): the answers come back with a fresh token."""
    text, args = _(errors.STALE), request.view_args or {}
    if request.endpoint != f"questionnaires.{respond.__name__}" or wants_json():
        return errors.answer(400, "csrf", text)
    try:
        guard.require("code", args)  # refused before the guard looked
        row = queries.for_members(store.reading(), g.dialogue.id, args["questionnaire_id"])
    except DomainError:  # an error handler must not raise: nobody would catch it
        return errors.answer(400, "csrf", text)
    return _again(row, _typed(), text)


def rights() -> dict[str, bool]:
    """What the staff member of this request may do in the dialogue, by permission."""
    where = (g.dialogue.organisation_id, g.dialogue.id)
    return {name: policy.may(g.identity, name, *where) for name in policy.PERMISSIONS}


def may_manage(dialogue: Dialogue) -> bool:
    """Whether the staff member of this request organises that dialogue too."""
    return policy.may(g.identity, "manage", dialogue.organisation_id, dialogue.id)


def may_read_results(dialogue_id: str) -> bool:
    """Whether this staff member may read the results of another dialogue of the same organisation."""
    return policy.may(g.identity, "results", g.dialogue.organisation_id, dialogue_id)


def shuffled(row: queries.Row, ballot: str) -> queries.Row:
    """The questionnaire with options in this phone's own order where that was wished, the same at each reading."""
    return replace(row, items=tuple(_shuffled(item, f"{ballot} {item.id}") for item in row.items))


def _shuffled(item: queries.ItemRow, seed: str) -> queries.ItemRow:
    if not item.settings.get("shuffled"):
        return item
    options = list(item.settings["options"])
    random.Random(seed).shuffle(options)  # noqa: S311  # an order on a page, no secret
    return replace(item, settings={**item.settings, "options": options})


def _path(questionnaire_id: str) -> str:
    return f"/d/{g.dialogue.code}/surveys/{questionnaire_id}"


def _takes(row: queries.Row) -> bool:
    return takes(row.state, g.dialogue.phase)


def _mark(questionnaire_id: str) -> bytes:
    if g.ballot is None:
        raise NoBallot(N_("Máy này chưa vào phòng. Hãy vào phòng rồi gửi lại; những gì bạn viết vẫn còn đây."))
    return queries.response_mark(store.keys().get(g.dialogue.id, "response"), g.ballot, questionnaire_id)


def _sent(questionnaire_id: str) -> queries.Sent | None:
    """The response of this phone; None also where there is no ballot, or no key any more."""
    try:
        return queries.glanced(store.db(), questionnaire_id, _mark(questionnaire_id))
    except (NoBallot, KeyMissing):
        return None


def _filled(row: queries.Row, sent: queries.Sent | None) -> Typed:
    answers = sent.answers if sent else {}
    return {item.id: KINDS[item.kind].fill(answers[item.id]) for item in row.items if item.id in answers}


def _typed() -> Typed:
    typed: dict[str, dict[str, list[str]]] = {}
    for name, values in request.form.lists():
        item_id, _, part = name.partition(".")
        typed.setdefault(item_id, {})[part] = values
    return typed


def _counter() -> int | None:
    raw = request.form.get("counter", "")
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 12 else None


def _number(name: str) -> int:
    raw = request.form.get(name, "")
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 4 else 0


def _wants_all() -> bool:
    """Whether all pages shall stand on one: as just asked for, or as it was before."""
    go = request.form.get("go")
    return go == paging.ALL or ("whole" in request.form and go != paging.PAGES)


def _again(row: queries.Row, typed: Typed, text: str, error: DomainError | None = None) -> Response:
    """The same form with all that was typed, and why it was not taken."""
    fields = error.fields if isinstance(error, Invalid) else {}
    sent = _sent(row.id)
    counter = sent.counter + 1 if sent and isinstance(error, Conflict) else _counter() or 1
    return _form(row, typed, counter=counter, sent=sent, refused=Refused(text, fields, error.status if error else 400))


def _form(
    row: queries.Row,
    typed: Typed,
    *,
    counter: int,
    sent: queries.Sent | None = None,
    refused: Refused | None = None,
    page: paging.Place | None = None,
) -> Response:
    if page is None and _wants_all():
        page = paging.whole(row.items)
    elif page is None:
        values, _wrong = service.read(row.items, typed)
        wrong = next((item.id for item in row.items if refused and item.id in refused.fields), None)
        page = paging.place(row.items, paging.page_of(row.items, wrong) if wrong else _number("page"), values)
    return _page(
        "answer.html", row, typed=typed, counter=counter, sent=sent, refused=refused, page=page,
        ruled=conditions.described(row.items), numbers={item.id: n for n, item in enumerate(row.asked, 1)},
    )  # fmt: skip


def _later() -> bool:
    """Whether a thread makes the steps of figures."""
    return cast(Steps, current_app.extensions["steps"]).running


def _known(questionnaire_id: str) -> remembered.Known:
    return remembered.row(store.reading, store.db(), g.dialogue.id, questionnaire_id, g.dialogue.revision)


def _whole() -> None:
    """From here on with all of the dialogue, of which the guard of the hot paths brings little."""
    g.dialogue = dialogues.public_by_code(store.reading(), g.dialogue.code)


def _alike(known: remembered.Known, sent: queries.Sent | None) -> Response:
    """The form of a phone that has sent nothing, or its thanks: the same for all of them, but for the token."""
    token, hall = csrf_token(), g.dialogue
    said = (known.serial, sent is None, hall.theme, hall.way, hall.phase, hall.rehearsal, hall.code, store.db().closed)
    key = (*said, language(), request.scheme, request.host)
    page = remembered.pages.get(key)
    if page is None:
        _whole()
        made = _page("done.html", known.row, sent=sent) if sent else _form(known.row, {}, counter=1)
        page = remembered.pages.keep(key, Pieces(made.get_data(as_text=True), token))
    return pieces.answer(page, token)


def _page(template: str, row: queries.Row, **context: Any) -> Response:
    refused = context.get("refused")
    page = render_template(
        f"questionnaires/{template}",
        dialogue=g.dialogue,
        base=f"/d/{g.dialogue.code}",
        survey=shuffled(row, g.ballot or ""),
        longest=LONGEST_TEXT,
        kinds=KINDS,
        takes=_takes(row),
        inside=g.ballot is not None,
        card=request.form.get("ticket", ""),
        stuck=stuck(),
        **context,
    )
    return make_response(page, refused.status if refused else 200)


# The parts for staff hang their routes on the blueprint above, so they come after it.
from survey.questionnaires import views_build  # noqa: E402, F401
from survey.questionnaires import views_compare  # noqa: E402, F401
from survey.questionnaires import views_exchange  # noqa: E402, F401
from survey.questionnaires import views_items  # noqa: E402, F401
from survey.questionnaires import views_polls  # noqa: E402, F401
from survey.questionnaires import views_results  # noqa: E402, F401
from survey.questionnaires import views_start  # noqa: E402, F401
from survey.questionnaires import views_times  # noqa: E402, F401
