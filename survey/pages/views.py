"""Views of `pages` outside a room: the join box, promises, help, health. None of them sets a cookie."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint
from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request

from survey.core.errors import UnknownCode
from survey.core.text import clean_line
from survey.dialogues import entry
from survey.dialogues import queries as dialogues
from survey.dialogues import sites
from survey.dialogues.models import Dialogue
from survey.machine import readiness
from survey.pages import records
from survey.pages import stored
from survey.web import errors
from survey.web import guard
from survey.web import store
from survey.web.guard import open_to_all
from survey.web.htmx import is_htmx
from survey.web.htmx import see_other
from survey.web.htmx import wants_json
from survey.web.session import tree_of

blueprint = Blueprint("pages", __name__)
# The macro `keep` prints the statement beside every box, in the pages of features that lie below this one.
blueprint.record_once(lambda setup: setup.app.jinja_env.globals.update(stored=stored.ACTS))

# The room and what stands before its door hang their routes on the blueprint above, so they come after it.
from survey.pages import views_booth  # noqa: E402, F401
from survey.pages import views_booth_polls  # noqa: E402, F401
from survey.pages import views_box  # noqa: E402, F401
from survey.pages import views_entry  # noqa: E402, F401
from survey.pages import views_room  # noqa: E402, F401


@blueprint.get("/")
@open_to_all
def home() -> Response:
    """The join box; with `?code=` on to the room, or back here with what was typed. The digits of a site are as good."""
    typed = clean_line(request.args.get("code", ""))[:40]
    if not typed:
        found = [_listed(dialogue) for dialogue in dialogues.listed(store.reading())]
        return make_response(render_template("pages/home.html", dialogues=found, code="", error=None))
    place = sites.by_digits(store.reading(), typed)
    guard.require("code", {"code": place[0] if place else typed})
    asked = {"lang": "en"} if request.args.get("lang") == "en" else {}
    asked |= {"site": str(place[1])} if place else {}
    return see_other(f"/d/{g.dialogue.code}" + (f"?{urlencode(asked)}" if asked else ""))


def _listed(dialogue: Dialogue) -> dict[str, object]:
    return {
        "code": dialogue.code, "theme": dialogue.theme, "state": dialogue.state, "held_on": dialogue.starts_at,
        "place": dialogue.place or dialogue.host_unit, "people": entry.people(dialogue) or 0,
    }  # fmt: skip


@blueprint.get("/promise")
@open_to_all
def promise() -> str:
    """What we promise and what we do not, for each way in, with every column that a member's act fills."""
    return render_template("pages/promise.html")


@blueprint.get("/records")
@open_to_all
def records_() -> str:
    """What we could hand over."""
    return render_template(
        "pages/records.html", anonymous=records.ANONYMOUS, roll=records.ROLL, staff=records.STAFF, never=records.NEVER
    )


@blueprint.get("/help")
@open_to_all
def help_() -> str:
    """How a member takes part."""
    return render_template("pages/help.html")


@blueprint.get("/healthz")
@open_to_all
def healthz() -> Response:
    """The process answers."""
    return make_response("ok\n", {"Content-Type": "text/plain; charset=utf-8"})


@blueprint.get("/readyz")
@open_to_all
def readyz() -> Response:
    """Databases, keys and disk are as they must be; else 503 with a line for each thing that is not."""
    why = readiness.reasons(store.settings(), store.db(), store.roll())
    answer = make_response("\n".join(why or ["ready"]) + "\n", {"Content-Type": "text/plain; charset=utf-8"})
    answer.status_code = 503 if why else 200
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.app_errorhandler(UnknownCode)
def unknown_code(error: UnknownCode) -> Response:
    """A mistyped code gets its own page, with the box and what was typed in it."""
    if wants_json() or is_htmx() or tree_of(request.path) not in {None, "d"}:
        return errors.answer(error.status, error.token, errors.sentence(error), error)
    typed = (request.view_args or {}).get("code") or request.args.get("code", "")
    page = render_template("errors/unknown_code.html", code=clean_line(typed)[:40])
    return make_response(page, 404)
