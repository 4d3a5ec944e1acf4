"""Moving house: a page with the file at the old installation, and the first page of a new one that takes it in."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.accounts import policy
from survey.accounts import queries as accounts
from survey.accounts.link_kinds import Kind
from survey.accounts.links import SPENT
from survey.core.errors import DomainError
from survey.core.errors import Forbidden
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.dialogues.state import OVER
from survey.exports import house
from survey.exports import house_in
from survey.exports import house_keep
from survey.exports import house_out
from survey.exports import jobs
from survey.exports.views import blueprint
from survey.web import errors
from survey.web import guesses
from survey.web import store
from survey.web.guard import allowed
from survey.web.guard import open_to_all
from survey.web.htmx import see_other

WHOLE = N_("Tệp chuyển máy có cả nhân sự của tổ chức, nên chỉ ban tổ chức của cả tổ chức lấy được.")
NO_FILE = N_("Hãy chọn tệp chuyen-may-….zip lấy từ máy cũ.")


@blueprint.url_value_preprocessor
def _make_room(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """For who holds the link of the first start alone; before the form is read for its token, which reads all of it."""
    if endpoint == "exports.first_import_keep" and values and _is_setup(values["token"]):
        request.max_content_length = house.BY_BROWSER


@blueprint.get("/s/<code>/exports/move")
@allowed("staff")
def move(code: str) -> str:
    """What moves, what does not, and the button by which the file is made, as a job."""
    _whole()
    may = policy.rights(g.identity, g.dialogue.organisation_id, g.dialogue.id)
    over = g.dialogue.state in OVER and not g.dialogue.rehearsal
    return render_template("exports/move.html", dialogue=g.dialogue, base=f"/s/{g.dialogue.code}", may=may, over=over)


@blueprint.get("/s/import/<token>")
@open_to_all
def first_import(token: str) -> Response:
    """The first page of an installation, for who brings a file from another one. Reading spends nothing."""
    if not _setup(token):
        return _spent()
    return _page(token)


@blueprint.post("/s/import/<token>")
@open_to_all
def first_import_keep(token: str) -> Response:
    """Take the file in, all or nothing; its staff sign in as they did before."""
    if not _setup(token):
        return _spent()
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise Invalid(NO_FILE)
        code = house_keep.keep(store.db(), store.settings().data_dir, house_in.read(sent.stream)).code
    except DomainError as error:
        return _page(token, errors.sentence(error))
    flash(_("Đã nhập đối thoại %(code)s. Hãy đăng nhập bằng tên và mật khẩu như ở máy cũ.", code=code))
    return see_other("/s/sign-in")


def wish() -> jobs.Wish:
    """The job that makes the file. Raises `Forbidden`, `NotNow`."""
    whole(house.MOVE)
    house_out.check(g.dialogue)
    return jobs.Wish(
        g.dialogue.id, g.dialogue.code, house.MOVE, "zip", house_out.name_of(g.dialogue), house_out.MIMETYPE
    )


def whole(table: str) -> None:
    """Raise `Forbidden` for the file with all staff in it, where whoever asks does not run the whole organisation."""
    if table == house.MOVE:
        _whole()


def _whole() -> None:
    if not policy.may(g.identity, "staff", g.dialogue.organisation_id):
        raise Forbidden(WHOLE)


def _setup(token: str) -> bool:
    """Whether this is the link of the first start and nobody has used it. Raises `NotFound` for no link of that kind."""
    if not _is_setup(token):
        guesses.missed()
        raise NotFound(N_("Không có trang này. Hãy mở lại đường dẫn lần đầu mà máy chủ đã in ra."))
    link = accounts.link_by_token(store.reading(), token)
    return link is not None and accounts.is_fresh(link) and not accounts.installed(store.reading())


def _is_setup(token: str) -> bool:
    link = accounts.link_by_token(store.reading(), token)
    return link is not None and link.kind == Kind.SETUP


def _spent() -> Response:
    return make_response(render_template("accounts/spent.html", sentence=_(SPENT)), 410)


def _page(token: str, wrong: str = "") -> Response:
    return make_response(render_template("exports/move_in.html", token=token, wrong=wrong), 422 if wrong else 200)
