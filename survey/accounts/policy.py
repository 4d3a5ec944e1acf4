"""The one table of rights: permission -> roles. Views name permissions, never roles."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from survey.core.errors import Forbidden
from survey.core.errors import NotFound
from survey.core.text import N_


class Role(StrEnum):
    """What a member of the staff or a device is to a dialogue, or to a whole organisation."""

    ORGANISER = "organiser"
    MODERATOR = "moderator"
    SECRETARY = "secretary"
    LEADER = "leader"
    CO_CHAIR = "co_chair"
    SCREEN = "screen"
    DOOR = "door"
    SCRUTINEER = "scrutineer"
    HOST = "host"


_O, _M, _S, _L, _P = Role.ORGANISER, Role.MODERATOR, Role.SECRETARY, Role.LEADER, Role.SCREEN
_D, _K, _H, _C = Role.DOOR, Role.SCRUTINEER, Role.HOST, Role.CO_CHAIR
PERMISSIONS: dict[str, frozenset[Role]] = {
    "create": frozenset({_O}),  # dialogues of the organisation
    "manage": frozenset({_O}),  # settings, topics, questionnaires, first and last steps of the life cycle
    "staff": frozenset({_O}),  # invite, reset, hand over, throw out
    "open": frozenset({_O, _M}),  # open and close the hall
    "admit": frozenset({_O, _M}),  # let a tablet or screen in
    "moderate": frozenset({_O, _M, _S}),  # decide on questions
    "bring_in": frozenset({_O, _M, _S}),  # spoken, paper, imported
    "prepare": frozenset({_O, _S}),  # what units prepare: who gets which questions, their links and files
    "preside": frozenset({_O, _M, _L, _C}),  # start the hall from the leader's desk, move its end, end it
    "answer": frozenset({_O, _M, _S, _L, _C}),  # call, answered, in writing, back
    "lead": frozenset({_O, _M, _S, _L, _C}),  # see the leader's desk
    "remote": frozenset({_O, _M}),  # choose what the screen shows
    "screen": frozenset({_O, _M, _S, _L, _C, _P}),  # see the projector
    "results": frozenset({_O, _M, _S, _L, _C}),  # see questionnaire results
    "export": frozenset({_O, _S}),
    "follow": frozenset({_O, _S}),  # recommendations, what units report, papers, deadlines, ideas
    "publish": frozenset({_O}),  # what everybody may read
    "roll": frozenset({_O}),  # who may take part: import, links, freezing
    "door": frozenset({_O, _D}),  # show a link, add with a reason, hand a card
    "cards": frozenset({_O}),  # print and void cards of every site
    "site": frozenset({_O, _H}),  # a site's own page and cards
    "site_screen": frozenset({_O, _M, _S, _L, _C, _P, _H}),  # a site's screen; a host that of the own site
    "scrutiny": frozenset({_O, _K}),  # the figures of the count, read only
}


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds; for all dialogues of the organisation where `dialogue_id` is None."""

    role: Role
    organisation_id: str
    dialogue_id: str | None = None
    site: int | None = None  # of a host


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is in: a staff member or an admitted device. `actor` is the opaque reference that services log."""

    sign_in_id: str
    actor: str
    name: str
    organisation_id: str
    staff_id: str | None
    held: tuple[Held, ...]


def roles(identity: Identity, organisation_id: str, dialogue_id: str | None) -> frozenset[Role]:
    """The roles that count for this dialogue; without one, only those for the whole organisation."""
    return frozenset(
        held.role
        for held in identity.held
        if held.organisation_id == organisation_id and held.dialogue_id in {None, dialogue_id}
    )


def may(identity: Identity, permission: str, organisation_id: str, dialogue_id: str | None = None) -> bool:
    """Whether one of the roles gives the permission."""
    return bool(PERMISSIONS[permission] & roles(identity, organisation_id, dialogue_id))


def hosted(identity: Identity, organisation_id: str, dialogue_id: str) -> list[int]:
    """The numbers of the sites that this person hosts in the dialogue."""
    return sorted(
        held.site
        for held in identity.held
        if held.role == Role.HOST
        and held.site is not None
        and (held.organisation_id, held.dialogue_id) == (organisation_id, dialogue_id)
    )


def require_site(identity: Identity, site: int, organisation_id: str, dialogue_id: str) -> None:
    """Raise `Forbidden` for the host of another site; who may print for every site may open each of them."""
    if may(identity, "cards", organisation_id, dialogue_id):
        return
    if site not in hosted(identity, organisation_id, dialogue_id):
        raise Forbidden(N_("Bạn không phụ trách điểm cầu này. Hãy mở trang điểm cầu của bạn, hoặc nhờ ban tổ chức."))


def rights(identity: Identity, organisation_id: str, dialogue_id: str | None = None) -> dict[str, bool]:
    """Every permission and whether it is given, for pages that show only what one may do.

    `create` is a right in the organisation: a role for one dialogue does not give it.
    """
    given = {permission: may(identity, permission, organisation_id, dialogue_id) for permission in PERMISSIONS}
    return {**given, "create": may(identity, "create", organisation_id)}


def require(identity: Identity, permission: str, organisation_id: str, dialogue_id: str | None = None) -> None:
    """Raise `NotFound` for a stranger (who must not learn what exists) and `Forbidden` for a colleague."""
    mine = roles(identity, organisation_id, dialogue_id)
    if not mine:
        raise NotFound(N_("Không có trang này. Hãy kiểm tra lại địa chỉ hoặc mã tham gia."))
    if not PERMISSIONS[permission] & mine:
        raise Forbidden(N_("Vai trò của bạn không mở được trang này. Hãy nhờ ban tổ chức."))
