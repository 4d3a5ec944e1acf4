"""The organisation's letterhead: what stands on every paper of its dialogues."""

from __future__ import annotations

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import Invalid
from survey.exports.forms_letterhead import LetterheadForm
from survey.exports.forms_letterhead import blocks
from survey.exports.views import blueprint
from survey.organisations import letterheads
from survey.organisations import queries as organisations
from survey.organisations.letterheads import Letter
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other

PATH = "/s/organisation/papers"


@blueprint.get(PATH)
@allowed("manage")
def letterhead() -> Response:
    """The texts as they stand."""
    letter = letterheads.of(store.reading(), g.identity.organisation_id)
    return _page(LetterheadForm(formdata=None, obj=letter), letter, {})


@blueprint.post(PATH)
@allowed("manage")
def letterhead_keep() -> Response:
    """Other texts."""
    form = LetterheadForm()
    wanted = form.letter(request.form.to_dict())
    try:
        store.write(letterheads.keep, g.identity.organisation_id, wanted)
    except Invalid as error:
        return _page(form, wanted, form.refuse(error), error.status)
    flash(_("Đã lưu. Văn bản tải từ bây giờ dùng các dòng này."))
    return see_other(PATH)


def _page(form: LetterheadForm, letter: Letter, wrong: dict[str, str], status: int = 200) -> Response:
    name = organisations.name_of(store.reading(), g.identity.organisation_id)
    page = render_template("exports/letterhead.html", form=form, blocks=blocks(letter, wrong), organisation=name)
    return make_response(page, status)
