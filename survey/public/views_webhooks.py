"""`/s/webhooks`: which program of the house is told of changes, with what was sent to it. Off until somebody turns it on."""

from __future__ import annotations

from flask import Response
from flask import current_app
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.clock import now
from survey.core.errors import Invalid
from survey.organisations import queries as organisations
from survey.public import happened
from survey.public import said
from survey.public import webhooks
from survey.public.views import blueprint
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import see_other

PAGE = "/s/webhooks"


@blueprint.get(PAGE)
@allowed("manage")
def webhook() -> Response:
    """The address, the secret, what is sent, and the log of deliveries."""
    return _page()


@blueprint.post(PAGE)
@allowed("manage")
def webhook_set() -> Response:
    """Set the address, turn it on or off."""
    url, active = request.form.get("url", ""), "active" in request.form
    try:
        store.write(webhooks.settle, g.identity.organisation_id, url, active=active, loopback=_loopback())
    except Invalid as error:
        return _page(url, active, sentence(error))
    flash(_("Đã lưu và bật.") if active else _("Đã lưu, đang tắt."))
    return see_other(PAGE)


@blueprint.post(f"{PAGE}/secret")
@allowed("manage")
def webhook_renew() -> Response:
    """Another secret."""
    store.write(webhooks.renew, g.identity.organisation_id)
    flash(_("Đã đổi khóa ký. Hãy chép khóa mới sang bên nhận ngay."))
    return see_other(PAGE)


@blueprint.post(f"{PAGE}/test")
@allowed("manage")
def webhook_test() -> Response:
    """Send something that says nothing, now."""
    delivery_id = store.write(webhooks.try_out, g.identity.organisation_id, now())
    settings = store.settings()
    base = settings.base_url or ""
    if webhooks.deliver(store.db(), settings.secret_key, base, delivery_id, loopback=_loopback()):
        flash(_("Bên nhận đã trả lời. Xem dòng đầu của nhật ký."))
    else:
        flash(_("Bên nhận chưa trả lời đúng. Xem lý do ở dòng đầu của nhật ký."), "error")
    return see_other(f"{PAGE}#log")


@blueprint.post(f"{PAGE}/deliveries/<delivery_id>/retry")
@allowed("manage")
def webhook_again(delivery_id: str) -> Response:
    """Tell once more what failed; it goes out within half a minute."""
    store.write(webhooks.again, g.identity.organisation_id, delivery_id, now())
    flash(_("Sẽ gửi lại trong ít giây."))
    return see_other(f"{PAGE}#log")


def _loopback() -> bool:
    """Whether this process may call itself: only a test sets this, in the app's own configuration."""
    return bool(current_app.config.get("WEBHOOKS_LOOPBACK"))


def _page(typed: str | None = None, active: bool | None = None, error: str = "") -> Response:
    session, organisation_id = store.reading(), g.identity.organisation_id
    row = webhooks.of_organisation(session, organisation_id)
    answer = make_response(render_template(
        "public/webhook.html", organisation=organisations.name_of(session, organisation_id), row=row, error=error,
        url=typed if typed is not None else row.url if row else "",
        active=active if active is not None else bool(row and row.active),
        secret=said.secret(store.settings().secret_key, row.id, row.epoch) if row else "",
        log=webhooks.log(session, row.id) if row else [], kinds=happened.KINDS, why=webhooks.WHY,
        minutes=webhooks.TOLERANCE // 60,
    ), 422 if error else 200)  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer
