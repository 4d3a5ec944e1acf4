"""The read-only API: the public things as JSON, described by `/p/openapi.json`. What is asked wrongly is 422, by field."""

from __future__ import annotations

import json
from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import request

from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.dialogues import queries as dialogues
from survey.public import document
from survey.public import openapi
from survey.public import shown
from survey.public.views import LISTED
from survey.public.views import blueprint
from survey.public.views import checked
from survey.public.views import current
from survey.public.views import kept_answer
from survey.web import store
from survey.web.guard import open_to_all
from survey.web.guard import with_code

_NUMBER = N_("Phải là một số nguyên từ 1 trở lên.")
_LARGE = N_("Nhiều nhất 200 mục mỗi trang.")
_STATE = N_("Không có trạng thái này.")
_WRONG = N_("Yêu cầu chưa đúng. Hãy xem /p/openapi.json.")
_LONG = N_("Nhiều nhất 80 ký tự.")
DEEPEST = 1_000_000  # page


@blueprint.get("/p/openapi.json")
@open_to_all
def description() -> Response:
    """What can be asked, in OpenAPI 3.1."""
    return _json(openapi.describe())


@blueprint.get("/p.json")
@open_to_all
def listing_json() -> Response:
    """The dialogues that their organisers list."""
    _known()
    number, per_page = _paging()
    some, around = document.page(dialogues.listed(store.reading(), LISTED), number, per_page)
    return _json({**around, "dialogues": [document.listed(one) for one in some]})


@blueprint.get("/p/<code>.json")
@with_code
def page_json(code: str) -> Response:
    """Everything public of a dialogue."""
    return kept_answer("json", lambda: _written(document.whole(current())), "application/json")


@blueprint.get("/p/<code>/questions.json")
@with_code
def questions_json(code: str) -> Response:
    """Answered questions, a page at a time."""
    _known("q", "topic")
    number, per_page = _paging()
    found, _rest = shown.sift(current(), search=_text("q"), topic=_text("topic"))
    some, around = document.page(found, number, per_page)
    return _json({**around, "questions": [document.question(g.dialogue.code, one) for one in some]})


@blueprint.get("/p/<code>/recommendations.json")
@with_code
def recommendations_json(code: str) -> Response:
    """Recommendations, a page at a time; `unit` is the name of the one that leads."""
    _known("q", "topic", "unit", "state")
    number, per_page = _paging()
    state = _text("state")
    if state and state not in shown.STATES:
        raise Invalid(_WRONG, {"state": _STATE})
    units = {name: unit_id for unit_id, name in current().units}
    unit = _text("unit")
    _rest, found = shown.sift(
        current(), search=_text("q"), topic=_text("topic"), state=state, unit=units.get(unit, "-") if unit else ""
    )
    some, around = document.page(found, number, per_page)
    return _json({**around, "recommendations": [document.recommendation(g.dialogue.code, one) for one in some]})


@blueprint.get("/p/<code>/recommendations/<number>.json")
@with_code
def recommendation_json(code: str, number: str) -> Response:
    """One recommendation."""
    for one in current().recommendations:
        if str(one.one.number) == number:
            return _json(document.recommendation(g.dialogue.code, one))
    raise NotFound(N_("Không có kiến nghị này, hoặc chưa được công bố."))


def _known(*names: str) -> None:
    """Refuse what the description does not name, so that a typing error is not an answer to another question."""
    unknown = set(request.args) - {"page", "per_page", "lang", *names}
    if unknown:
        raise Invalid(_WRONG, {name[:40]: N_("Không có tham số này.") for name in sorted(unknown)[:10]})


def _paging() -> tuple[int, int]:
    number, per_page = _number("page", 1), _number("per_page", document.PER_PAGE)
    if per_page > document.MOST:
        raise Invalid(_WRONG, {"per_page": _LARGE})
    return number, per_page


def _number(name: str, default: int) -> int:
    typed = request.args.get(name)
    if typed is None:
        return default
    if not (typed.isascii() and typed.isdecimal() and 1 <= int(typed[:9]) <= DEEPEST and len(typed) < 9):
        raise Invalid(_WRONG, {name: _NUMBER})
    return int(typed)


def _text(name: str) -> str:
    typed = request.args.get(name, "")
    if len(typed) > 80:
        raise Invalid(_WRONG, {name: _LONG})
    return typed


def _json(data: dict[str, Any]) -> Response:
    return checked(_sent(_written(data)))


def _written(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _sent(content: bytes) -> Response:
    answer = make_response(content)
    answer.headers["Content-Type"] = "application/json"
    return answer
