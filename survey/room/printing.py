"""Printing cards as staff do it: while cards may be used here, and a site never more than its share."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues import entry
from survey.dialogues import sites
from survey.dialogues.models import Dialogue
from survey.dialogues.models import Site
from survey.dialogues.service import load
from survey.dialogues.state import OVER
from survey.room import places
from survey.room import tickets
from survey.room.tickets import Count

Sheets = list[list[str]]


def may_print(dialogue: Dialogue) -> bool:
    """Whether a card that is printed now could ever let somebody in."""
    return entry.by_tickets(dialogue) and dialogue.state not in OVER


def print_cards(
    session: Session, key: bytes, dialogue_id: str, batch_id: str, cards: int, site: int = 0, *, actor: str
) -> Sheets:
    """`tickets.print_batch` for an organiser. Raises `NotNow`, `NotFound` for a site that is not there, and its errors."""
    _check(session, dialogue_id, batch_id)
    if site:
        sites.load(session, dialogue_id, site)
    return tickets.print_batch(session, key, dialogue_id, batch_id, cards, site, actor=actor)


def print_share(
    session: Session, key: bytes, dialogue_id: str, batch_id: str, cards: int, site: int, *, actor: str
) -> Sheets:
    """The same for the host of a site: never more than what is left of its share."""
    _check(session, dialogue_id, batch_id)
    place = sites.load(session, dialogue_id, site)
    room = left(place, tickets.count(session, dialogue_id, site))
    if cards > room:
        message = N_("Điểm cầu này còn được in %(left)s thẻ. Cần thêm, hãy nhờ ban tổ chức nâng số thẻ.")
        raise Invalid(message, {"cards": message}, left=room)
    return tickets.print_batch(session, key, dialogue_id, batch_id, cards, site, actor=actor)


def left(place: Site, counted: Count) -> int:
    """How many cards the site may still print; what was voided may be printed anew."""
    return max(0, place.cards - counted.good)


def remove_site(session: Session, dialogue_id: str, number: int) -> None:
    """Take a site away. Raises `Conflict` once a card was printed for it, and once a ballot was there.

    Cards are counted by site for good, and its number must not come to mean another place.
    """
    load(session, dialogue_id)
    if tickets.batches(session, dialogue_id, number):
        raise Conflict(N_("Điểm cầu này đã in thẻ nên không xóa được. Bạn vẫn đổi tên và số thẻ được."))
    if places.was_chosen(session, dialogue_id, number):
        raise Conflict(N_("Đã có phiếu ở điểm cầu này nên không xóa được. Bạn vẫn đổi tên được."))
    sites.remove(session, dialogue_id, number)


def _check(session: Session, dialogue_id: str, batch_id: str) -> None:
    dialogue = load(session, dialogue_id)  # held: two printings at once must not both take what is left
    tickets.refuse_again(session, batch_id)
    if not entry.by_tickets(dialogue):
        raise NotNow(N_("Đối thoại này không vào bằng thẻ. Hãy chọn cách vào bằng thẻ ở trang Tổng quan trước khi in."))
    if dialogue.state in OVER:
        raise NotNow(N_("Đối thoại đã khép lại nên không in thêm thẻ. Thẻ in thêm cũng không vào phòng được nữa."))
