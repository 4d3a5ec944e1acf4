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
from survey.core.errors import Invalid
from survey.core.text import N_
from survey.desk.views import blueprint
from survey.dialogues.entry import BLIND_WAYS
from survey.dialogues.entry import BY_ROLL
from survey.dialogues.entry import BY_TICKETS
from survey.dialogues.entry import Entry
from survey.dialogues.entry import is_strong
from survey.dialogues.entry import issue_purpose
from survey.dialogues.state import State
from survey.web import qr
from survey.web import reach
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other
from survey.web.session import is_secure

KEY_OF = {Entry.TICKETS: ("pass",), Entry.ROLL: ("pass", "weak"), Entry.ROLL_AND_TICKETS: ("pass", "weak")}
NO_HTTPS = N_(
    "Trang này đi bằng http, nên máy của người tham gia không làm được phiếu ký mù. Hãy chọn chế độ yếu hoặc thẻ."
)


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
    strong: bool = False  # ballots are signed without being seen

    @property
    def weak(self) -> bool:
        """Whether one key could join members and ballots, while it lives."""
        return self.entry in BY_ROLL and not self.strong

    @property
    def value(self) -> str:
        """What the form sends: a `dialogues.entry.Way`."""
        return str(BLIND_WAYS[self.entry]) if self.strong else str(self.entry)


WAYS = (
    Way(Entry.OPEN, N_("Mã chung"), N_("Mỗi máy một phiếu. Ai có hai máy thì vào được hai lần; màn hình và mọi tệp ghi rõ."),
        N_("Không hỏi tên, không có danh sách."), N_("Không cần gì. Xong trong một phút."), N_("Thử lần đầu.")),
    Way(Entry.TICKETS, N_("Thẻ rút từ hộp"), N_("Mỗi thẻ một phiếu, đếm được: đã in = đã dùng + đã hủy + còn thiếu."),
        N_("Kín bằng chính tay mình: không ai ghi ai rút thẻ nào. Không cần https."),
        N_("In thẻ, gấp lại, bỏ vào hộp. 350 người qua ba hộp hết chừng 30 phút."),
        N_("Mọi người ngồi chung một phòng."), advised=True),
    Way(Entry.ROLL, N_("Theo danh sách"), N_("Mỗi người trong danh sách một phiếu. Chốt trước khi mở, số người công bố."),
        N_("Ký mù: nơi cấp ký phiếu mà không thấy phiếu; không khóa nào nối được phiếu với người. Trước giờ mở, ý kiến đi "
           "qua hòm phiếu."),
        N_("Tệp danh sách; gửi cho mỗi người một đường dẫn riêng, hoặc Bàn đón. Trang phải đi bằng https."),
        N_("Thu ý kiến trước ngày, người ở xa."), strong=True),
    Way(Entry.ROLL_AND_TICKETS, N_("Danh sách và thẻ"), N_("Mỗi người một phiếu hoặc một thẻ; không ai có cả hai."),
        N_("Vào bằng thẻ: kín bằng chính tay mình. Vào bằng đường dẫn: ký mù."),
        N_("Cả hai việc trên, và Bàn đón để phát thẻ."), N_("Vừa có người trong phòng, vừa có người ở xa."), strong=True),
    Way(Entry.ROLL, N_("Theo danh sách, chế độ yếu"),
        N_("Mỗi người trong danh sách một phiếu. Chốt trước khi mở, số người công bố."),
        N_("Chế độ yếu: khi khóa còn, người nắm máy chủ nối được phiếu với người. Khóa bị hủy năm phút sau khi khép lại."),
        N_("Tệp danh sách; gửi cho mỗi người một đường dẫn riêng, hoặc Bàn đón. Máy cũ, không có JavaScript cũng vào được."),
        N_("Mạng trong hội trường chỉ có http.")),
    Way(Entry.ROLL_AND_TICKETS, N_("Danh sách và thẻ, chế độ yếu"), N_("Mỗi người một phiếu hoặc một thẻ; không ai có cả hai."),
        N_("Vào bằng thẻ: kín bằng chính tay mình. Vào bằng đường dẫn: chế độ yếu."),
        N_("Cả hai việc trên, và Bàn đón để phát thẻ."), N_("Như trên, khi chỉ có http.")),
)  # fmt: skip


@blueprint.route("/s/<code>/entry-way", methods=["POST"])
@allowed("manage")
def choose_entry(code: str) -> Response:
    """Choose how people get in, until the first ballot is in; the work that this takes is linked from the same page."""
    sent = request.form.get("entry", "")
    blind = {str(way): entry for entry, way in BLIND_WAYS.items()}
    if sent in blind and not may_be_strong():
        raise Invalid(NO_HTTPS)
    store.write(lifecycle.set_entry, store.keys(), g.dialogue.id, blind.get(sent, sent), strong=sent in blind)
    flash(_("Đã chọn cách vào: %(way)s.", way=_(way_of(sent).name)))
    return see_other(f"/s/{g.dialogue.code}/manage#entry")


@blueprint.context_processor
def _for_manage() -> dict[str, Any]:
    table = {"ways": WAYS, "way_of": way_of, "issuing_over": issuing_over, "may_be_strong": may_be_strong}
    return table | {"by_roll": BY_ROLL, "by_tickets": BY_TICKETS, "up": up}


def up() -> str:
    """One step up from a page of this dialogue: its overview, for whoever may see that; else all dialogues."""
    here = g.dialogue
    return f"/s/{here.code}/manage" if policy.may(g.identity, "open", here.organisation_id, here.id) else "/s/"


def way_of(way: str) -> Way:
    """How the table calls a way in (`Dialogue.way`)."""
    return next(one for one in WAYS if one.value == way)


def may_be_strong() -> bool:
    """Whether phones can make blind ballots here: they have the means only on pages that came by HTTPS, or on this machine."""
    settings = store.settings()
    urls = [qr.public_base(), *([settings.roll_url] if settings.roll_url else [])]
    return is_secure() or all(map(reach.can_sign, urls))


def issuing_over() -> bool:
    """Whether nobody can come in any more, because the keys that let people in were destroyed after a closing."""
    dialogue = g.dialogue
    begun = dialogue.state not in {State.DRAFT, State.COLLECTING}
    needed = (issue_purpose(dialogue.key_epoch),) if is_strong(dialogue) else KEY_OF.get(dialogue.entry, ())
    return begun and not all(store.keys().exists(dialogue.id, purpose) for purpose in needed)
