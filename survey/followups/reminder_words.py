"""The words of a reminder, as text to copy into a chat or as a letter; in the language that is spoken when they are made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from flask_babel import gettext as _

from survey.core.mail import Letter
from survey.followups.counting_days import PLAN
from survey.followups.counting_days import Own
from survey.followups.counting_days import Standing
from survey.followups.deadlines import Dated
from survey.followups.reminding import Duty
from survey.followups.reminding import Owing
from survey.web.i18n import day

CLIPPED = 160  # characters of a recommendation in a list


class About(NamedTuple):
    """What every reminder speaks of. `page`: where staff see everything."""

    house: str
    theme: str
    held: dt.date | dt.datetime | None
    page: str


def for_unit(about: About, owing: Owing, link: str = "") -> str:
    """For the unit; with its link where that is known (it is stored as a mark only)."""
    lines = [_("Kính gửi %(unit)s.", unit=owing.name), _opening(about), *map(_line, owing.items)]
    if link:
        lines.append(_("Xin trả lời tại đường dẫn của đơn vị: %(link)s", link=link))
    elif owing.linked:
        lines.append(_("Xin trả lời qua đường dẫn riêng đơn vị đã nhận. Mất đường dẫn thì báo văn phòng để nhận lại."))
    else:
        lines.append(_("Xin trả lời bằng văn bản hoặc theo phiếu giao việc gửi về văn phòng."))
    return "\n".join(lines)


def unit_letter(about: About, owing: Owing, link: str = "") -> Letter:
    """The same as a letter to the address of the unit."""
    subject = _("Nhắc thời hạn giải quyết kiến nghị: %(theme)s", theme=about.theme)
    closing = _("Thư gửi tự động của %(house)s.", house=about.house)
    return Letter(owing.email, _one_line(subject), f"{for_unit(about, owing, link)}\n\n{closing}")


def for_office(about: About, duty: Duty) -> str:
    """For the office: everything that presses, and which units are not reached by letter."""
    lines = [_opening(about)]
    lines += [own_line(one) for one in duty.own]
    for owing in duty.units:
        lines += [_("%(unit)s:", unit=owing.name), *map(_line, owing.items)]
    if duty.unowned:
        lines += [_("Chưa giao đơn vị nào:"), *map(_line, duty.unowned)]
    missing = [owing.name for owing in duty.units if not owing.email]
    if missing:
        lines.append(_("Chưa có e-mail để nhắc: %(units)s.", units="; ".join(missing)))
    return "\n".join([*lines, _("Xem và nhắc tại: %(page)s", page=about.page)])


def office_letter(about: About, duty: Duty) -> Letter:
    """The same as a letter to the office."""
    subject = _("Việc đến hạn và quá hạn: %(theme)s", theme=about.theme)
    return Letter(duty.rules.email, _one_line(subject), for_office(about, duty))


def own_line(own: Own) -> str:
    """A deadline of the dialogue itself in one line."""
    what = _("Công bố kế hoạch đối thoại") if own.kind == PLAN else _("Công bố kết luận đối thoại")
    late = own.standing == Standing.OVERDUE
    return (
        f"- {what}: {_('hạn %(day)s, đã quá hạn', day=day(own.due)) if late else _('hạn %(day)s', day=day(own.due))}."
    )


def in_days(row: Dated) -> str:
    """How far a deadline is, in working days."""
    if row.standing == Standing.OVERDUE:
        return str(_("quá hạn %(days)s ngày làm việc", days=-row.days) if row.days else _("đã quá hạn"))
    if row.apart <= 1:
        return str(_("hạn ngày mai") if row.apart else _("hạn hôm nay"))
    return str(_("còn %(days)s ngày làm việc", days=row.days) if row.days else _("đến hạn trong kỳ nghỉ"))


def clipped(text: str, most: int = CLIPPED) -> str:
    """A text on one line, cut where it is long."""
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def _line(row: Dated) -> str:
    return "- " + str(_(
        "Kiến nghị %(number)s: %(body)s Hạn %(day)s, %(how)s.",
        number=row.one.number, body=_ended(clipped(row.one.body)), day=day(row.one.due), how=in_days(row),
    ))  # fmt: skip


def _ended(text: str) -> str:
    return text if text.endswith((".", "…", "?", "!")) else text + "."


def _opening(about: About) -> str:
    if about.held is None:
        return str(
            _("%(house)s nhắc các việc đến hạn của đối thoại “%(theme)s”:", house=about.house, theme=about.theme)
        )
    return str(_(
        "%(house)s nhắc các việc đến hạn của đối thoại “%(theme)s” ngày %(day)s:",
        house=about.house, theme=about.theme, day=day(about.held),
    ))  # fmt: skip


def _one_line(text: str) -> str:
    return " ".join(text.split())


def texts(about: About, units: Sequence[Owing], links: dict[str, str]) -> dict[str, str]:
    """The text of each of these units, by its id."""
    return {one.unit_id: for_unit(about, one, links.get(one.unit_id, "")) for one in units}
