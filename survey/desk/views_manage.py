"""Views of the staff's home and of managing one dialogue."""

from __future__ import annotations

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey import lifecycle
from survey.accounts import policy
from survey.core.clock import now
from survey.core.errors import Forbidden
from survey.core.errors import Invalid
from survey.core.text import N_
from survey.desk import queries
from survey.desk.forms import PLEDGES
from survey.desk.forms import OpenForm
from survey.desk.forms import SettingsForm
from survey.desk.forms import TopicsForm
from survey.desk.views import blueprint
from survey.dialogues import order
from survey.dialogues import queries as dialogues
from survey.dialogues import service
from survey.dialogues.state import State
from survey.dialogues.state import check_step
from survey.followups import deadlines
from survey.organisations import queries as organisations
from survey.web import qr
from survey.web import store
from survey.web.guard import allowed
from survey.web.guard import signed_in
from survey.web.htmx import is_htmx
from survey.web.htmx import partial
from survey.web.htmx import see_other

# The step that comes next by itself; the others of the table are offered beside it, smaller.
NEXT = {"draft": "live", "collecting": "live", "live": "closed", "closed": "concluded", "concluded": "archived",
        "following": "archived"}  # fmt: skip
ASIDE = {"draft": "collecting", "closed": "live"}


@blueprint.route("/s/")
@signed_in
def home() -> Response:
    """The dialogues that this person may see, and the one field that opens another."""
    return _home(OpenForm())


@blueprint.route("/s/dialogues", methods=["POST"])
@allowed("create")
def create() -> Response:
    """Make a dialogue, opened at once or left as a draft."""
    form = OpenForm()
    if not form.validate():
        return _home(form, 422)
    organisation_id, theme, keys = g.identity.organisation_id, form.theme.data, store.keys()
    if request.form.get("to") == State.DRAFT:
        made = store.write(lifecycle.prepare, keys, organisation_id, theme)
    else:
        made = store.write(lifecycle.start, keys, organisation_id, theme, actor=g.actor)
    return see_other(f"/s/{made['code']}/manage")


@blueprint.route("/s/<code>/manage")
@allowed("open")
def manage(code: str) -> Response:
    """Steps, code, figures; settings and topics for the organiser. For htmx the figures alone, which ask every ten seconds."""
    if is_htmx():
        figures = queries.figures(store.reading(), g.dialogue)
        page = partial(
            "desk/_figures.html", dialogue=g.dialogue, figures=figures, base=f"/s/{g.dialogue.code}", at=now()
        )
    else:
        page = _manage()
    page.headers["Vary"] = "HX-Request"
    return page


@blueprint.route("/s/<code>/step", methods=["POST"])
@allowed("open")
def step(code: str) -> Response:
    """One step of the life cycle; each has its own permission in the table of states."""
    to = request.form.get("to", "")
    if to in lifecycle.MOVES:
        policy.require(g.identity, check_step(g.dialogue.state, to), g.dialogue.organisation_id, g.dialogue.id)
    lifecycle.take(store.stores(), g.dialogue.id, to, actor=g.actor)
    if to == State.CLOSED and "in_writing" in request.form:
        _put_rest_in_writing()
    return see_other(f"/s/{g.dialogue.code}/manage")


@blueprint.route("/s/<code>/remaining", methods=["POST"])
@allowed("answer")
def remaining(code: str) -> Response:
    """What nobody answered in the hall will be answered in writing."""
    count = _put_rest_in_writing()
    flash(_("Đã chuyển %(count)s câu sang trả lời bằng văn bản.", count=count))
    return see_other(f"/s/{g.dialogue.code}/manage")


@blueprint.route("/s/<code>/settings", methods=["POST"])
@allowed("manage")
def settings(code: str) -> Response:
    """Change the settings that were changed in the form."""
    form = SettingsForm()
    if not form.validate():
        return _manage(422, settings=form)
    changes = form.changes(g.dialogue)
    if changes:
        store.write(service.change, g.dialogue.id, changes)
    flash(_("Đã lưu cài đặt."))
    return see_other(f"/s/{g.dialogue.code}/manage#settings")


@blueprint.route("/s/<code>/topics", methods=["POST"])
@allowed("manage")
def topics(code: str) -> Response:
    """Replace the list of topics; kept names keep their questions."""
    form = TopicsForm()
    form.offer([topic.name for topic in dialogues.topics(store.reading(), g.dialogue.id)])
    try:
        if not form.validate():
            return _manage(422, topics=form)
        store.write(service.change_topics, g.dialogue.id, form.names())
    except Invalid as error:
        form.topics.errors = [_(error.message)]
        return _manage(422, topics=form)
    flash(_("Đã lưu nhóm vấn đề."))
    return see_other(f"/s/{g.dialogue.code}/manage#topics")


@blueprint.route("/s/<code>/copy", methods=["POST"])
@allowed("manage")
def copy(code: str) -> Response:
    """ "Mở kỳ mới": the same settings under a new code, without anything that a member did."""
    if not policy.may(g.identity, "create", g.dialogue.organisation_id):
        raise Forbidden(N_("Vai trò của bạn chỉ dành cho đối thoại này. Hãy nhờ ban tổ chức mở kỳ mới."))
    made = store.write(lifecycle.repeat, store.keys(), g.dialogue.id)
    flash(_("Đã mở kỳ mới với cùng cài đặt. Mã tham gia là mã mới; chưa có câu hỏi và phiếu nào."))
    return see_other(f"/s/{made['code']}/manage")


def _put_rest_in_writing() -> int:
    """Lot by lot, each a write of its own, so that votes and streams have their turn; the number of questions."""
    dialogue_id, total = g.dialogue.id, 0
    while lot := store.write(lifecycle.put_rest_in_writing, dialogue_id, actor=g.actor):
        total += lot
    return total


def _home(form: OpenForm, status: int = 200) -> Response:
    identity = g.identity
    seen = queries.seen_by(store.reading(), identity)
    page = render_template(
        "desk/home.html",
        form=form,
        seen=seen,
        due=queries.pressing(store.reading(), identity, seen),
        may_follow=policy.may(identity, "follow", identity.organisation_id),
        name=identity.name,
        organisation=organisations.name_of(store.reading(), identity.organisation_id),
        may_create=policy.may(identity, "create", identity.organisation_id),
        may_staff=policy.may(identity, "staff", identity.organisation_id),
    )
    return make_response(page, status)


def _manage(status: int = 200, settings: SettingsForm | None = None, topics: TopicsForm | None = None) -> Response:
    dialogue, session = g.dialogue, store.reading()
    base, join = f"/s/{dialogue.code}", qr.join_url(dialogue.code)
    due, conclusion = deadlines.glance(session, dialogue)
    page = render_template(
        "desk/manage.html",
        dialogue=dialogue,
        base=base,
        join=join,
        qr=qr.svg(join),
        out_of_reach=qr.out_of_reach(),
        figures=queries.figures(session, dialogue),
        at=now(),
        history=queries.history(session, dialogue.id),
        due=due,
        conclusion=conclusion,
        next=NEXT.get(dialogue.state),
        aside=ASIDE.get(dialogue.state),
        settings=settings or SettingsForm(formdata=None, obj=dialogue),
        topics=topics or _topics_form(),
        pledge=PLEDGES,
        ordered=order.said(dialogue.rule, turns=dialogue.turns),
        by_site=order.by_site(dialogue),
        may=policy.rights(g.identity, dialogue.organisation_id, dialogue.id),
    )
    return make_response(page, status)


def _topics_form() -> TopicsForm:
    names = [topic.name for topic in dialogues.topics(store.reading(), g.dialogue.id)]
    form = TopicsForm(formdata=None, data={"topics": "\n".join(names)})
    form.offer(names)
    return form
