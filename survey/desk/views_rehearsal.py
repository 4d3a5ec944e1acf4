"""The switch of a rehearsal on the overview: begin, let more questions come, and wipe everything."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import request
from flask_babel import gettext as _

from survey.accounts import policy
from survey.desk.views import blueprint
from survey.desk.views_entry import way_of
from survey.rehearsal import phones
from survey.rehearsal import service
from survey.rehearsal.models import Rehearsal
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other

REHEARSAL = "/s/<code>/rehearsal"


@blueprint.post(REHEARSAL)
@allowed("manage")
def rehearse(code: str) -> Response:
    """Begin with as many test ballots as were chosen (field `people`)."""
    typed = request.form.get("people", "")
    people = int(typed) if typed.isdecimal() and len(typed) < 5 else 0
    service.start(store.stores(), g.dialogue.id, people, actor=g.actor)
    flash(_("Diễn tập đã bắt đầu: hội trường đang mở với phiếu thử, câu hỏi thử và lượt ủng hộ thử."))
    return see_other(_back())


@blueprint.post(f"{REHEARSAL}/questions")
@allowed("moderate")
def rehearse_more(code: str) -> Response:
    """Some more test questions for the queue."""
    number = store.write(service.more, store.keys(), g.dialogue.id)
    flash(_("Đã thêm %(count)s câu thử vào hàng chờ.", count=number))
    return see_other(_back())


@blueprint.post(f"{REHEARSAL}/end")
@allowed("manage")
def rehearse_end(code: str) -> Response:
    """Wipe everything that came since the beginning."""
    phones.keep(store.reading(), g.dialogue)
    store.write(service.end, g.dialogue.id)
    flash(
        _("Diễn tập đã kết thúc. Phiếu, câu hỏi, lượt ủng hộ, phiếu trả lời và nhật ký của buổi diễn tập đã xóa hết.")
    )
    return see_other(f"/s/{g.dialogue.code}/manage")


@blueprint.context_processor
def _for_overview() -> dict[str, Any]:
    return {"rehearsal_refused": _refused, "real_way": _real_way, "rehearsal_sizes": service.SIZES}


def _refused() -> str | None:
    return service.why_not(store.reading(), g.dialogue)


def _real_way() -> str:
    """How people will get in when it is over."""
    found = store.reading().get(Rehearsal, g.dialogue.id)
    return way_of(found.kept["dialogue"]["entry"] if found else g.dialogue.entry).name


def _back() -> str:
    here = g.dialogue
    page = "manage" if policy.may(g.identity, "open", here.organisation_id, here.id) else "moderate"
    return f"/s/{here.code}/{page}"
