"""Hard content: cover a name, erase for good, mute whoever asked. What cannot be undone has a page that asks first."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import Busy
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.core.text import clean_line
from survey.core.text import fold
from survey.moderation import erasing
from survey.moderation import muting
from survey.moderation import queries
from survey.moderation import screening
from survey.moderation.state import CHANNEL
from survey.moderation.state import REASONS
from survey.moderation.undoing import Step
from survey.moderation.views import blueprint
from survey.moderation.views import done
from survey.moderation.views import next_path
from survey.moderation.views import said
from survey.organisations import units
from survey.questions.queries import Row
from survey.questions.state import State
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import wants_json

blueprint.record_once(
    lambda setup: setup.app.jinja_env.globals.update(screened=screening.said, channel_reason=REASONS[CHANNEL])
)
blueprint.record_once(lambda setup: setup.app.jinja_env.filters.update(marked=screening.marked))
ERASED = N_("Đã xóa hẳn. Nội dung không còn trên màn hình, trong máy chủ và trong tệp nào.")
LATER = N_("Đã xóa khỏi mọi màn hình. Tệp dữ liệu đang bận, máy chủ tự ghi lại tệp trong một phút.")


@blueprint.get("/s/<code>/questions/<question_id>/redact")
@allowed("moderate")
def redact_page(code: str, question_id: str) -> Response:
    """What may be covered in this question: names, units, telephone numbers, chosen beforehand."""
    row = _row(question_id)
    return _redact_page(row, chosen=_found(row))


@blueprint.post("/s/<code>/questions/<question_id>/redact")
@allowed("moderate")
def redact(code: str, question_id: str) -> Response:
    """Cover the chosen words wherever they stand in the question and its other wordings."""
    chosen, more = request.form.getlist("name"), request.form.get("more", "")
    try:
        covered = store.write(
            erasing.redact, g.dialogue.id, question_id, [*chosen, *more.splitlines()], actor=g.actor,
            seen=request.form.get("wording", ""),
        )  # fmt: skip
    except Invalid as error:
        if is_htmx() or wants_json():
            raise
        return _redact_page(_row(question_id), chosen=chosen, more=more, error=_(error.message), status=422)
    _scrub()
    toast = {**said(question_id, "redact"), "many": covered["places"]}
    return done(code, dict(covered), toast=toast)


@blueprint.get("/s/<code>/questions/<question_id>/erase")
@allowed("moderate")
def erase_page(code: str, question_id: str) -> Response:
    """Say what goes, and ask for the number of the question or a word, so that no slip of a finger erases anything."""
    return _erase_page(_row(question_id))


@blueprint.post("/s/<code>/questions/<question_id>/erase")
@allowed("moderate")
def erase(code: str, question_id: str) -> Response:
    """Overwrite the text and its other wordings, here, on every screen and in the files."""
    row = _row(question_id)
    try:
        _check_typed(row)
        erased = store.write(
            erasing.erase, g.dialogue.id, question_id, actor=g.actor, reason=request.form.get("reason", ""),
            wordings=request.form.get("scope") != "one", seen=request.form.get("wording", ""),
        )  # fmt: skip
    except Invalid as error:
        if is_htmx() or wants_json():
            raise
        return _erase_page(row, errors={name: _(text) for name, text in error.fields.items()}, status=422)
    whole = _scrub()
    if not wants_json():
        flash(_(ERASED if whole else LATER), "ok" if whole else "warn")
    return done(code, {**erased, "scrubbed": whole})


@blueprint.post("/s/<code>/questions/<question_id>/mute")
@allowed("moderate")
def mute(code: str, question_id: str) -> Response:
    """Take no more questions from whoever asked this one; who that is, nobody learns."""
    return _set_muted(code, question_id, muted=True)


@blueprint.post("/s/<code>/questions/<question_id>/mute/withdrawal")
@allowed("moderate")
def unmute(code: str, question_id: str) -> Response:
    """Let whoever asked this ask again."""
    return _set_muted(code, question_id, muted=False)


@blueprint.get("/s/<code>/muted")
@allowed("moderate")
def muted(code: str) -> Response:
    """The questions by which ballots are muted, each with the way back."""
    session = store.reading()
    rows = queries.some(session, g.dialogue.id, muting.muted_ids(session, g.dialogue.id))
    return make_response(render_template("moderation/muted.html", dialogue=g.dialogue, base=f"/s/{code}", rows=rows))


def _set_muted(code: str, question_id: str, *, muted: bool) -> Response:
    answer = store.write(muting.set_muted, g.dialogue.id, question_id, muted=muted, actor=g.actor)
    act = "mute" if muted else "unmute"
    step = Step(act=act, id=question_id) if answer["changed"] else None
    return done(code, dict(answer), toast=said(question_id, act), step=step)


def _row(question_id: str) -> Row:
    found = queries.some(store.reading(), g.dialogue.id, [question_id])
    if not found or found[0].state == State.ERASED:
        raise NotFound(N_("Không còn câu hỏi này trong đối thoại."))
    return found[0]


def _found(row: Row) -> list[str]:
    """What the texts hold that may be covered, each once, in the order of reading."""
    leaders = screening.leaders_of(g.dialogue)
    names = units.names(store.reading(), g.dialogue.organisation_id).values()
    texts = (row.body, *row.others)
    return list(
        dict.fromkeys(text[at.start : at.end] for text in texts for at in screening.places(text, leaders, names))
    )


def _check_typed(row: Row) -> None:
    typed = fold(clean_line(request.form.get("typed", ""))).removeprefix("cau ")
    if typed != "xoa" and (row.number is None or typed != str(row.number)):
        message = (
            N_("Hãy gõ chữ XÓA để xác nhận.") if row.number is None else N_("Hãy gõ số câu hoặc chữ XÓA để xác nhận.")
        )
        raise Invalid(message, {"typed": message})


def _scrub() -> bool:
    """Whether the files are written anew already; else the server does it by itself."""
    try:
        erasing.scrub(store.db())
    except Busy:
        return False
    return True


def _back() -> str:
    """Where the page leads when it is done or left: the list from which it was opened."""
    here = next_path(g.dialogue.code)
    try:
        found = urlsplit(request.referrer or "")
    except ValueError:  # "http://[" is no address
        return here
    inside = found.path.startswith(f"/s/{g.dialogue.code}/") and not found.path.startswith(request.path)
    return here if request.method == "POST" or not inside else f"{found.path}?{found.query}".rstrip("?")


def _redact_page(
    row: Row, *, chosen: Collection[str] = (), more: str = "", error: str = "", status: int = 200
) -> Response:
    page = render_template(
        "moderation/redact.html", dialogue=g.dialogue, base=f"/s/{g.dialogue.code}", row=row, found=_found(row),
        chosen=chosen, more=more, error=error, next=_back(),
    )  # fmt: skip
    return make_response(page, status)


def _erase_page(row: Row, *, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    page = render_template(
        "moderation/erase.html", dialogue=g.dialogue, base=f"/s/{g.dialogue.code}", row=row, reasons=REASONS,
        errors=errors or {}, typed=request.form, next=_back(),
    )  # fmt: skip
    return make_response(page, status)
