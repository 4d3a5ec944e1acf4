"""The hours at which a questionnaire opens and closes by itself: a small page of the builder."""

from __future__ import annotations

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from survey.core.clock import now
from survey.core.errors import Invalid
from survey.dialogues.entry import is_strong
from survey.questionnaires import queries
from survey.questionnaires import timing
from survey.questionnaires.forms import refuse
from survey.questionnaires.views import blueprint
from survey.questionnaires.views import rights
from survey.questionnaires.views_build import SURVEY
from survey.questionnaires.views_build import desk
from survey.web import store
from survey.web.fields import MomentField
from survey.web.guard import allowed
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

SHOWN = _l("Không bắt buộc. Ghi như 3/8/2026 8:00, giờ Việt Nam.")


class TimesForm(FlaskForm):  # type: ignore[misc]  # published without types
    """Both hours, as people write them."""

    opens_at = MomentField(_l("Tự mở lúc"), description=SHOWN)
    closes_at = MomentField(_l("Tự đóng lúc"), description=SHOWN)


@blueprint.get(f"{SURVEY}/times")
@allowed("manage")
def times(code: str, questionnaire_id: str) -> Response:
    """The hours as they are set, and what they mean for members."""
    row = queries.one(store.reading(), g.dialogue.id, questionnaire_id)
    return _times(row, TimesForm(formdata=None, obj=row))


@blueprint.post(f"{SURVEY}/times")
@allowed("manage")
def set_times(code: str, questionnaire_id: str) -> Response:
    """Set both hours; an empty field is no hour."""
    row, form = queries.one(store.reading(), g.dialogue.id, questionnaire_id), TimesForm()
    if not form.validate():
        return _times(row, form, 422)
    try:
        store.write(timing.set_hours, g.dialogue.id, row.id, form.opens_at.data, form.closes_at.data, now())
    except Invalid as error:
        if wants_json():
            raise
        refuse(form, error.fields)
        return _times(row, form, 422)
    flash(_("Đã lưu giờ mở và giờ đóng."))
    return see_other(f"{desk()}/surveys/{row.id}/times")


def _times(row: queries.Row, form: TimesForm, status: int = 200) -> Response:
    page = render_template(
        "questionnaires/times.html", dialogue=g.dialogue, base=desk(), may=rights(), survey=row, form=form, now=now(),
        boxed=is_strong(g.dialogue),
    )  # fmt: skip
    return make_response(page, status)
