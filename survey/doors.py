"""Who may come in: how each mark of `survey.web.guard` is checked. The folder of the marks knows no feature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g
from flask import request
from flask import session

from survey.accounts import login
from survey.accounts import policy
from survey.core.errors import NoBallot
from survey.core.errors import NoSeat
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.errors import UnknownCode
from survey.core.text import N_
from survey.dialogues import entry
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.roll.models import Member
from survey.room import queries as ballots
from survey.web import guard
from survey.web import guesses
from survey.web import store

BALLOT_COOKIE = "ballot"


def _with_code(args: Mapping[str, Any], permission: str | None) -> None:
    secret = request.cookies.get(BALLOT_COOKIE)
    try:
        if permission == guard.BRIEFLY:
            g.dialogue, g.ballot = ballots.in_the_hall(store.db(), args["code"], secret)
        else:
            g.dialogue = dialogues.public_by_code(store.reading(), args["code"])
            g.ballot = ballots.ballot_of(store.reading(), g.dialogue.id, secret)
    except UnknownCode:
        guesses.missed()
        raise
    if g.ballot is None:
        guesses.found(g.dialogue.id)


def _with_ballot(args: Mapping[str, Any], permission: str | None) -> None:
    if permission == guard.BRIEFLY:
        _at_the_door(args)
    else:
        _with_code(args, permission)
    if g.ballot is None:
        raise NoBallot(N_("Máy này chưa vào phòng. Hãy vào phòng trước, rồi gửi lại; những gì bạn viết vẫn còn đây."))


def _at_the_door(args: Mapping[str, Any]) -> None:
    """`_with_code`, with as much of the dialogue as a vote needs: whether the hall is open its write looks at itself."""
    try:
        g.dialogue, g.ballot = ballots.at_the_door(store.db(), args["code"], request.cookies.get(BALLOT_COOKIE))
    except UnknownCode:
        guesses.missed()
        raise
    if g.ballot is None:
        guesses.found(g.dialogue.id)


def _on_roll(args: Mapping[str, Any], _permission: str | None) -> None:
    """The roll's side of a dialogue: this tree knows a member and never a ballot."""
    try:
        g.dialogue = dialogues.public_by_code(store.reading(), args["code"])
    except UnknownCode:
        guesses.missed()
        raise
    if g.dialogue.rehearsal:
        raise NotNow(N_("Ban tổ chức đang diễn tập. Đường dẫn của bạn vẫn còn nguyên: hãy mở lại sau buổi diễn tập."))
    if not entry.by_roll(g.dialogue):
        raise NotFound(N_("Đối thoại này không vào theo danh sách. Hãy hỏi ban tổ chức."))


def _with_seat(args: Mapping[str, Any], permission: str | None) -> None:
    _on_roll(args, permission)
    g.member_id, g.phone = session.get("member"), session.get("phone")
    member = store.roll_reading().get(Member, g.member_id) if g.member_id else None
    if member is None or member.removed or member.dialogue_id != g.dialogue.id or member.epoch != session.get("epoch"):
        raise NoSeat(N_("Hãy mở lại đường dẫn cá nhân của bạn, hoặc gõ mã tám chữ in bên dưới đường dẫn."))


def _with_staff(args: Mapping[str, Any], permission: str | None) -> None:
    identity = login.require_identity()
    g.identity, g.actor = identity, identity.actor
    organisation_id, dialogue_id = identity.organisation_id, None
    if "code" in args:
        g.dialogue = _known_to_staff(args["code"])
        organisation_id, dialogue_id = g.dialogue.organisation_id, g.dialogue.id
    if permission is not None:
        policy.require(identity, permission, organisation_id, dialogue_id)
    if dialogue_id is not None:
        guesses.welcome(dialogue_id)


def _known_to_staff(code: str) -> Dialogue:
    """The dialogue, or the same 404 as for somebody else's: staff of one house must not learn what another has."""
    try:
        return dialogues.by_code(store.reading(), code)
    except UnknownCode as error:
        raise NotFound(N_("Không có trang này. Hãy kiểm tra lại địa chỉ hoặc mã tham gia.")) from error


def _with_place(args: Mapping[str, Any], _permission: str | None) -> None:
    """The dialogue by id or by typed code, in any state, for `accounts`, which lies below dialogues."""
    known = args.get("dialogue_id")
    find = dialogues.by_id if known else dialogues.by_code
    try:
        g.dialogue = find(store.reading(), known or args["code"])
    except UnknownCode:
        guesses.missed()
        raise


def _with_sites(_args: Mapping[str, Any], _permission: str | None) -> None:
    """The names of the sites of this request's dialogue by their numbers, for `accounts` as well."""
    g.sites = {site.number: site.name for site in dialogues.sites(store.reading(), g.dialogue.id)}


CHECKS = {
    "code": _with_code, "ballot": _with_ballot, "staff": _with_staff, "place": _with_place, "roll": _on_roll,
    "seat": _with_seat, "sites": _with_sites,
}  # fmt: skip
