"""`sample --entry`: as many entries as members, and counts that agree in every way in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func
from sqlalchemy import select

from survey.core.ids import digest
from survey.core.ids import token_from
from survey.dialogues.models import Dialogue
from survey.organisations.models import Unit
from survey.roll import counts
from survey.roll import issuing
from survey.roll.models import Issue
from survey.roll.models import Member
from survey.roll.models import Roll
from survey.room import tickets
from survey.room.models import Ballot
from survey.web.limits import limiter
from tests.conftest import csrf

MEMBERS = 31


@pytest.fixture(autouse=True)
def fresh_limits(app: Flask) -> Any:
    """Limits live in the process; each test begins with none spent."""
    limiter.reset()
    yield
    limiter.reset()


def make(app: Flask, entry: str, *more: str, members: int = MEMBERS) -> dict[str, Any]:
    args = [
        "sample",
        "province",
        "--members",
        str(members),
        "--questions",
        "9",
        "--votes",
        "20",
        "--entry",
        entry,
        "--json",
    ]
    result = app.test_cli_runner().invoke(args=[*args, *more])
    assert result.exit_code == 0, result.output
    made: dict[str, Any] = json.loads(result.output)
    return made


def dialogue_of(app: Flask, made: dict[str, Any]) -> Dialogue:
    with app.extensions["survey"]["db"].reading() as session:
        found: Dialogue = session.scalar(select(Dialogue).where(Dialogue.code == made["code"]))
        return found


@pytest.mark.parametrize("entry", ["open", "tickets", "roll", "roll+tickets"])
@pytest.mark.parametrize("members", [0, 1, MEMBERS])
def test_there_are_as_many_entries_as_members(app: Flask, entry: str, members: int) -> None:
    made = make(app, entry, members=members)
    dialogue = dialogue_of(app, made)
    assert set(made) == {"code", "url", "staff", "entries"}
    assert len(set(made["entries"])) == len(made["entries"]) == (0 if entry == "open" else members)
    assert (dialogue.entry, dialogue.ballots, dialogue.state, dialogue.sample) == (entry, members, "live", True)
    with app.extensions["survey"]["db"].reading() as session:
        assert session.scalar(select(func.count()).select_from(Ballot)) == members


@pytest.mark.parametrize(("entry", "printed", "used"), [("tickets", 62, 31), ("roll+tickets", 30, 15), ("roll", 0, 0)])
def test_cards_of_a_sample_add_up(app: Flask, entry: str, printed: int, used: int) -> None:
    dialogue = dialogue_of(app, make(app, entry))
    with app.extensions["survey"]["db"].reading() as session:
        count = tickets.count(session, dialogue.id)
    assert (count.printed, count.used, count.void, count.missing) == (printed, used, 0, printed - used)


@pytest.mark.parametrize(("entry", "issued", "cards"), [("roll", 31, 0), ("roll+tickets", 16, 15)])
def test_the_roll_of_a_sample_adds_up(app: Flask, entry: str, issued: int, cards: int) -> None:
    """On the roll, issued and entered are in order of size, units stand in a tree, and nobody has link and card."""
    dialogue = dialogue_of(app, make(app, entry))
    with app.extensions["survey"]["roll"].reading() as session:
        roll = session.get_one(Roll, dialogue.id)
        assert (roll.frozen_total, roll.frozen_at is not None, roll.delete_on is not None) == (2 * MEMBERS, True, True)
        shown = counts.public(session, dialogue.id, opened=True)
        assert shown is not None
        modes = dict(session.execute(select(Issue.mode, func.count()).group_by(Issue.mode)).all())
        unit_ids = set(session.scalars(select(Member.unit_id)))
    assert modes == {mode: n for mode, n in (("blind", issued), ("card", cards)) if n}
    assert sum(modes.values()) == dialogue.ballots <= roll.frozen_total
    with app.extensions["survey"]["db"].reading() as session:
        known = {unit.id: unit for unit in session.scalars(select(Unit))}
    assert len(unit_ids) >= 3
    assert unit_ids <= set(known)
    assert all(known[unit].parent_id and known[unit].level for unit in unit_ids)


def test_ballots_of_a_sample_with_a_roll_are_those_of_its_members(app: Flask) -> None:
    """Made from the key `weak` as issuing makes them, so the door and the scrutineers see a real hall."""
    dialogue = dialogue_of(app, make(app, "roll", "--weak"))
    key = app.extensions["survey"]["keys"].get(dialogue.id, "weak")
    with app.extensions["survey"]["roll"].reading() as session:
        issued = list(session.scalars(select(Issue.member_id)))
    with app.extensions["survey"]["db"].reading() as session:
        ballots = set(session.scalars(select(Ballot.ballot)))
    assert ballots == {digest(token_from(key, "ballot", dialogue.id, member_id)) for member_id in issued}


def test_every_card_of_a_sample_lets_somebody_in(app: Flask) -> None:
    made = make(app, "tickets", members=6)
    base = f"/d/{made['code']}"
    for link in made["entries"]:
        assert link.startswith(f"{made['url']}/entry?ticket=")
        phone = app.test_client()
        token = csrf(phone, link.removeprefix(made["url"].removesuffix(base)))
        answer = phone.post(f"{base}/entry", data={"csrf_token": token, "ticket": link.rsplit("=", 1)[1]})
        assert answer.status_code == 303
    assert dialogue_of(app, made).ballots == 12


def test_every_link_of_a_sample_is_somebodys_who_has_no_ballot_yet(app: Flask) -> None:
    made = make(app, "roll")
    dialogue = dialogue_of(app, made)
    with app.extensions["survey"]["roll"].reading() as session:
        for link in made["entries"]:
            address, token = link.split("#")
            assert address == made["url"].replace("/d/", "/m/")
            member = issuing.by_link(session, dialogue.id, token)
            assert member is not None
            assert issuing.seat(session, dialogue.id, member.id, None) == issuing.Seat.FREE


def test_the_same_sample_twice_has_the_same_figures_and_other_secrets(app: Flask) -> None:
    first, second = (make(app, "roll+tickets") for _ in range(2))
    assert not set(first["entries"]) & set(second["entries"])
    with app.extensions["survey"]["roll"].reading() as session:
        names = [
            sorted(session.scalars(select(Member.name).where(Member.dialogue_id == dialogue_of(app, made).id)))
            for made in (first, second)
        ]
    assert names[0] == names[1]
    assert len(names[0]) == 2 * MEMBERS


@pytest.mark.parametrize("entry", ["tickets", "roll", "roll+tickets"])
@pytest.mark.parametrize("state", ["draft", "collecting", "closed", "archived"])
def test_sample_reaches_every_state_by_every_way(app: Flask, entry: str, state: str) -> None:
    assert dialogue_of(app, make(app, entry, "--state", state, members=3)).state == state


def test_the_console_shows_a_few_entries_and_says_how_many(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["sample", "department", "--entry", "tickets"])
    assert result.output.count("entry?ticket=") == 5
    assert "34 entries" in result.output


def test_a_sample_by_roll_is_strong_and_nobody_can_make_its_ballots_again(app: Flask) -> None:
    """Signed places with requests that nobody sent; `--weak` for the other mode, whose ballots come from the key."""
    strong, weak = (dialogue_of(app, make(app, "roll", *more, members=5)) for more in ((), ("--weak",)))
    assert (strong.issue_key is not None, weak.issue_key is None, strong.box_opened) == (True, True, True)
    key = app.extensions["survey"]["keys"].get(strong.id, "weak")
    with app.extensions["survey"]["roll"].reading() as session:
        issued = list(session.scalars(select(Issue).where(Issue.dialogue_id == strong.id)))
        modes = set(session.scalars(select(Issue.mode).where(Issue.dialogue_id == weak.id)))
    assert {issue.mode for issue in issued} == {issuing.Mode.BLIND}
    assert len({issue.request for issue in issued}) == 5
    assert modes == {issuing.Mode.WEAK}
    with app.extensions["survey"]["db"].reading() as session:
        ballots = set(session.scalars(select(Ballot.ballot).where(Ballot.dialogue_id == strong.id)))
    assert not ballots & {digest(token_from(key, "ballot", strong.id, issue.member_id)) for issue in issued}
