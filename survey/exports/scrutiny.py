"""The scrutineers' figures as rows, for spreadsheets and programs."""

from __future__ import annotations

from survey.core.text import N_
from survey.dialogues import rehearsing
from survey.dialogues.models import Dialogue
from survey.exports.queries import UNFINISHED
from survey.exports.tables import Column
from survey.exports.tables import Report
from survey.exports.tables import Table
from survey.tally import Figure
from survey.tally import Tally

TITLE = N_("Kiểm phiếu")
HOLDS, FAILS = N_("Đúng"), N_("Không khớp")
GONE, THERE = N_("Đã hủy"), N_("Còn")
_FIGURES = (Column("words", N_("Nội dung"), "text", 60), Column("value", N_("Số"), "int", 12))
_CHECKS = (
    Column("left_words", N_("Số thứ nhất"), "text", 44), Column("left", N_("Giá trị"), "int", 12),
    Column("sign", N_("Dấu"), "text", 8), Column("right", N_("Giá trị"), "int", 12),
    Column("right_words", N_("Số thứ hai"), "text", 44), Column("holds", N_("Kết quả"), "text", 14),
)  # fmt: skip
_SITES = (
    Column("site", N_("Nơi"), "text", 40), Column("printed", N_("Đã in"), "int", 10),
    Column("used", N_("Đã dùng"), "int", 10), Column("void", N_("Đã hủy"), "int", 10),
    Column("missing", N_("Còn thiếu"), "int", 10),
)  # fmt: skip
_KEYS = (Column("key", N_("Khóa"), "text", 60), Column("state", N_("Tình trạng"), "text", 16))


def report(dialogue: Dialogue, tally: Tally, heads: int | None) -> Report:
    """The figures as tables."""
    notes = (*((rehearsing.SAID,) if dialogue.rehearsal else ()), *(() if tally.over else (UNFINISHED,)))
    figures = Table(
        "figures", N_("Số liệu"), _FIGURES, tuple((one.words, one.value) for one in figures_of(tally, heads)), notes
    )
    checks = Table("checks", N_("Đối chiếu"), _CHECKS, tuple(
        (check.left.words, check.left.value, check.sign, check.right.value, check.right.words, verdict(check.holds))
        for check in tally.checks
    ))  # fmt: skip
    sites = Table("sites", N_("Thẻ theo nơi"), _SITES, site_rows(tally))
    keys = Table("keys", N_("Khóa"), _KEYS, tuple((key.words, state(key.alive)) for key in tally.keys))
    tables = (figures, checks, sites, keys) if tally.cards else (figures, checks, keys)
    return Report("scrutiny", TITLE, dialogue.code, rehearsing.marked(dialogue), tables)


def _at_door(tally: Tally) -> list[Figure]:
    """What the door did: with cards where there are cards, and only while the log that was counted is still there."""
    roll = tally.roll
    handed = [Figure(N_("Thẻ đã phát ở cửa"), roll.cards)] if roll and tally.cards else []
    if roll is None or roll.purged_at:
        return handed
    back = [Figure(N_("Lần lấy lại thẻ phát nhầm"), tally.cards_back)] if tally.cards else []
    return [*handed, Figure(N_("Lần bàn đón mở mã"), tally.links_shown), *back]


def figures_of(tally: Tally, heads: int | None) -> list[Figure]:
    """All bare figures, from the roll to the hall."""
    found: list[Figure] = []
    if tally.roll is not None and tally.roll.frozen_at is not None:
        roll = tally.roll
        found += [
            Figure(N_("Người trong danh sách khi chốt"), roll.total), Figure(N_("Bổ sung muộn"), roll.late),
            Figure(N_("Bổ sung tại cửa"), roll.door), Figure(N_("Đi thay"), roll.substitutes),
            Figure(N_("Rút tên sau khi chốt"), roll.removed), Figure(N_("Chỗ trong danh sách"), roll.seats),
            Figure(N_("Phiếu đã phát qua đường dẫn"), roll.issued), Figure(N_("Lần chuyển sang máy khác"), roll.moved),
            *_at_door(tally), Figure(N_("Người báo bị nhận mất chỗ"), roll.claims),
            Figure(N_("Đơn vị được hỏi"), roll.units_asked),
            Figure(N_("Đơn vị xác nhận đúng số người"), roll.confirmed), Figure(N_("Đơn vị báo sai"), roll.disputed),
        ]  # fmt: skip
    found.append(Figure(N_("Phiếu kín trong phòng"), tally.ballots))
    if tally.roll is not None:
        found.append(Figure(N_("trong đó vào bằng đường dẫn"), tally.by_link))
    if tally.cards is not None:
        found.append(Figure(N_("trong đó vào bằng thẻ"), tally.cards.used))
    if heads is not None:
        found += [
            Figure(N_("Người đếm được trong hội trường"), heads),
            Figure(N_("Người trừ phiếu"), tally.missing_heads(heads)),
        ]
    return found


def site_rows(tally: Tally) -> tuple[tuple[str | int, ...], ...]:
    """The cards of each place and their sum; nothing where there are no cards."""
    if tally.cards is None:
        return ()
    rows = [(name, one.printed, one.used, one.void, one.missing) for _number_, name, one in tally.sites]
    every = tally.cards
    return (*rows, (N_("Cộng"), every.printed, every.used, every.void, every.missing))


def verdict(holds: bool) -> str:
    """A check in a word."""
    return HOLDS if holds else FAILS


def state(alive: bool) -> str:
    """A key in a word."""
    return THERE if alive else GONE
