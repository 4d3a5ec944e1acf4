"""Words that several papers share: dates as documents write them, counts, numbers of parts."""

from __future__ import annotations

import datetime as dt

from survey.core.clock import local
from survey.dialogues.models import Dialogue
from survey.exports.papers import DOTS
from survey.exports.papers import FEW_DOTS
from survey.exports.papers import Run
from survey.exports.papers import Words
from survey.exports.papers import gap
from survey.exports.scene import Scene
from survey.followups import steps
from survey.followups import three
from survey.followups.recommended import Recommended
from survey.followups.steps import NAMES

_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """The number of a part."""
    found = ""
    for value, letters in _ROMAN:
        times, number = divmod(number, value)
        found += letters * times
    return found


def number(value: int) -> str:
    """As Vietnamese writes it: 1.234."""
    return f"{value:,}".replace(",", ".")


def counted_down(value: int) -> str:
    """A figure of a survey: what was rounded down to nought is some number below five."""
    return number(value) if value else "dưới 5"


def share(value: float) -> str:
    """26,7 %."""
    return f"{100 * value:.1f} %".replace(".", ",")


def long_day(day: dt.date | None) -> str:
    """As a document writes it: below ten, and January and February, with a nought in front."""
    if day is None:
        return f"ngày {FEW_DOTS} tháng {FEW_DOTS} năm {FEW_DOTS}"
    month = f"{day.month:02}" if day.month in {1, 2} else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def short_day(day: dt.date | None) -> str:
    """In a table."""
    return f"{day.day}/{day.month}/{day.year}" if day else ""


def held_on(dialogue: Dialogue) -> str:
    """The day of the dialogue."""
    return long_day(local(dialogue.starts_at).date() if dialogue.starts_at else None)


def hour(moment: dt.datetime | None) -> str:
    """`8 giờ 00, ngày 26 tháng 3 năm 2026`, or room for a hand."""
    if moment is None:
        return f"{FEW_DOTS} giờ {FEW_DOTS}, {long_day(None)}"
    at = local(moment)
    return f"{at.hour} giờ {at.minute:02}, {long_day(at.date())}"


def sentence(text: str) -> str:
    """The text with a full stop behind it, where it ends with no mark of its own."""
    text = text.rstrip(" ;,")
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def known(text: str, what: str) -> Run:
    """What is known, or a gap that names it."""
    return Run(text) if text else gap(what)


def theme(scene: Scene) -> str:
    """What the dialogue is called in the middle of a sentence."""
    mark = "DIỄN TẬP · " if scene.dialogue.rehearsal else ""
    return f"Hội nghị đối thoại “{mark}{scene.dialogue.theme}”"


def place(scene: Scene) -> str:
    """Where it is held."""
    return scene.dialogue.place or DOTS


def leads(one: Recommended) -> Run:
    """Who leads."""
    return known(one.unit, "đơn vị chủ trì")


def helps(one: Recommended) -> str:
    """Who helps."""
    return ", ".join(name for _id, name in one.cooperating)


def until(one: Recommended) -> Run:
    """By when."""
    return known(short_day(one.due), "thời hạn")


def state(one: Recommended) -> str:
    """Where it stands; overdue is said before all else."""
    name = NAMES[steps.State(one.state)]
    return f"Quá hạn ({name.lower()})" if one.overdue else name


def outcome(one: Recommended) -> str:
    """The answer with its document."""
    paper = " ".join(filter(None, [one.document, f"ngày {short_day(one.document_date)}" if one.document_date else ""]))
    return "\n".join(filter(None, [one.answer or one.reason, f"Văn bản: {paper}" if paper else ""]))


def counts(scene: Scene) -> tuple[int, int, int, int]:
    """Opinions received, questions they became; of the opinions: answered on the spot, handed on."""
    found = three.count(scene.board, {source.id for one in scene.recommended for source in one.questions})
    return found.received, len(scene.board), found.direct, found.handed


def counted(scene: Scene) -> str:
    """The three figures that offices report, in a sentence."""
    received, asked, direct, handed = counts(scene)
    if not asked:
        return "Chưa có câu hỏi, ý kiến nào được ghi nhận"
    merged = f", gộp thành {number(asked)} câu" if asked != received else ""
    rest = received - direct - handed
    left = f", chưa trả lời {number(rest)}" if rest else ""
    return (
        f"Tiếp nhận {number(received)} ý kiến{merged}; giải đáp trực tiếp {number(direct)}, "
        f"chuyển đơn vị hoặc trả lời bằng văn bản {number(handed)}{left}"
    )


def bold(words: Words) -> Words:
    """The same in bold."""
    return (
        (Run(words, bold=True),)
        if isinstance(words, str)
        else tuple(Run(r.text, True, r.italic, r.red, r.gap) for r in words)
    )
