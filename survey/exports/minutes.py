"""Minutes of the count: the scrutineers' figures in sentences and tables, to be read aloud and signed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from survey.core.clock import local
from survey.dialogues import rehearsing
from survey.dialogues.models import Dialogue
from survey.exports import ballot_words
from survey.exports.papers import DOTS
from survey.exports.papers import FEW_DOTS
from survey.exports.papers import Block
from survey.exports.papers import Grid
from survey.exports.papers import Heading
from survey.exports.papers import Paper
from survey.exports.papers import Signature
from survey.exports.papers import Text
from survey.exports.queries import UNFINISHED
from survey.exports.scrutiny import figures_of
from survey.exports.scrutiny import site_rows
from survey.exports.scrutiny import state
from survey.exports.scrutiny import verdict
from survey.tally import Tally


def minutes(
    dialogue: Dialogue,
    tally: Tally,
    heads: int | None,
    moment: dt.datetime,
    *,
    superior: str,
    organisation: str,
    votes: Sequence[str] = (),
) -> Paper:
    """Minutes of the count, to be read aloud and signed by the scrutineers. What the program cannot know is left open."""
    issuer = dialogue.host_unit or organisation
    return Paper(
        superior=superior or (organisation if issuer != organisation else ""), issuer=issuer, sign="-BB/ĐTN",
        place=dialogue.place or DOTS, kind="Biên bản", about=f"Kiểm phiếu kín tại đối thoại “{rehearsing.marked(dialogue)}”",
        blocks=(*_opening(dialogue), *_parts(tally, heads, votes), *_ending(tally, moment)),
        signatures=(Signature("CÁC THÀNH VIÊN"), Signature("TM. TỔ KIỂM PHIẾU", "TỔ TRƯỞNG"), Signature("CHỦ TRÌ")),
        recipients=("Chủ trì đối thoại", "Ban tổ chức", "Lưu hồ sơ"),
    )  # fmt: skip


def _opening(dialogue: Dialogue) -> list[Block]:
    day = local(dialogue.starts_at) if dialogue.starts_at else None
    date = f"ngày {day:%d} tháng {day:%m} năm {day:%Y}" if day else f"ngày {FEW_DOTS} tháng {FEW_DOTS} năm {FEW_DOTS}"
    return [
        Text(f"Hôm nay, {date}, tại {dialogue.place or DOTS}, tổ kiểm phiếu gồm:"),
        *(Text(f"{number}. {DOTS * 2}, đơn vị {DOTS}") for number in (1, 2, 3)),
        Text(f"đã kiểm phiếu kín của buổi đối thoại, chủ trì: {dialogue.leader or DOTS}. "
             f"Cách vào phòng: {ballot_words.way_in(dialogue)}."),
    ]  # fmt: skip


def _parts(tally: Tally, heads: int | None, votes: Sequence[str]) -> list[Block]:
    """The numbered parts; a way in that this dialogue does not have is left out."""
    parts: list[tuple[str, list[Block]]] = [("Trước khi mở", _before(tally)), ("Số liệu", [_figures(tally)])]
    if tally.cards is not None:
        parts.append(("Thẻ theo nơi: đã in = đã dùng + đã hủy + còn thiếu", [_sites(tally)]))
    parts += [("Đối chiếu", [_checks(tally)]), ("Đếm người", [_heads(tally, heads)]), ("Khóa", [_keys(tally)])]
    if votes:
        parts.append(("Biểu quyết", [Text(f"{number}. {line}.") for number, line in enumerate(votes, start=1)]))
    numbers = ("I", "II", "III", "IV", "V", "VI", "VII")
    return [
        block for number, (title, blocks) in zip(numbers, parts, strict=False)
        for block in (Heading(f"{number}. {title}"), *blocks)
    ]  # fmt: skip


def _before(tally: Tally) -> list[Block]:
    names = ", ".join(figure.words for figure in tally.zeros)
    words = f"Trước khi mở hội trường, tổ kiểm phiếu đã xem các số sau: {names}. Kết quả: {DOTS}"
    if not tally.opened:
        words = "Lúc lập biên bản, hội trường chưa mở: " + ", ".join(f"{one.value} {one.words}" for one in tally.zeros)
    return [Text(words + ".")]


def _figures(tally: Tally) -> Grid:
    rows = tuple(
        (str(place), _sentence(one.words), _number(one.value))
        for place, one in enumerate(figures_of(tally, None), start=1)
    )
    return Grid(("TT", "Nội dung", "Số"), rows, (12, 118, 30), (2,))


def _sites(tally: Tally) -> Grid:
    rows = tuple((str(name), *(_number(int(one or 0)) for one in counted)) for name, *counted in site_rows(tally))
    return Grid(("Nơi", "Đã in", "Đã dùng", "Đã hủy", "Còn thiếu"), rows, (60, 25, 25, 25, 25), (1, 2, 3, 4))


def _checks(tally: Tally) -> Grid:
    rows = tuple(
        (_sentence(f"{check.left.words} {check.sign} {check.right.words}"),
         f"{_number(check.left.value)} {check.sign} {_number(check.right.value)}", verdict(check.holds))
        for check in tally.checks
    )  # fmt: skip
    return Grid(("Phải đúng", "Số", "Kết quả"), rows, (95, 35, 30), ())


def _heads(tally: Tally, heads: int | None) -> Text:
    if heads is None:
        return Text(f"Số người đếm được trong hội trường: {DOTS}; phiếu kín trong phòng: {_number(tally.ballots)}; "
                    f"người trừ phiếu: {DOTS}.")  # fmt: skip
    return Text(f"Số người đếm được trong hội trường: {_number(heads)}; phiếu kín trong phòng: {_number(tally.ballots)}; "
                f"người trừ phiếu: {_number(tally.missing_heads(heads))}.")  # fmt: skip


def _keys(tally: Tally) -> Grid:
    rows = tuple((key.words, state(key.alive).lower()) for key in tally.keys)
    return Grid(("Khóa", "Tình trạng"), rows, (125, 35), ())


def _ending(tally: Tally, moment: dt.datetime) -> list[Block]:
    at = local(moment)
    blocks: list[Block] = [] if tally.over else [Text(UNFINISHED, italic=True)]
    blocks.append(Text(f"Số liệu lấy lúc {at:%H} giờ {at:%M}, ngày {at:%d} tháng {at:%m} năm {at:%Y}."))
    blocks.append(Text(f"Ý kiến khác: {DOTS * 3}"))
    blocks.append(
        Text(f"Biên bản lập xong lúc {DOTS[:6]} giờ {DOTS[:6]}, đã đọc cho mọi người cùng nghe và thống nhất ký tên./.")
    )
    return blocks


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".").replace("-", "−")
