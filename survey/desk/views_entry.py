"""Choosing the way in, explained by what it buys; and what an organiser must know before opening again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import request
from flask_babel import gettext as _

from survey import lifecycle
from survey.accounts import policy
from survey.core.text import N_
from survey.desk.views import blueprint
from survey.dialogues.entry import BY_ROLL
from survey.dialogues.entry import BY_TICKETS
from survey.dialogues.entry import Entry
from survey.dialogues.state import State
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other

KEY_OF = {Entry.TICKETS: ("pass",), Entry.ROLL: ("pass", "weak"), Entry.ROLL_AND_TICKETS: ("pass", "weak")}


@dataclass(frozen=True, slots=True)
class Way:
    """One way in, as the table shows it."""

    entry: Entry
    name: str
    voices: str
    secret: str
    needs: str
    fits: str
    advised: bool = False


WAYS = (
    Way(Entry.OPEN, N_("Mã chung"), N_("Mỗi máy một phiếu. Ai có hai máy thì vào được hai lần; màn hình và mọi tệp ghi rõ."),
        N_("Không hỏi tên, không có danh sách."), N_("Không cần gì. Xong trong một phút."), N_("Thử lần đầu.")),
    Way(Entry.TICKETS, N_("Thẻ rút từ hộp"), N_("Mỗi thẻ một phiếu, đếm được: đã in = đã dùng + đã hủy + còn thiếu."),
        N_("Kín bằng chính tay mình: không ai ghi ai rút thẻ nào. Không cần https."),
        N_("In thẻ, gấp lại, bỏ vào hộp. 350 người qua ba hộp hết chừng 30 phút."),
        N_("Mọi người ngồi chung một phòng."), advised=True),
    Way(Entry.ROLL, N_("Theo danh sách"), N_("Mỗi người trong danh sách một phiếu. Chốt trước khi mở, số người công bố."),
        N_("Chế độ yếu: khi khóa còn, người nắm máy chủ nối được phiếu với người. Khóa bị hủy năm phút sau khi khép lại."),
        N_("Tệp danh sách; gửi cho mỗi người một đường dẫn riêng, hoặc Bàn đón."), N_("Thu ý kiến trước ngày, người ở xa.")),
    Way(Entry.ROLL_AND_TICKETS, N_("Danh sách và thẻ"), N_("Mỗi người một phiếu hoặc một thẻ; không ai có cả hai."),
        N_("Vào bằng thẻ: kín bằng chính tay mình. Vào bằng đường dẫn: chế độ yếu."),
        N_("Cả hai việc trên, và Bàn đón để phát thẻ."),
        N_("Vừa có người trong phòng, vừa có người ở xa.")),
)  # fmt: skip


@blueprint.route("/s/<code>/entry-way", methods=["POST"])
@allowed("manage")
def choose_entry(code: str) -> Response:
    """Choose how people get in, until the first ballot is in; the work that this takes is linked from the same page."""
    wanted = request.form.get("entry", "")
    store.write(lifecycle.set_entry, store.keys(), g.dialogue.id, wanted)
    flash(_("Đã chọn cách vào: %(way)s.", way=_(way_of(wanted).name)))
    return see_other(f"/s/{g.dialogue.code}/manage#entry")


@blueprint.context_processor
def _for_manage() -> dict[str, Any]:
    table = {"ways": WAYS, "way_of": way_of, "issuing_over": issuing_over}
    return table | {"by_roll": BY_ROLL, "by_tickets": BY_TICKETS, "up": up}


def up() -> str:
    """One step up from a page of this dialogue: its overview, for whoever may see that; else all dialogues."""
    here = g.dialogue
    return f"/s/{here.code}/manage" if policy.may(g.identity, "open", here.organisation_id, here.id) else "/s/"


def way_of(entry: str) -> Way:
    """How the table calls a way in."""
    return next(way for way in WAYS if way.entry == entry)


def issuing_over() -> bool:
    """Whether nobody can come in any more, because the keys that let people in were destroyed after a closing."""
    dialogue = g.dialogue
    begun = dialogue.state not in {State.DRAFT, State.COLLECTING}
    return begun and not all(store.keys().exists(dialogue.id, purpose) for purpose in KEY_OF.get(dialogue.entry, ()))
