"""`/u/<token>`: a unit without an account reads its list and writes what it would answer. No cookie, here or anywhere.

The secret in the path is the proof; `web.origin` refuses what another site's page sends.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import TooMany
from survey.core.text import N_
from survey.core.text import clean
from survey.dialogues import queries as dialogues
from survey.dialogues import rehearsing
from survey.dialogues.state import OVER
from survey.followups import ideas_reading
from survey.followups import links
from survey.followups import queries
from survey.followups import recommended
from survey.followups import reported
from survey.followups import service
from survey.followups import sheet
from survey.followups.models import Preparation
from survey.followups.models import UnitLink
from survey.followups.queries import UnitList
from survey.followups.service import Overtaken
from survey.followups.service import Typed
from survey.followups.state import LINK
from survey.followups.state import WRITABLE
from survey.organisations import queries as organisations
from survey.web import guesses
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import open_to_all
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json
from survey.web.i18n import day
from survey.web.i18n import hour
from survey.web.origin import without_cookie

blueprint = Blueprint("followups", __name__)
A_PAGE = 30  # questions with a box each
ROOM = 2 * 1024 * 1024  # bytes of a form with that many answers
OVERTAKEN = N_("Người khác vừa ghi ở đây: “%(text)s”. Bấm Lưu lần nữa để thay bằng nội dung của bạn ở ô trên.")


@blueprint.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint == "followups.unit_save":
        request.max_form_memory_size = ROOM


@blueprint.get("/u/<token>")
@open_to_all
def unit(token: str) -> Response:
    """The list of the unit with a box for each question. Opening it is free and spends nothing.

    Once the hall is closed it is what the unit has to do; what it prepared is read at `/u/<token>/prepared`.
    """
    link = opened(token)
    if g.dialogue.state in OVER:
        return views_tasks.tasks_page(token, reported.of_unit(store.reading(), link.dialogue_id, link.unit_id))
    return _page(_list(token), token)


@blueprint.get("/u/<token>/prepared")
@open_to_all
def unit_prepared(token: str) -> Response:
    """The same list at any time."""
    return _page(_list(token), token)


@blueprint.post("/u/<token>")
@without_cookie
@open_to_all
def unit_save(token: str) -> Response:
    """Keep what was written, all of it or nothing; what was written for questions that left meanwhile comes back."""
    try:
        found = _list(token)
    except (NotFound, TooMany) as error:
        return views_unit_lost.lost(error)
    typed, left = typed_for(found), left_over(found)
    try:
        count = store.write(service.answer, g.dialogue.id, found.unit_id, typed, actor=LINK)
    except DomainError as error:
        if wants_json():
            raise
        return _page(found, token, typed, error, left=left)
    if wants_json():
        return json_answer({"changed": count, "left": left}, 409) if left else json_answer({"changed": count})
    if left:
        return _page(_list(token), token, left=left, saved=str(count or ""))
    kept = {name: request.args[name] for name in ("page", "lang") if name in request.args}
    query = "&".join(f"{name}={value}" for name, value in {**kept, "saved": str(count)}.items() if value.isalnum())
    return see_other(f"{request.path}?{query}#saved")


@blueprint.get("/u/<token>/list.xlsx")
@open_to_all
def unit_file(token: str) -> Response:
    """The same list as a spreadsheet."""
    return file_of(_list(token))


def file_of(found: UnitList) -> Response:
    """The spreadsheet of a list, as a download."""
    response = make_response(sheet.write(about(), found))
    response.headers["Content-Type"] = sheet.MIMETYPE
    name = sheet.file_name(g.dialogue.code, found.name)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def about() -> sheet.About:
    """The dialogue as the head of a spreadsheet names it."""
    plan, dialogue = store.reading().get(Preparation, g.dialogue.id), g.dialogue
    when = ", ".join(filter(None, (hour(dialogue.starts_at) if dialogue.starts_at else "", day(dialogue.starts_at))))
    return sheet.About(
        dialogue.code, rehearsing.marked(dialogue), " · ".join(filter(None, (when, dialogue.place))),
        plan.due if plan else None, plan.words if plan else "",
    )  # fmt: skip


def typed_for(found: UnitList) -> dict[str, Typed]:
    """What the form holds for the questions of this list: fields `a-<id>`, and what stood there in `seen-<id>`."""
    form = request.form
    return {
        one.id: Typed(form[f"a-{one.id}"], form.get(f"seen-{one.id}", ""))
        for one in found.wanted if f"a-{one.id}" in form
    }  # fmt: skip


def left_over(found: UnitList) -> dict[str, str]:
    """Texts of the form for questions that are not on this list: merged, held or sent elsewhere while it was written.

    Without what nobody wrote, and what was copied (fields `copied-<id>`). None of it is kept: it is no answer of this
    unit any more.
    """
    form, wanted = request.form, {one.id for one in found.wanted}
    texts = {name[2:]: text for name, text in form.items() if name.startswith("a-") and name[2:] not in wanted}
    return {
        id_: text for id_, text in texts.items()
        if clean(text) and queries.seen_of(clean(text)) != form.get(f"seen-{id_}") and f"copied-{id_}" not in form
    }  # fmt: skip


def shown(error: DomainError | None) -> dict[str, str]:
    """The sentence of each box that was refused, by question; after `Overtaken` with what stands there now."""
    if isinstance(error, Overtaken):
        return {
            id_: _(OVERTAKEN) % {"text": text} if text else _("Người khác vừa xóa nội dung ở đây. Bấm Lưu lần nữa để ghi lại.")
            for id_, text in error.fields.items()
        }  # fmt: skip
    return {id_: _(line) for id_, line in error.fields.items()} if isinstance(error, Invalid) else {}


def boxes(found: UnitList, typed: dict[str, Typed], error: DomainError | None) -> dict[str, tuple[str, str]]:
    """Text and mark of each box: what was typed where it was refused, else what stands there."""
    if error is None:
        return {one.id: (one.answer, one.seen) for one in found.wanted}
    overtaken = error.fields if isinstance(error, Overtaken) else {}
    return {
        one.id: (
            typed[one.id].text if one.id in typed else one.answer,
            one.seen if one.id in overtaken or one.id not in typed else typed[one.id].seen,
        )
        for one in found.wanted
    }


def _list(token: str) -> UnitList:
    link = opened(token)
    return queries.list_of(store.reading(), link.dialogue_id, link.unit_id)


def opened(token: str) -> UnitLink:
    """The link of this secret; sets `g.dialogue`. Raises the same `NotFound` for every wrong one."""
    session = store.reading()
    try:
        link = links.by_token(session, token)
    except NotFound:
        guesses.missed()
        raise
    g.dialogue = dialogues.by_id(session, link.dialogue_id)
    guesses.welcome(g.dialogue.id)
    return link


def _page(
    found: UnitList, token: str, typed: dict[str, Typed] | None = None, error: DomainError | None = None, *,
    left: dict[str, str] | None = None, saved: str = "",
) -> Response:  # fmt: skip
    page, pages = place(found)
    dialogue, session = g.dialogue, store.reading()
    response = make_response(render_template(
        "followups/unit.html", dialogue=dialogue, unit=found, wanted=found.wanted[(page - 1) * A_PAGE : page * A_PAGE],
        page=page, pages=pages, plan=session.get(Preparation, dialogue.id), open=dialogue.state in WRITABLE,
        boxes=boxes(found, typed or {}, error), errors=shown(error), refused=sentence(error) if error else "",
        left=left, saved=saved if left else request.args.get("saved", ""), path=f"/u/{token}",
        kept={k: v for k, v in request.args.items() if k == "lang"},
        organisation=organisations.name_of(session, dialogue.organisation_id),
        tasks=len(recommended.of_unit(session, dialogue.id, found.unit_id)),
        ideas=len(ideas_reading.for_unit(session, dialogue.id, found.unit_id)),
    ), error.status if error else 409 if left else 200)  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def place(found: UnitList) -> tuple[int, int]:
    """Which page of a long list was asked for (`?page=`), and of how many."""
    pages = max(1, -(-len(found.wanted) // A_PAGE))
    typed = request.args.get("page", "1")[:4]
    return min(max(int(typed), 1) if typed.isdecimal() else 1, pages), pages


# The parts hang their routes on the blueprint above, so they come after it.
# The parts hang their routes on the blueprint above, so they come after it.
from survey.followups import views_calendar  # noqa: E402, F401
from survey.followups import views_ideas  # noqa: E402, F401
from survey.followups import views_ideas_unit  # noqa: E402, F401
from survey.followups import views_recommendation  # noqa: E402, F401
from survey.followups import views_recommendations  # noqa: E402, F401
from survey.followups import views_reports  # noqa: E402, F401
from survey.followups import views_reports_files  # noqa: E402, F401
from survey.followups import views_reports_links  # noqa: E402, F401
from survey.followups import views_tasks  # noqa: E402
from survey.followups import views_unit_lost  # noqa: E402
