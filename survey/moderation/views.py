"""Decisions on one question, for the moderator's page, the leader's desk and plain forms alike."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask import session
from flask_babel import gettext as _

from survey.accounts import policy
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.text import excerpt
from survey.moderation import clusters
from survey.moderation import service
from survey.moderation import stepping
from survey.moderation.queries import group_of
from survey.moderation.state import REASONS
from survey.moderation.told import tell
from survey.moderation.trail import remember
from survey.moderation.undoing import Step
from survey.questions import queries
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import json_answer
from survey.web.htmx import partial
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

blueprint = Blueprint("moderation", __name__)
Toast = dict[str, Any]


@blueprint.post("/s/<code>/questions/<question_id>/<any(approve, hold, reject, channel, reopen):act>")
@allowed("moderate")
def moderate(code: str, question_id: str, act: str) -> Response:
    """Publish a question, put it aside, refuse it for a reason that its asker will read, or let it wait again.

    To approve with `others` makes those wordings of it in the same step.
    """
    others = named() if act == "approve" else {}
    return _approve_all(code, question_id, others) if others else _decide(code, question_id, act, "moderate")


@blueprint.post("/s/<code>/questions/<question_id>/<any(call, answer, put_in_writing, put_back):act>")
@allowed("answer")
def stand(code: str, question_id: str, act: str) -> Response:
    """Answer a question now (the one before goes back), done, later in writing, or back to the board."""
    return _decide(code, question_id, act, "answer")


@blueprint.post("/s/<code>/questions/<question_id>/topic")
@allowed("moderate")
def topic(code: str, question_id: str) -> Response:
    """Put the question under another topic."""
    before, wanted = queries.one(store.reading(), g.dialogue.id, question_id), _field("topic", question_id)
    version = store.write(service.set_topic, g.dialogue.id, question_id, wanted or None)
    was = (before.topic_id or "") if before else ""
    step = Step(act="topic", id=question_id, before=was, after=wanted) if was != wanted else None
    return done(code, {"id": question_id, "version": version}, toast=said(question_id, "topic"), step=step)


@blueprint.post("/s/<code>/questions/<question_id>/note")
@allowed("moderate")
def note(code: str, question_id: str) -> Response:
    """Keep the essence of the answer."""
    text = _field("note", question_id)
    try:
        version = store.write(
            service.set_note, g.dialogue.id, question_id, text, actor=g.actor, answerer=request.form.get("answerer"),
        )  # fmt: skip
    except (Invalid, NotNow) as error:
        return _again(code, error, question_id, "note", text=text)
    return done(code, {"id": question_id, "version": version}, toast=said(question_id, "note"))


def _leader() -> str:
    """The name of the leader who decides at a desk of their own; empty for anybody else at the table."""
    mine = policy.roles(g.identity, g.dialogue.organisation_id, g.dialogue.id)
    return g.identity.name if mine & {policy.Role.LEADER, policy.Role.CO_CHAIR} else ""


def _decide(code: str, question_id: str, act: str, permission: str) -> Response:
    token, why = _field("reason", question_id), _field("why", question_id)
    try:
        decided, step = store.write(
            stepping.decide, g.dialogue.id, question_id, act, actor=g.actor,
            reason=_reason(token, why), permission=permission, seen=request.values.get("seen", ""),
            wording=request.values.get("wording", ""), answerer=_leader() if permission == "answer" else "",
        )  # fmt: skip
    except Invalid as error:
        return _again(code, error, question_id, act, token=token, text=why)
    if decided["before"] == decided["after"]:
        return done(code, dict(decided))
    return done(code, dict(decided), toast=said(question_id, act), step=step)


def _approve_all(code: str, question_id: str, others: dict[str, str]) -> Response:
    decided = store.write(
        clusters.approve, store.keys().get(g.dialogue.id, "vote"), g.dialogue.id, question_id, others, actor=g.actor,
        seen=request.values.get("seen", ""), wording=request.values.get("wording", ""),
    )  # fmt: skip
    group = group_of(store.reading(), g.dialogue.id, question_id)
    before, after = decided["before"], decided["after"]
    step = Step(act="cluster" if before != after else "merge", id=question_id, before=before, after=after, group=group)
    return done(code, dict(decided), toast=said(question_id, "cluster", many=len(others) + 1), step=step)


def _field(name: str, question_id: str) -> str:
    """A field of the row in a list's one form (`reason-<id>`), or of a form of its own (`reason`)."""
    return request.form.get(f"{name}-{question_id}", request.form.get(name, "")).strip()


def _reason(token: str, why: str) -> str:
    """What the asker will read: the published words, one's own, or both."""
    if why and token in REASONS and token != "other":
        return f"{REASONS[token]} {why}"
    return why or token


def named(ticked: str = "") -> dict[str, str]:
    """Questions that a form names, each with the mark of the text that was read: id -> mark, or nothing where none came.

    A list, or one parameter with commas, each `id` or `id.mark`. The address goes before the form. The boxes of a list
    (the field `ticked`) travel with every button of it, so only the act that is about them asks for them.
    """
    found = request.args.getlist("others") or request.form.getlist("others") or request.form.getlist(ticked)
    pairs = (one.partition(".") for several in found for one in several.split(",") if one)
    return {question_id: mark for question_id, _dot, mark in pairs}


def done(code: str, data: dict[str, Any], toast: Toast | None = None, step: Step | None = None) -> Response:
    """JSON for a program, the toast or nothing for htmx (the stream brings the change), 303 for a plain form.

    `step` is what undo takes back; the toast offers it.
    """
    if step is not None:
        remember(code, step)
        toast = toast and {**toast, "undo": True}
    if toast is not None:
        tell(toast)
    if wants_json():
        return json_answer(data)
    if is_htmx():
        if toast is None or not request.form.get("toast"):
            return make_response("", 204)
        return partial("moderation/_decided.html", toast=toast, base=f"/s/{code}")
    if toast is not None:
        session["toast"] = toast
    return see_other(next_path(code))


def next_path(code: str) -> str:
    """Where a plain form goes on: its field `next` if that lies within this dialogue's desk."""
    base = f"/s/{code}/"
    wanted = request.form.get("next", "")
    inside = wanted.startswith(base) and not any(c in wanted for c in "\\\r\n\t") and "/../" not in wanted
    return wanted if inside else f"{base}moderate"


def said(question_id: str, act: str, many: int = 0) -> Toast:
    """What the toast says: the act in the words of the page, and the first words of the question."""
    row = queries.one(store.reading(), g.dialogue.id, question_id)
    return {"id": question_id, "act": act, "many": many, "body": excerpt(row.body, 7) if row else ""}


def _again(
    code: str, error: Invalid | NotNow, question_id: str, act: str, *, token: str = "", text: str = ""
) -> Response:  # fmt: skip
    """The refused form once more with what was typed; a screen that still holds it (htmx, JSON) gets the sentence.

    After `NotNow` it is there to be read and copied, and can be sent no more.
    """
    if is_htmx() or wants_json():
        raise error
    row = queries.one(store.reading(), g.dialogue.id, question_id)
    page = render_template(
        "moderation/again.html", dialogue=g.dialogue, base=f"/s/{code}", row=row, act=act, token=token,
        typed=text, reasons=REASONS, error=_(error.message), next=next_path(code), over=isinstance(error, NotNow),
    )  # fmt: skip
    return make_response(page, error.status)


# The parts hang their routes on the blueprint above, so they come last.
from survey.moderation import views_hard  # noqa: E402, F401
from survey.moderation import views_merge  # noqa: E402, F401
from survey.moderation import views_people  # noqa: E402, F401
from survey.moderation import views_public  # noqa: E402, F401
from survey.moderation import views_undo  # noqa: E402, F401
