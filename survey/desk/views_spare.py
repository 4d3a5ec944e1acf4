"""The spare on the desk: until when everything is there, the eight words, the folder, and the copies that outlived their keys.

The words are in one answer and nowhere else: no store, no log and no later page has them.
"""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask_babel import gettext as _

from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.offload import off_the_loop
from survey.core.text import N_
from survey.core.text import clean_line
from survey.desk.views import blueprint
from survey.dialogues import queries as dialogues
from survey.machine import sending
from survey.organisations import queries as organisations
from survey.spare import copies
from survey.spare import folder
from survey.spare import sealing
from survey.spare import tending
from survey.spare import words
from survey.tally import KEYS
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import partial
from survey.web.htmx import see_other
from survey.web.htmx import sent

NONE = "-"  # instead of a sheet, where there is none yet
LONGEST_LABEL = 60


@blueprint.get("/s/spare")
@allowed("manage")
def spare() -> Response:
    """How it stands; for htmx the state alone, which asks every five seconds."""
    if is_htmx():
        return partial("desk/_spare.html", **_state())
    page = make_response(render_template("desk/spare.html", **_state(), **_more()))
    page.headers["Vary"] = "HX-Request"
    page.headers["Cache-Control"] = "no-store"
    return page


@blueprint.post("/s/spare/words")
@allowed("manage")
def spare_words() -> Response:
    """New words, on this one page. `seen`: the sheet that whoever asks knows of, so that a reload makes no other one."""
    _alone()
    key_dir = store.settings().key_dir
    known = copies.pair(key_dir)
    if sent("seen") != (known.id if known else NONE):
        raise Conflict(
            N_("Tám từ đã được tạo rồi và chỉ hiện một lần. Tờ chưa in kịp thì về trang Máy dự phòng, tạo tờ mới.")
        )
    phrase, pair = off_the_loop(sealing.new)
    copies.keep_pair(key_dir, pair)
    page = make_response(render_template("desk/spare_words.html", words=words.lines(phrase), sheet=pair.id, at=now()))
    page.headers["Cache-Control"] = "no-store"
    return page


@blueprint.post("/s/spare/folder")
@allowed("manage")
def spare_folder() -> Response:
    """Make the folder that SPARE_DIR names this installation's own; only such a folder is written to."""
    _alone()
    place, label = store.settings().spare_dir, clean_line(sent("label"))[:LONGEST_LABEL]
    if place is None:
        raise Invalid(N_("Chưa có SPARE_DIR. Nhờ người giữ máy chủ khai thư mục dự phòng rồi khởi động lại."))
    owner = copies.owner(store.settings().key_dir)
    off_the_loop(lambda: folder.check_apart(place, store.settings().data_dir))
    off_the_loop(lambda: folder.prepare(place, owner, label or place.name))
    flash(_("Đã chuẩn bị thư mục dự phòng. Vài giây nữa bản đầu tiên sẽ được gửi."))
    return see_other("/s/spare")


def _alone() -> None:
    """The words open the keys of every house on this machine."""
    if len(organisations.ids(store.reading())) > 1:
        raise Conflict(N_("Máy chủ này phục vụ nhiều tổ chức, nên chỉ người giữ máy chủ làm việc này, bằng lệnh."))


def _state() -> dict[str, Any]:
    settings = store.settings()
    return {"spare": sending.read(settings.data_dir), "named": settings.spare_dir is not None, "at": now()}


def _more() -> dict[str, Any]:
    settings = store.settings()
    pair, found = copies.pair(settings.key_dir), tending.out_of_reach(settings, store.keys())
    own = {one.id: one.code for one in dialogues.of_organisation(store.reading(), g.identity.organisation_id)}
    left = [
        {
            "label": _(one.label),
            "sheet": one.sheet,
            "code": own[one.dialogue_id],
            "keys": [_named(key) for key in one.purposes],
        }
        for one in found
        if one.dialogue_id in own
    ]
    several = len(organisations.ids(store.reading())) > 1
    return {"sheet": pair.id if pair else NONE, "left": left, "several": several, "path": str(settings.spare_dir or "")}


def _named(purpose: str) -> str:
    known = KEYS.get(purpose.partition("-")[0])
    return str(_(known) if known else _("Khóa một lần mở hòm phiếu"))
