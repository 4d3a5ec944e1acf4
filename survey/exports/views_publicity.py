"""The public moderation log as a file, for whoever wants to keep it or count with it."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response

from survey.core.text import N_
from survey.dialogues import rehearsing
from survey.dialogues.models import Dialogue
from survey.exports.service import WRITERS
from survey.exports.tables import Column
from survey.exports.tables import Report
from survey.exports.tables import Table
from survey.exports.views import blueprint
from survey.moderation import publicity
from survey.web import store
from survey.web.guard import with_code

TITLE = N_("Nhật ký điều hành công khai")
NOTES = (
    N_("Các số tăng theo từng 5 câu; 0 nghĩa là dưới 5. Không ghi nội dung, giờ, người điều hành và người hỏi."),
    N_("Chỉ tính câu gửi từ điện thoại."),
)
_COLUMNS = (
    Column("key", N_("Mã"), "text", 22), Column("part_of", N_("Thuộc dòng"), "text", 14),
    Column("what", N_("Việc"), "text", 60), Column("at_least", N_("Ít nhất"), "int", 10),
)  # fmt: skip


@blueprint.get("/d/<code>/moderation.<any(csv, json):fmt>")
@with_code
def public_log(code: str, fmt: str) -> Response:
    """The same counts as on the page."""
    writer = WRITERS[fmt]
    response = make_response(writer.write(_report(g.dialogue)))
    response.headers["Content-Type"] = writer.MIMETYPE
    response.headers["Content-Disposition"] = f'attachment; filename="doi-thoai-{g.dialogue.code}-dieu-hanh.{fmt}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _report(dialogue: Dialogue) -> Report:
    found = publicity.lines(store.reading(), dialogue.id)
    rows = tuple((line.key, line.under or None, line.words, line.shown) for line in found)
    table = Table("moderation", TITLE, _COLUMNS, rows, NOTES)
    return Report("moderation", TITLE, dialogue.code, rehearsing.marked(dialogue), (table,))
