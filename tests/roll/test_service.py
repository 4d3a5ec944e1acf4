"""A roll's settings, its freezing and what hangs on it, and the answers of the heads of units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from survey.core.clock import ZONE
from survey.core.clock import local
from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.roll import counts
from survey.roll import heads
from survey.roll import issuing
from survey.roll import people
from survey.roll import removal
from survey.roll import service
from survey.roll.models import Member
from survey.roll.models import Roll
from survey.roll.models import RollLog
from survey.roll.models import UnitCount
from tests.conftest import Cast
from tests.conftest import make_cast

TODAY = local(now()).date()
SOON = TODAY + dt.timedelta(days=20)


@pytest.fixture
def cast(app: Flask) -> Cast:
    """Seven people of two units, and one of none."""
    made = make_cast(app, "collect", entry="roll")
    for unit, size in (("nv", 5), ("yt", 2), (None, 1)):
        for place in range(size):
            made.enrol(f"Người {place} của {unit}", unit, phone="0913000111" if unit == "nv" else "")
    return made


def write(cast: Cast, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """One write to the roll of this dialogue."""
    return cast.stores.roll.write(fn, cast.dialogue_id, *args, actor="staff:lan", **kwargs)


def roll_of(cast: Cast) -> Roll:
    """The row as it is now."""
    with cast.stores.roll.reading() as session:
        return session.get_one(Roll, cast.dialogue_id)


def logged(cast: Cast) -> list[tuple[str, dict[str, Any]]]:
    """What staff did, in order."""
    with cast.stores.roll.reading() as session:
        rows = session.scalars(select(RollLog).where(RollLog.dialogue_id == cast.dialogue_id))
        return [(row.action, row.detail) for row in sorted(rows, key=lambda row: row.at)]


def wanted(**other: Any) -> service.Wanted:
    """Good settings, with something other in them."""
    return service.Wanted(**{"purpose": "Phát phiếu kín", "notice": "", "delete_on": SOON, **other})


def faults(cast: Cast, starts_at: dt.datetime | None = None, **other: Any) -> dict[str, str]:
    """The fields that are refused."""
    with pytest.raises(Invalid) as refused:
        write(cast, service.change, wanted(**other), starts_at)
    return dict(refused.value.fields)


def test_settings_are_kept_and_the_log_names_fields_only(cast: Cast) -> None:
    """What the log holds outlives the deletion, so it holds no text."""
    write(cast, service.change, wanted(second="word", word=b"x" * 16), None)
    write(cast, service.change, wanted(second="word"), None)
    roll = roll_of(cast)
    assert (roll.purpose, roll.delete_on, roll.second, roll.word) == ("Phát phiếu kín", SOON, "word", b"x" * 16)
    assert logged(cast) == [("settings", {"fields": ["purpose", "delete_on", "second", "word"]})]
    write(cast, service.change, wanted(), None)
    assert roll_of(cast).word is None, "a word that is not asked for is not kept"


@pytest.mark.parametrize(
    ("day", "starts_in", "says"),
    [
        (None, None, "Hãy ghi ngày xóa"),
        (TODAY - dt.timedelta(days=1), None, "đã qua"),
        (TODAY, None, "đã qua"),
        (TODAY + dt.timedelta(days=9), 10, "sau ngày đối thoại"),
        (TODAY + dt.timedelta(days=10), 10, "sau ngày đối thoại"),
        (TODAY + dt.timedelta(days=10 + 367), 10, "quá một năm"),
        (TODAY + dt.timedelta(days=367), None, "quá một năm"),
        (TODAY + dt.timedelta(days=367), -300, "quá một năm"),
    ],
)
def test_a_day_of_deletion_that_cannot_be_is_one_sentence(
    cast: Cast, day: dt.date | None, starts_in: int | None, says: str
) -> None:
    """Missing, past, before the dialogue, more than a year after it."""
    starts = None if starts_in is None else dt.datetime.combine(TODAY + dt.timedelta(days=starts_in), dt.time(8), ZONE)
    found = faults(cast, starts, delete_on=day)
    assert list(found) == ["delete_on"]
    assert says in found["delete_on"]


@pytest.mark.parametrize(("days", "starts_in"), [(1, None), (366, None), (11, 10), (376, 10), (5, -30)])
def test_a_day_of_deletion_that_can_be_is_taken(cast: Cast, days: int, starts_in: int | None) -> None:
    """The edges of what is allowed."""
    starts = None if starts_in is None else dt.datetime.combine(TODAY + dt.timedelta(days=starts_in), dt.time(8), ZONE)
    write(cast, service.change, wanted(delete_on=TODAY + dt.timedelta(days=days)), starts)
    assert roll_of(cast).delete_on == TODAY + dt.timedelta(days=days)


def test_other_settings_that_cannot_be_are_named_at_once(cast: Cast) -> None:
    """Everything that is wrong in one answer."""
    start = now()
    found = faults(
        cast, purpose="", notice="x" * 2001, second="word", issue_from=start, issue_until=start - dt.timedelta(hours=1)
    )
    assert list(found) == ["purpose", "notice", "word", "issue_until"]
    assert list(faults(cast, second="shoe size")) == ["second"]


def test_freezing_counts_once(cast: Cast) -> None:
    """Total and by unit; what comes later belongs to neither."""
    write(cast, service.change, wanted(), None)
    assert write(cast, service.freeze_seen, 8) == 8
    cast.enrol("Người đến sau", "nv")
    assert write(cast, service.freeze_seen, 9) == 8, "frozen already: it stays as it was"
    assert write(cast, service.freeze) == 8
    with cast.stores.roll.reading() as session:
        rows = {row.unit_id: row.members for row in session.scalars(select(UnitCount))}
    assert rows == {"nv": 5, "yt": 2, "": 1}
    assert [action for action, _detail in logged(cast)] == ["settings", "freeze"]


def test_freezing_by_hand_wants_what_was_looked_at(cast: Cast) -> None:
    """Not an empty roll, not one without purpose and day, not another number than the one on the page."""
    with pytest.raises(NotNow, match="mục đích và ngày xóa"):
        write(cast, service.freeze_seen, 8)
    write(cast, service.change, wanted(), None)
    with pytest.raises(Conflict, match="vừa thay đổi"):
        write(cast, service.freeze_seen, 7)
    assert roll_of(cast).frozen_at is None
    empty = make_cast(cast.app, "collect", entry="roll")
    with pytest.raises(NotNow, match="chưa có ai"):
        write(empty, service.freeze_seen, 0)


def test_a_hall_that_opens_freezes_in_any_case_and_gives_a_day_of_deletion(cast: Cast) -> None:
    """Nobody chose one, and yet no list stays for ever."""
    assert write(cast, service.freeze) == 8
    assert roll_of(cast).delete_on == TODAY + dt.timedelta(days=service.USUAL_DAYS)


def frozen(cast: Cast) -> dict[str, str]:
    """Freeze, and make the links of the heads: secrets by unit."""
    write(cast, service.change, wanted(), None)
    write(cast, service.freeze_seen, 8)
    made: dict[str, str] = write(cast, heads.make_links, None)
    return made


def test_unfreezing_makes_one_roll_of_it_again(cast: Cast) -> None:
    """Late ones belong to it, who was taken off is gone, the heads' links are dead; and it is counted."""
    links = frozen(cast)
    cast.stores.roll.write(heads.answer, cast.dialogue_id, links["nv"], "no", "thiếu một người")
    late = people.Person("M-1", "Người đến sau", "nv")
    write(cast, lambda session, dialogue, *, actor: people.enter(
        session, cast.keys.get(dialogue, "link"), dialogue, late, actor=actor, reason="mới về"))  # fmt: skip
    with cast.stores.roll.reading() as session:
        gone = session.scalars(select(Member.id).where(Member.unit_id == "yt")).first()
    write(cast, removal.remove, gone, "left")
    write(cast, service.unfreeze)
    with cast.stores.roll.reading() as session:
        assert {(m.added, m.reason, m.removed) for m in session.scalars(select(Member))} == {("", "", False)}
        assert session.scalars(select(UnitCount)).all() == []
        assert counts.by_unit(session, cast.dialogue_id) == {"nv": 6, "yt": 1, "": 1}
        with pytest.raises(NotFound):
            heads.by_token(session, cast.dialogue_id, links["nv"])
    assert write(cast, service.freeze_seen, 8) == 8
    assert roll_of(cast).freezes == 2
    assert [action for action, _detail in logged(cast)][-2:] == ["unfreeze", "freeze"]


def test_unfreezing_what_is_not_frozen_changes_nothing(cast: Cast) -> None:
    """A double click."""
    write(cast, service.unfreeze)
    assert logged(cast) == []


def test_what_hangs_on_a_frozen_roll_keeps_it_frozen(cast: Cast) -> None:
    """A ballot, a card, or a head who said yes, also one who says no afterwards."""
    links = frozen(cast)
    cast.stores.roll.write(heads.answer, cast.dialogue_id, links["nv"], "yes", "")
    cast.stores.roll.write(heads.answer, cast.dialogue_id, links["nv"], "no", "bấm nhầm")
    with pytest.raises(NotNow, match="không bỏ chốt"):
        write(cast, service.unfreeze)
    for way in ("weak", "card"):
        other = make_cast(cast.app, "collect", entry="roll+tickets")
        member = other.enrol("Người duy nhất")
        write(other, service.freeze)
        if way == "weak":
            issue = (other.keys.get(other.dialogue_id, "weak"), other.dialogue_id, member, "máy", now())
            other.stores.roll.write(issuing.issue_weak, *issue)
        else:
            other.stores.roll.write(issuing.hand_card, other.dialogue_id, member)
        with pytest.raises(NotNow, match="không bỏ chốt"):
            write(other, service.unfreeze)
        assert roll_of(other).frozen_total == 1


def test_links_of_heads_are_made_once_and_stored_as_digests(cast: Cast) -> None:
    """A second time only units that lack one; people of no unit have no head."""
    links = frozen(cast)
    assert sorted(links) == ["nv", "yt"]
    assert write(cast, heads.make_links, None) == {}
    with cast.stores.roll.reading() as session:
        held = {bytes(row.token) for row in session.scalars(select(UnitCount)) if row.token}
    assert len(held) == 2
    assert not any(secret.encode() in held for secret in links.values())


def test_a_link_made_anew_kills_the_old_one_and_keeps_the_answer(cast: Cast) -> None:
    """The head lost the message."""
    links = frozen(cast)
    cast.stores.roll.write(heads.answer, cast.dialogue_id, links["nv"], "yes", "")
    new = write(cast, heads.make_links, ["nv"])
    with cast.stores.roll.reading() as session:
        assert heads.by_token(session, cast.dialogue_id, new["nv"]).answer == "yes"
        with pytest.raises(NotFound):
            heads.by_token(session, cast.dialogue_id, links["nv"])
    with pytest.raises(NotFound):
        write(cast, heads.make_links, ["nowhere"])


def test_no_links_before_freezing(cast: Cast) -> None:
    """There is no count that a head could confirm."""
    with pytest.raises(NotNow, match="chốt danh sách trước"):
        write(cast, heads.make_links, None)


def test_a_link_of_another_dialogue_is_nobodys(cast: Cast) -> None:
    """The same secret under another code."""
    links = frozen(cast)
    other = make_cast(cast.app, "collect", entry="roll")
    with cast.stores.roll.reading() as session, pytest.raises(NotFound):
        heads.by_token(session, other.dialogue_id, links["nv"])


@pytest.mark.parametrize(("said", "remark"), [("", ""), ("maybe", ""), ("no", ""), ("no", " \n "), ("yes", "x" * 501)])
def test_an_answer_that_helps_nobody_is_refused(cast: Cast, said: str, remark: str) -> None:
    """Nothing said, "no" without a word on what is wrong, too many words."""
    links = frozen(cast)
    with pytest.raises(Invalid):
        cast.stores.roll.write(heads.answer, cast.dialogue_id, links["nv"], said, remark)


def test_who_belongs_to_two_units_is_counted_in_one(cast: Cast) -> None:
    """And the head of the other is told how many that are."""
    cast.enrol("Người hai nơi", "nv", further=("yt",))
    write(cast, service.freeze)
    with cast.stores.roll.reading() as session:
        assert counts.by_unit(session, cast.dialogue_id) == {"nv": 6, "yt": 2, "": 1}
        assert heads.besides(session, cast.dialogue_id, "yt") == 1
        assert heads.besides(session, cast.dialogue_id, "nv") == 0


def test_who_has_no_phone_is_named(cast: Cast) -> None:
    """They could never answer a link that asks for its last four digits."""
    with cast.stores.roll.reading() as session:
        found = [member.name for member in service.without_phone(session, cast.dialogue_id)]
    assert found == ["Người 0 của None", "Người 0 của yt", "Người 1 của yt"]
