"""`/s/<code>/recommendations`: the office's list, making recommendations, and what is done to many of them at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from survey.accounts import policy
from survey.accounts import queries as accounts
from survey.core.clock import local
from survey.core.dates import parse_moment
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues import queries as dialogues
from survey.followups import assigning
from survey.followups import deadlines
from survey.followups import history
from survey.followups import queries
from survey.followups import recommendations
from survey.followups import recommended
from survey.followups import written
from survey.followups.assigning import Filter
from survey.followups.forms_recommendations import RecommendationForm
from survey.followups.state import LINK
from survey.followups.steps import NAMES
from survey.followups.views import blueprint
from survey.organisations import units as tree
from survey.questions.queries import Row
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import see_other

HERE = "/s/<code>/recommendations"
A_PAGE = 50
MOST = 500  # questions from which recommendations are made by one form
FILTERS = ("unit", "topic", "state", "due")


@blueprint.get(HERE)
@allowed("follow")
def recommendation_list(code: str) -> Response:
    """All of them, sifted by unit, topic, state, deadline and words."""
    return _list()


@blueprint.post(f"{HERE}/assignment")
@allowed("follow")
def recommendation_assign(code: str) -> Response:
    """One unit, one deadline, one state for all that are ticked."""
    form, ids = request.form, request.form.getlist("one")
    try:
        count = _in_lots(
            assigning.assign, ids, unit_id=form.get("unit_id", ""), due=read_day(form.get("due", "")),
            state=form.get("state", ""),
        )  # fmt: skip
    except (Invalid, NotFound, NotNow) as error:
        return _list(error)
    flash(ngettext("Đã ghi cho %(count)s kiến nghị.", "Đã ghi cho %(count)s kiến nghị.", count, count=count))
    return see_other(back_to_list())


@blueprint.post(f"{HERE}/publication")
@allowed("publish")
def recommendation_publish_many(code: str) -> Response:
    """Let everybody read those that are ticked."""
    return _publish(published=True)


@blueprint.post(f"{HERE}/publication/withdrawal")
@allowed("publish")
def recommendation_hide_many(code: str) -> Response:
    """Let nobody but the office read those that are ticked."""
    return _publish(published=False)


@blueprint.get(f"{HERE}/new")
@allowed("follow")
def recommendation_new(code: str) -> Response:
    """Questions from which none is made yet, and a form; `?question=` fills it from one or several of them."""
    rows = assigning.chosen(store.reading(), g.dialogue.id, request.args.getlist("question"))
    return new_page(RecommendationForm(formdata=None, **_suggested(rows)), rows)


@blueprint.post(HERE)
@allowed("follow")
def recommendation_add(code: str) -> Response:
    """Make one."""
    form, session = RecommendationForm(), store.reading()
    rows = assigning.chosen(session, g.dialogue.id, request.form.getlist("question"))
    if not form.validate():
        return new_page(form, rows, 422)
    try:
        made = store.write(
            recommendations.create, g.dialogue.id, body=form.body.data or "", question_ids=[row.id for row in rows],
            unit_id=form.unit_id.data or None, cooperating=form.cooperating.data or (), due=form.due.data,
            topic_id=form.topic_id.data or None, actor=g.actor,
        )  # fmt: skip
    except (Invalid, NotFound, NotNow) as error:
        form.refuse(error, "body")
        return new_page(form, rows, error.status)
    flash(_("Đã lập kiến nghị."))
    return see_other(f"{base()}/recommendations/{made}")


@blueprint.post(f"{HERE}/questions")
@allowed("follow")
def recommendation_each(code: str) -> Response:
    """One for each question that is ticked, in its own words, with unit, topic and deadline as they suggest themselves."""
    ids = list(dict.fromkeys(request.form.getlist("question")))[:MOST]
    if not ids:
        flash(_("Hãy chọn ít nhất một câu hỏi."), "warn")
        return see_other(f"{base()}/recommendations/new")
    count = sum(store.write(written.make_each, g.dialogue.id, lot, actor=g.actor) for lot in _lots(ids))
    flash(ngettext("Đã lập %(count)s kiến nghị.", "Đã lập %(count)s kiến nghị.", count, count=count))
    return see_other(f"{base()}/recommendations")


@blueprint.post(f"{HERE}/joining")
@allowed("follow")
def recommendation_join(code: str) -> Response:
    """One for all questions that are ticked: the form, filled from them."""
    ids = request.form.getlist("question")[:40]
    known = [row.id for row in assigning.chosen(store.reading(), g.dialogue.id, ids)]
    return see_other(f"{base()}/recommendations/new?{'&'.join(f'question={id_}' for id_ in known)}")


@blueprint.post(f"{HERE}/merging")
@allowed("follow")
def recommendation_merge(code: str) -> Response:
    """Make one of all that are ticked: the first takes the questions of the others."""
    try:
        made = store.write(written.join, g.dialogue.id, request.form.getlist("one"), actor=g.actor)
    except (Invalid, NotFound, NotNow) as error:
        return _list(error)
    flash(_("Đã gộp. Hãy xem lại lời của kiến nghị."))
    return see_other(f"{base()}/recommendations/{made}")


def base() -> str:
    """The path of the dialogue for staff."""
    return f"/s/{g.dialogue.code}"


def frame() -> dict[str, Any]:
    """What every page about recommendations needs."""
    dialogue, session = g.dialogue, store.reading()
    return {
        "dialogue": dialogue, "base": base(), "after": "recommendations", "names": NAMES,
        "units": tree.tree(session, dialogue.organisation_id), "topics": dialogues.topics(session, dialogue.id),
        "may": policy.rights(g.identity, dialogue.organisation_id, dialogue.id),
        "open": dialogue.state not in {"draft", "archived"},
    }  # fmt: skip


def offer(form: RecommendationForm) -> RecommendationForm:
    """The form with the units and topics that there are."""
    session, dialogue = store.reading(), g.dialogue
    topics = [(topic.id, topic.name) for topic in dialogues.topics(session, dialogue.id)]
    form.offer(tree.forest(session, dialogue.organisation_id), topics)
    return form


def new_page(form: RecommendationForm, rows: list[Row], status: int = 200) -> Response:
    """The form of a new one, and the questions that wait for one."""
    waiting = assigning.candidates(store.reading(), g.dialogue.id)
    page = render_template(
        "followups/recommendation_new.html", **frame(), form=offer(form), rows=rows,
        waiting=[row for row in waiting if row.id not in {one.id for one in rows}],
    )  # fmt: skip
    return make_response(page, status)


def read_day(typed: str) -> dt.date | None:
    """A day as people write it; raises `Invalid` where nobody can read it."""
    try:
        moment = parse_moment(typed)
    except ValueError as error:
        message = N_("Chưa đọc được ngày này. Hãy ghi như 26/4/2026.")
        raise Invalid(message, {"due": message}) from error
    return local(moment).date() if moment else None


def back_to_list() -> str:
    """The list as it was sifted (the form carries the filter in `back`)."""
    kept = request.form.get("back", "")
    safe = kept if all(c.isalnum() or c in "=&-_%+." for c in kept) else ""
    return f"{base()}/recommendations" + (f"?{safe}" if safe else "") + "#list"


def _list(error: DomainError | None = None) -> Response:
    session, dialogue = store.reading(), g.dialogue
    source = request.form if error else request.args
    unit, topic, state, due, words = (source.get(f"f-{name}" if error else name, "") for name in (*FILTERS, "q"))
    wanted, today = Filter(unit, topic, state, due, words), deadlines.today()
    everything = recommended.of_dialogue(session, dialogue.id, today=today)
    soon = deadlines.rules_of(session, dialogue.organisation_id).horizon(today)
    found = assigning.sift(everything, wanted, soon)
    page, pages = _place(len(found))
    log = [(row, unit) for row, unit in queries.log(session, dialogue.id) if row.action in written.LOGGED]
    html = render_template(
        "followups/recommendations.html", **frame(), log=log, link=LINK,
        people=accounts.names(session, {row.actor for row, _unit in log}), everything=everything, wanted=wanted,
        page=page, pages=pages,
        found=found[(page - 1) * A_PAGE : page * A_PAGE], number=len(found), lots=assigning.IN_LOTS, soon=soon,
        ticked=set(request.form.getlist("one")), all=request.args.get("all") == "1", typed=request.form,
        errors={name: _(line) for name, line in error.fields.items()} if isinstance(error, Invalid) else {},
        refused=sentence(error) if error else "", seal=history.seal(session, dialogue.id),
        kept={name: value for name, value in zip((*FILTERS, "q"), astuple(wanted), strict=True) if value},
    )  # fmt: skip
    return make_response(html, error.status if error else 200)


def _publish(*, published: bool) -> Response:
    try:
        ids = request.form.getlist("one")
        count = _in_lots(assigning.publish, ids, published=published)
    except (Invalid, NotFound, NotNow) as error:
        return _list(error)
    words = (
        ngettext("Đã công bố %(count)s kiến nghị.", "Đã công bố %(count)s kiến nghị.", count, count=count)
        if published
        else ngettext(
            "Đã thôi công bố %(count)s kiến nghị.", "Đã thôi công bố %(count)s kiến nghị.", count, count=count
        )
    )
    flash(words)
    return see_other(back_to_list())


def _in_lots(job: Callable[..., int], ids: list[str], **options: Any) -> int:
    """Do something to these, a lot a write, so that no stream waits; a stale page is refused before the first."""
    ids = list(dict.fromkeys(ids))
    for id_ in ids:
        recommendations.load(store.reading(), g.dialogue.id, id_)
    return sum(store.write(job, g.dialogue.id, lot, actor=g.actor, **options) for lot in _lots(ids) or [[]])


def _lots(ids: list[str]) -> list[list[str]]:
    return [ids[start : start + written.AT_ONCE] for start in range(0, len(ids), written.AT_ONCE)]


def _suggested(rows: list[Row]) -> dict[str, Any]:
    """What the form of a new one starts with: words, topic and unit of its questions, and the usual deadline."""
    session, dialogue = store.reading(), g.dialogue
    due = max(deadlines.default_due(session, dialogue), deadlines.today())
    units = written.defaults(session, dialogue.id, [row.id for row in rows]) if rows else {}
    topics = {row.topic_id for row in rows}
    return {
        "body": "\n".join(row.body for row in rows), "due": due, "unit_id": next(iter(units.values()), ""),
        "topic_id": (topics.pop() or "") if len(topics) == 1 else "",
    }  # fmt: skip


def _place(number: int) -> tuple[int, int]:
    pages = max(1, -(-number // A_PAGE))
    typed = request.args.get("page", "1")[:4]
    return min(max(int(typed), 1) if typed.isdecimal() else 1, pages), pages
