"""The two pages by which a list comes in, drawn so that nobody waits for a long one."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from survey.roll import counts
from survey.roll.forms_import import ConfirmForm
from survey.roll.forms_import import ImportForm
from survey.roll.importing.found import lots
from survey.roll.views_people import forest
from survey.roll.views_people import surroundings
from survey.web import store

DRAWN_AT_ONCE = 50  # rows of a preview; between two lots the streams have their turn
MOST_DRAWN = 1_000  # of one list; a file with more faults than that needs another look anyway


def say(done: Counter[str], lost: int) -> None:
    """Tell what came in, and how many rows did not."""
    new, changed = done["new"], done["changed"]
    flash(
        _("Đã đưa vào danh sách: %(new)s người mới, %(changed)s người được cập nhật, %(same)s người giữ nguyên.",
          new=new, changed=changed, same=done["same"])
    )  # fmt: skip
    left = lost + done["refused"]
    if left:
        flash(ngettext("%(count)s dòng không lấy. Sửa trong tệp rồi gửi lại: người đã có không bị nhập hai lần.",
                       "%(count)s dòng không lấy. Sửa trong tệp rồi gửi lại: người đã có không bị nhập hai lần.",
                       left, count=left), "warn")  # fmt: skip


def page(form: ImportForm, status: int = 200) -> Response:
    """What the list is for, and the file."""
    known = forest()
    paths = [" / ".join(known.path(unit.id)) for unit, _depth in known.walk()]
    people = sum(counts.by_unit(store.roll_reading(), g.dialogue.id).values())
    drawn = render_template("roll/import.html", **surroundings(), form=form, paths=paths, people=people)
    return make_response(drawn, status)


def preview(form: ConfirmForm, view: dict[str, Any], status: int = 200, apart: set[int] | None = None) -> Response:
    """What a file would do; `apart` are the places of rows that were said to be people of their own."""
    chosen = {one["at"] for one in view["choices"] if one["apart"]} if apart is None else apart
    drawn = render_template(
        "roll/import_preview.html", **surroundings(), form=form, view=view, chosen=chosen,
        lost=_drawn(view["lost"]), doubts=_drawn(view["doubts"]), choices=_drawn(view["choices"], chosen),
        most=MOST_DRAWN,
    )  # fmt: skip
    return make_response(drawn, status)


def _drawn(rows: list[dict[str, Any]], chosen: set[int] | None = None) -> Markup:
    template = "roll/_import_faults.html" if chosen is None else "roll/_import_choices.html"
    parts, before = [], ""
    for lot in lots(rows[:MOST_DRAWN], DRAWN_AT_ONCE):
        parts.append(render_template(template, rows=lot, chosen=chosen, before=before))
        before = lot[-1]["sheet"]
        time.sleep(0)
    return Markup("".join(parts))  # noqa: S704 - rendered
