"""Views of `room`: one path for each room, and out again; the ways in are in the other part."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint
from flask import Response
from flask import g
from flask import make_response
from flask import redirect
from flask import render_template
from flask import request
from flask import session
from flask_babel import gettext as _

from survey.core.errors import NotFound
from survey.core.text import N_
from survey.room import phone
from survey.web.guard import with_code
from survey.web.htmx import see_other
from survey.web.session import BY_CODE
from survey.web.session import drop_cookie
from survey.web.session import tree_of

blueprint = Blueprint("room", __name__)


@blueprint.before_app_request
def canonical() -> Response | None:
    """One path for each room, because cookies hang on it: `/d/tm4-k9p` goes to `/d/TM4K9P`, and so below `/m`.

    The address that is redirected to names no fragment, so browsers keep the one that they have: a personal link's secret.
    """
    typed, dialogue = (request.view_args or {}).get("code"), g.get("dialogue")
    if typed is None or dialogue is None or typed == dialogue.code or tree_of(request.path) not in BY_CODE:
        return None
    if request.method not in {"GET", "HEAD"}:
        raise NotFound(N_("Không có trang này. Hãy kiểm tra lại địa chỉ hoặc mã tham gia."))
    rest = quote("/".join(["", *request.path.split("/", 3)[3:]]))  # quoted: a line's end in a path would end the header
    query = f"?{request.query_string.decode(errors='replace')}" if request.query_string else ""
    return make_response(redirect(f"/{tree_of(request.path)}/{dialogue.code}{rest}{query}", code=302))


@blueprint.get("/d/<code>/leave")
@with_code
def leaving(code: str) -> str:
    """What leaving means, before anything is wiped."""
    return _leaving()


@blueprint.post("/d/<code>/leave")
@with_code
def leave(code: str) -> Response:
    """Wipe this phone's own lists; the ballot too if that was asked for and understood."""
    whole = "ballot" in request.form
    if whole and "understood" not in request.form:
        return make_response(
            _leaving(_("Hãy đánh dấu vào ô bên trên trước: bỏ phiếu rồi thì không lấy lại được.")), 422
        )
    session[phone.LEFT] = left = "ballot" if whole else "list"
    answer = see_other(f"/d/{g.dialogue.code}?left={left}")
    if whole:
        session.pop(phone.ATTEMPT, None)  # whoever takes this phone next shall not get this ballot
    for name in (phone.MINE, phone.SKIPPED, *([phone.BALLOT] if whole else [])):
        drop_cookie(answer, name)
    return answer


def just_left() -> str:
    """`list` or `ballot` on the page that leaving leads to, once, for that page wipes and a link from elsewhere must not.

    `all`, where the list's side leads back to, wipes nothing: the room's side was left before.
    """
    said = request.args.get("left", "")
    return said if said == "all" or (said and session.pop(phone.LEFT, "") == said) else ""


def _leaving(error: str = "") -> str:
    return render_template("room/leave.html", dialogue=g.dialogue, base=f"/d/{g.dialogue.code}", error=error)


# The ways in hang their routes on the blueprint above, so they come after it.
from survey.room import views_entry  # noqa: E402, F401
from survey.room import views_site  # noqa: E402, F401
