"""Words and spans of the staff's side: kinds of links, how long they live, names of roles, where a role works."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from survey.accounts.policy import Role
from survey.core.text import N_


class Kind(StrEnum):
    """What a link is for. All but `sample` are spent by one POST."""

    SETUP = "setup"  # the first organiser of an installation
    INVITATION = "invitation"  # a role for a new or a known person
    HANDOVER = "handover"  # like an invitation, and the giver loses the role in the same write
    RESET = "reset"  # a new password, made by an organiser
    RECOVERY = "recovery"  # a code of the printed sheet
    DEVICE = "device"  # a tablet or a screen
    SAMPLE = "sample"  # signs in by plain GET, again and again; sample scenes only


LIVES: dict[Kind, dt.timedelta | None] = {
    Kind.SETUP: None,  # the console prints a new one at each start, and the old one dies
    Kind.INVITATION: dt.timedelta(days=7),
    Kind.HANDOVER: dt.timedelta(days=7),
    Kind.RESET: dt.timedelta(hours=24),
    Kind.RECOVERY: None,  # a sheet in a safe
    Kind.DEVICE: dt.timedelta(minutes=15),
    Kind.SAMPLE: None,
}
SIGN_IN_LIFE = dt.timedelta(days=30)  # without being seen
SEEN_EVERY = dt.timedelta(minutes=5)  # how fine "last seen" is
DIGITS_LIFE = dt.timedelta(hours=1)  # a screen is switched on long before somebody has a hand free

ROLE_NAMES: dict[Role, str] = {
    Role.ORGANISER: N_("Ban tổ chức"),
    Role.MODERATOR: N_("Người điều hành"),
    Role.SECRETARY: N_("Thư ký"),
    Role.LEADER: N_("Người chủ trì"),
    Role.CO_CHAIR: N_("Đồng chủ trì"),
    Role.SCREEN: N_("Màn chiếu"),
    Role.DOOR: N_("Bàn đón"),
    Role.SCRUTINEER: N_("Tổ kiểm phiếu"),
    Role.HOST: N_("Phụ trách điểm cầu"),
}
DEVICE_ROLES = (Role.SCREEN, Role.LEADER, Role.CO_CHAIR)
_PAGES: dict[Role, str] = {
    Role.ORGANISER: "manage",
    Role.MODERATOR: "moderate",
    Role.SECRETARY: "moderate",
    Role.LEADER: "lead",
    Role.CO_CHAIR: "lead",
    Role.SCREEN: "screen",
    Role.DOOR: "door",
    Role.SCRUTINEER: "scrutiny",
    Role.HOST: "sites",
}


def page_of(role: str | None, code: str | None) -> str:
    """Where somebody with this role starts: a page of the dialogue, or the staff's home."""
    return f"/s/{code}/{_PAGES[Role(role)]}" if code and role else "/s/"
