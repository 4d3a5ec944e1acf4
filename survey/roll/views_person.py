"""Views of one person on the roll: put right, take off, a new link, open again, another phone."""

from __future__ import annotations

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.roll import door
from survey.roll import issuing
from survey.roll import listing
from survey.roll import people as members
from survey.roll import removal
from survey.roll import requests
from survey.roll.forms_people import PersonForm
from survey.roll.models import Issue
from survey.roll.views import blueprint
from survey.roll.views_people import PEOPLE
from survey.roll.views_people import forest
from survey.roll.views_people import link_key
from survey.roll.views_people import surroundings
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other

PERSON = f"{PEOPLE}/<member_id>"


@blueprint.get(PERSON)
@allowed("roll")
def person(code: str, member_id: str) -> Response:
    """What the roll holds of one member, and all that may be done about it."""
    return _person(member_id, None)


@blueprint.post(PERSON)
@allowed("roll")
def person_correct(code: str, member_id: str) -> Response:
    """Put right what is written; an open request for a correction is answered by that."""
    form = PersonForm()
    try:
        wanted = form.person(forest().units)
        changed = store.roll_write(requests.correct, g.dialogue.id, member_id, wanted, actor=g.actor)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _person(member_id, form, error.status)
    flash(_("Đã lưu.") if changed else _("Không có gì thay đổi."))
    return _back(member_id)


@blueprint.post(f"{PERSON}/removal")
@allowed("roll")
def person_remove(code: str, member_id: str) -> Response:
    """Take the person off; after freezing for a reason, and counted."""
    try:
        reason = request.form.get("reason", "")
        stays = store.roll_write(removal.remove, g.dialogue.id, member_id, reason, actor=g.actor)
    except Invalid as error:
        return _person(member_id, None, error.status, _(error.message))
    flash(_("Đã rút tên khỏi danh sách và xóa dữ liệu của người này. Số người rút sau khi chốt được công khai.")
          if stays else _("Đã xóa khỏi danh sách."))  # fmt: skip
    return see_other(f"/s/{g.dialogue.code}/roll/people")


@blueprint.post(f"{PERSON}/link")
@allowed("roll")
def person_link(code: str, member_id: str) -> Response:
    """Make link and typed code anew; those that were sent are dead."""
    store.roll_write(removal.new_link, link_key(), g.dialogue.id, member_id, actor=g.actor)
    flash(_("Đã làm đường dẫn mới; đường dẫn và mã cũ không dùng được nữa. Hãy tải lại tệp của đơn vị để gửi."))
    return _back(member_id)


@blueprint.post(f"{PERSON}/unlocking")
@allowed("roll")
def person_unlock(code: str, member_id: str) -> Response:
    """Let the link be tried again after too many wrong answers."""
    store.roll_write(door.unlock, g.dialogue.id, member_id, actor=g.actor)
    flash(_("Đã mở lại đường dẫn."))
    return _back(member_id)


@blueprint.post(f"{PERSON}/move")
@allowed("roll")
def person_move(code: str, member_id: str) -> Response:
    """Let another phone ask for the same ballot; how often that was done is public."""
    store.roll_write(door.move, g.dialogue.id, member_id, actor=g.actor)
    flash(_("Máy tiếp theo mở đường dẫn này sẽ nhận đúng phiếu ấy."))
    return _back(member_id)


def _back(member_id: str) -> Response:
    return see_other(f"/s/{g.dialogue.code}/roll/people/{member_id}")


def _person(member_id: str, form: PersonForm | None, status: int = 200, refused: str = "") -> Response:
    session = store.roll_reading()
    member = members.load(session, g.dialogue.id, member_id)
    further = listing.further(session, [member_id]).get(member_id, [])
    if form is None:
        form = PersonForm(formdata=None)
        form.show(member, further)
    form.offer(forest(), further)
    page = render_template(
        "roll/person.html", **surroundings(), member=member, form=form, refused=refused,
        place=listing.place(session.get(Issue, (g.dialogue.id, member_id))), locked=member.tries >= issuing.MOST_TRIES,
        asked=requests.of_member(session, member_id), reasons=removal.REASONS,
    )  # fmt: skip
    return make_response(page, status)
