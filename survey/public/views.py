"""What everybody may read: `/p`, the page of a dialogue, its files and its feed. None of them sets a cookie.

Each answer carries an ETag of what is in it; what was rendered once is kept (`kept`), so that readers cost little.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Hashable
from functools import partial
from typing import Any

from flask import Blueprint
from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request

from survey.core.clock import local
from survey.core.clock import now
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.dialogues import entry
from survey.dialogues import queries as dialogues
from survey.dialogues.state import ENTERABLE
from survey.followups import attachments
from survey.followups import publishing
from survey.followups.attachments import headers as download
from survey.followups.steps import NAMES
from survey.public import feed
from survey.public import kept
from survey.public import shown
from survey.public.shown import Shown
from survey.web import qr
from survey.web import store
from survey.web.guard import open_to_all
from survey.web.guard import with_code
from survey.web.i18n import language

blueprint = Blueprint("public", __name__)
LISTED = 200  # dialogues on one page
SEARCH = 80  # characters of what is looked for
STATES: dict[str, str] = {shown.OVERDUE: N_("Quá hạn"), **{str(state): words for state, words in NAMES.items()}}


@blueprint.get("/p")
@open_to_all
def listing() -> Response:
    """The dialogues that their organisers list, running ones first."""
    found = dialogues.listed(store.reading(), LISTED)
    return checked(make_response(render_template("public/list.html", dialogues=found)))


@blueprint.get("/p/<code>")
@with_code
def page(code: str) -> Response:
    """Before the day what is planned and how to join; after it figures, answers and recommendations, or some of them."""
    asked = {name: request.args.get(name, "").strip()[:SEARCH] for name in ("q", "unit", "state", "topic")}
    if any(asked.values()):
        return checked(make_response(_render(current(), asked)))
    return kept_answer(("page", language()), lambda: _render(current(), asked).encode(), "text/html; charset=utf-8")


@blueprint.get("/p/<code>/feed.atom")
@with_code
def atom(code: str) -> Response:
    """What changed last, for readers of feeds. Its addresses name the host that was asked."""
    base = qr.public_base()
    make = partial(feed.write, current(), base)
    return kept_answer(("feed", language(), base), make, "application/atom+xml; charset=utf-8")


@blueprint.get("/p/<code>/files/<file_id>")
@with_code
def file(code: str, file_id: str) -> Response:
    """A published file of the plan, the notice or a recommendation, as a download."""
    session, folder = store.reading(), store.settings().data_dir
    found: Any  # an attachment or a paper: both have what a download is made of
    try:
        found = attachments.load(session, g.dialogue.id, file_id, published=True)
        content = attachments.read(folder, found)
    except NotFound:
        found = publishing.file(session, g.dialogue.id, file_id)
        content = publishing.read(folder, found)
    answer = make_response(content)
    answer.headers.update({name: value for name, value in download(found).items() if name != _POLICY})
    return checked(answer)


_POLICY = "Content-Security-Policy"  # the one of every answer forbids all that this one does, and a test compares it


def current() -> Shown:
    """What is public of this request's dialogue, read once for all its readers."""
    return kept.get(g.dialogue, "shown", lambda: shown.of(store.reading(), g.dialogue))


def kept_answer(name: Hashable, make: Callable[[], bytes], kind: str) -> Response:
    """What `make` gives, or gave the last time where that still holds: rendered, marked and compressed once for all."""
    found = kept.get(g.dialogue, name, lambda: kept.ready(make()))
    answer = _marked(make_response(), found.etag)
    if answer.status_code == 304:
        return answer
    answer.headers["Content-Type"] = kind
    answer.vary.add("Accept-Encoding")
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    answer.set_data(found.zipped if zipped else found.content)
    if zipped:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def checked(answer: Response) -> Response:
    """With an ETag, as a 304 where the reader has it already."""
    return _marked(answer, kept.etag(answer.get_data()))


def _marked(answer: Response, etag: str) -> Response:
    """A cache must ask each time: things are taken back, too."""
    answer.set_etag(etag, weak=True)
    answer.headers["Cache-Control"] = "public, no-cache" if store.settings().base_url else "private, no-cache"
    answer.make_conditional(request)
    return answer


def _render(found: Shown, asked: dict[str, str]) -> str:
    if asked["state"] not in shown.STATES:
        asked["state"] = ""
    questions, recommendations = shown.sift(
        found, search=asked["q"], unit=asked["unit"], state=asked["state"], topic=asked["topic"]
    )
    return render_template(
        "public/page.html", shown=found, questions=questions, asked=asked,
        recommendations=sorted(recommendations, key=lambda one: not one.one.overdue),
        sifted=any(asked.values()), states=STATES, listed=g.dialogue.listed, today=local(now()).date(), static=False,
        **_joining(found),
    )  # fmt: skip


def _joining(found: Shown) -> dict[str, Any]:
    """How to take part, while that is possible."""
    if g.dialogue.phase not in ENTERABLE:
        return {"join": None, "drawing": None, "counted": ""}
    address = qr.join_url(found.code)
    return {"join": address, "drawing": qr.svg(address), "counted": entry.COUNTED.get(found.way, "")}


# The rest of the surface hangs its routes on the blueprint and uses what stands above, so it comes after it.
from survey.public import views_api  # noqa: E402, F401
from survey.public import views_calendar  # noqa: E402, F401
from survey.public import views_publication  # noqa: E402, F401
from survey.public import views_webhooks  # noqa: E402, F401
