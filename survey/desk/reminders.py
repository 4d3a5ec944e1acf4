"""Words that remind people: to copy into a group chat, for the head of each unit, and as a letter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from flask_babel import gettext as _

from survey.core.mail import Letter
from survey.roll.reminding import Addressee
from survey.web.i18n import day
from survey.web.i18n import hour
from survey.web.i18n import weekday


class Paper(NamedTuple):
    """A questionnaire that is open, and when it closes by itself."""

    title: str
    url: str
    closes_at: dt.datetime | None


class About(NamedTuple):
    """What every reminder speaks of. `until`: until when ballots are handed out, where that is set."""

    theme: str
    starts_at: dt.datetime | None
    page: str
    papers: Sequence[Paper]
    until: dt.datetime | None = None


def moment(at: dt.datetime) -> str:
    """A moment in words that leave no doubt about the zone."""
    return str(_("%(hour)s %(weekday)s %(day)s, giờ Việt Nam", hour=hour(at), weekday=weekday(at), day=day(at)))


def for_all(about: About) -> str:
    """For a group of people who come in by a code or a card."""
    return "\n".join([_opening(about), *_papers(about), _("Vào bằng mã QR hoặc địa chỉ: %(page)s", page=about.page)])


def for_head(about: About, unit: str, taken: int, members: int) -> str:
    """For the head of a unit; with figures only where there are five and more."""
    lines = [
        _("Kính gửi đồng chí phụ trách %(unit)s.", unit=unit) if unit else _("Kính gửi đồng chí phụ trách đơn vị.")
    ]
    lines.append(_opening(about))
    if taken:
        lines.append(_("Đến nay ít nhất %(taken)s trong %(members)s người của đơn vị đã nhận phiếu kín.",
                       taken=taken, members=members))  # fmt: skip
    lines.append(
        _("Nhờ đồng chí nhắc mọi người mở đường dẫn riêng đã gửi cho từng người. Ai làm mất thì báo ban tổ chức.")
    )
    if about.until:
        lines.append(_("Nhận phiếu đến %(moment)s.", moment=moment(about.until)))
    return "\n".join([*lines, *_papers(about), _("Trang nhận phiếu: %(page)s", page=about.page)])


def letter(about: About, one: Addressee, words: str, says: Sequence[str], house: str) -> Letter:
    """For somebody on the roll who has no ballot yet, with the own link."""
    lines = [_("Kính gửi đồng chí %(name)s,", name=one.name), ""]
    if words:
        lines += [words, ""]
    lines += [
        _opening(about), *_papers(about), "",
        _("Đồng chí chưa nhận phiếu kín. Xin mở đường dẫn của riêng mình:"), one.url, "",
        _("Hoặc mở %(page)s rồi gõ mã %(twin)s.", page=about.page, twin=one.twin), "", *says, "",
        _("Thư gửi tự động theo danh sách của %(house)s. Xin đừng chuyển thư này cho người khác.", house=house),
    ]  # fmt: skip
    return Letter(one.email, _("Nhắc nhận phiếu kín: %(theme)s", theme=about.theme), "\n".join(lines))


def _opening(about: About) -> str:
    if about.starts_at is None:
        return str(_("Mời tham gia đối thoại “%(theme)s”.", theme=about.theme))
    starts = moment(about.starts_at)
    return str(_("Mời tham gia đối thoại “%(theme)s”, bắt đầu lúc %(moment)s.", theme=about.theme, moment=starts))


def _papers(about: About) -> list[str]:
    lines = []
    for paper in about.papers:
        if paper.closes_at:
            lines.append(_("Phiếu khảo sát “%(title)s” đóng lúc %(moment)s: %(url)s", title=paper.title, url=paper.url,
                           moment=moment(paper.closes_at)))  # fmt: skip
        else:
            lines.append(_("Phiếu khảo sát “%(title)s”: %(url)s", title=paper.title, url=paper.url))
    return lines
