"""Keys die on their day, for good and everywhere, with a record of each; hosts with other keys do not start."""

from __future__ import annotations

import base64
import datetime as dt
import random
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key
from flask import Flask
from sqlalchemy import delete

from survey import factory
from survey import lifecycle
from survey.cli import backups
from survey.core.clock import local
from survey.core.clock import now
from survey.core.errors import NotNow
from survey.core.keys import KeyMissing
from survey.core.keys import KeyStore
from survey.core.stores import Stores
from survey.dialogues import keyring
from survey.dialogues import queries as dialogues
from survey.dialogues import service
from survey.dialogues.models import KeyRecord
from survey.emptying import empty_box
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.security.disk import Play

Figure = Callable[[str], None]


def spelled(key: bytes) -> Iterator[bytes]:
    """A key as it might stand in a file: raw, in hex, in base64; of a private key also each of its secret numbers."""
    parts = [key]
    if key.startswith(b"\x30\x82"):
        private = load_der_private_key(key, None)
        assert isinstance(private, rsa.RSAPrivateKey)
        numbers = private.private_numbers()
        parts += [n.to_bytes((n.bit_length() + 7) // 8, "big") for n in (numbers.p, numbers.q, numbers.d)]
    for part in parts:
        yield from (part, part.hex().encode(), base64.b64encode(part).rstrip(b"="), base64.urlsafe_b64encode(part)[:-2])


def found(keys: dict[str, bytes], *folders: Path) -> list[tuple[str, str]]:
    """Which keys stand in which files."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [
        (name, path.name)
        for path in files
        for data in [path.read_bytes()]
        for name, key in keys.items()
        if any(form in data for form in spelled(key))
    ]


def held(cast: Cast) -> dict[str, bytes]:
    """Every key of the dialogue, by its purpose."""
    return {name: cast.keys.get(cast.dialogue_id, name) for name in cast.keys.purposes(cast.dialogue_id)}


@pytest.mark.claim(
    "anonymity", "after their destruction no byte string of a key stands in DATA_DIR, a log, a backup or a box"
)
def test_destroyed_keys_stand_nowhere(app: Flask, tmp_path: Path, figure: Figure) -> None:
    """A strong dialogue from the box to the last day, with backups taken while all keys lived."""
    cast = make_cast(app, "collect", entry="roll+tickets", strong=True)
    settings = app.extensions["survey"]["settings"]
    played = Play(cast, random.Random(1))
    played.prepare(12)
    cast.cards(8)
    for member in played.members:
        played.come(member)
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    played.enter_with_the_opening()
    for member in played.members:
        played.vote(member)
    keys = held(cast)
    assert {*lifecycle.PURPOSES, "issue"} <= set(keys), "the premise: all are there"
    places = (settings.data_dir, settings.key_dir, settings.box_dir, tmp_path / "backup")
    backups.backup(settings, places[3])
    assert {name for name, _file in found(keys, settings.key_dir)} == set(keys), "the control: the search finds them"
    assert found(keys, *(place for place in places if place != settings.key_dir)) == []
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
    lifecycle.sweep(cast.stores, now() + lifecycle.UNDO)
    assert {name for name, _file in found(keys, *places)} == {"vote", "ask", "response", "site", "judge", "ticket"}
    lifecycle.take(cast.stores, cast.dialogue_id, "concluded", actor="test")
    lifecycle.sweep(cast.stores, now() + dt.timedelta(days=31))
    backups.backup(settings, tmp_path / "backup" / "later")
    assert found(keys, *places) == []
    (settings.data_dir / "left").write_bytes(b"x" + keys["vote"].hex().encode() + b"y")
    assert found(keys, *places) == [("vote", "left")], "the control: it would be seen"
    count = sum(1 for key in keys.values() for _form in spelled(key))
    figure(f"{len(keys)} keys in {count} spellings, 0 found in data, logs, boxes and 2 backups")


@pytest.mark.parametrize(("days", "lasts"), [(None, 30), (2, 2), (90, 90)])
def test_the_last_keys_die_on_the_day_that_was_announced(app: Flask, days: int | None, lasts: int) -> None:
    """Not the day before; then each with a record, and the following up begins by itself."""
    cast = make_cast(app, "open_hall")
    if days is not None:
        cast.write(service.change, cast.dialogue_id, {"key_days": days})
    for step in ("closed", "concluded"):
        lifecycle.take(cast.stores, cast.dialogue_id, step, actor="test")
    day = local(now()).date() + dt.timedelta(days=lasts)
    noon = dt.datetime.combine(day, dt.time(12), dt.UTC)
    page = cast.stranger().get(cast.base).text
    assert f"hẹn hủy ngày {day.day}/{day.month}/{day.year}" in page, "every member is told"
    lifecycle.sweep(cast.stores, noon - dt.timedelta(days=1))
    assert set(held(cast)) == {"ask", "response", "site", "judge", "vote"}
    assert state(cast) == "concluded"
    for _ in range(2):
        lifecycle.sweep(cast.stores, noon)
    assert held(cast) == {}
    assert state(cast) == "following"
    with cast.reading() as session:
        ends = {one.purpose: one.destroyed_at for one in keyring.of_dialogue(session, cast.dialogue_id)}
        taken = dialogues.steps(session, cast.dialogue_id)
    assert set(ends) == set(lifecycle.PURPOSES)
    assert ends["vote"] == noon
    assert all(ends.values())
    assert [(step.after, step.actor) for step in taken][-1] == ("following", "auto")
    assert f"đã hủy ngày {day.day}/{day.month}/{day.year}" in cast.stranger().get(cast.base).text
    cast.write(lifecycle.archive, cast.dialogue_id, actor="test")


def state(cast: Cast) -> str:
    """Where the dialogue stands."""
    with cast.reading() as session:
        return dialogues.by_id(session, cast.dialogue_id).state


def test_the_day_is_chosen_on_the_page_and_never_moved(app: Flask) -> None:
    """From 1 to 90 days; once announced it stands."""
    cast = make_cast(app, "open_hall")
    organiser = cast.staff("organiser")

    def send(days: str) -> int:
        page = f"{cast.desk}/manage"
        form = {
            "theme": "Đối thoại",
            "minutes": "90",
            "ask_limit": "5",
            "key_days": days,
            "csrf_token": csrf(organiser, page),
        }
        return organiser.post(f"{cast.desk}/settings", data=form).status_code

    assert [send(days) for days in ("0", "91", "14")] == [422, 422, 303]
    for step in ("closed", "concluded"):
        lifecycle.take(cast.stores, cast.dialogue_id, step, actor="test")
    assert send("15") == 303, "the rest of the form is still good"
    with pytest.raises(NotNow):
        cast.write(service.change, cast.dialogue_id, {"key_days": 15})
    with cast.reading() as session:
        found = dialogues.by_id(session, cast.dialogue_id)
        assert found.key_days == 14
        assert found.keys_until == local(now()).date() + dt.timedelta(days=14)


def test_a_key_that_was_destroyed_or_is_not_here_is_never_made_again(cast: Cast) -> None:
    """Whoever asks for it: another one in its place would count the same phone twice."""
    keyring.destroy(cast.stores, cast.dialogue_id, ["vote"], now())
    (cast.keys.folder / cast.dialogue_id / "ask.key").unlink()  # a restore without keys
    for purpose in ("vote", "ask"):
        with pytest.raises(KeyMissing):
            cast.write(keyring.make, cast.keys, cast.dialogue_id, purpose)
    cast.write(lifecycle.make_keys, cast.keys, cast.dialogue_id)
    assert not {"vote", "ask"} & set(held(cast))


def test_a_host_with_other_keys_does_not_start(cast: Cast, tmp_path: Path) -> None:
    """Same keys: nothing. Another folder of keys: every one is missing. Another key under the same name: it stops."""
    assert keyring.compare(cast.stores) == (0, 0)
    factory.check_keys(cast.stores)
    other = Stores(cast.stores.db, cast.stores.roll, KeyStore(tmp_path / "other"), cast.stores.box)
    assert keyring.compare(other) == (0, 2 * len(lifecycle.PURPOSES)), "two dialogues"
    factory.check_keys(other)
    other.keys.create(cast.dialogue_id, "vote")
    assert keyring.compare(other).others == 1
    with pytest.raises(SystemExit, match="KEY_DIR"):
        factory.check_keys(other)


def test_keys_from_before_there_were_records_get_theirs(cast: Cast) -> None:
    """At the first start; what is missing then was destroyed before, and no file is made for it."""
    cast.write(lambda session: session.execute(delete(KeyRecord)) and None)
    cast.keys.destroy(cast.dialogue_id, "weak")
    assert keyring.compare(cast.stores) == (0, 0)
    with cast.reading() as session:
        recorded = {one.purpose for one in keyring.of_dialogue(session, cast.dialogue_id)}
    assert recorded == set(lifecycle.PURPOSES) - {"weak"}


def test_the_first_emptied_box_freezes_the_key_of_issuing(app: Flask) -> None:
    """Ballots signed under it are in: another key, or another way in, would be another vote."""
    cast = make_cast(app, "collect", entry="roll", strong=True)
    played = Play(cast, random.Random(1))
    played.prepare(10)
    first = cast.keys.get(cast.dialogue_id, "issue")
    cast.write(lifecycle.set_entry, cast.keys, cast.dialogue_id, "tickets")
    cast.write(lifecycle.set_entry, cast.keys, cast.dialogue_id, "roll", strong=True)
    assert cast.keys.get(cast.dialogue_id, "issue") == first, "and before that it is the same, too: one key a dialogue"
    for member in played.members:
        played.come(member)
        cast.stores.box.put(cast.dialogue_id, played.ballot(member), {"content": {}})
    empty_box(cast.stores, cast.dialogue_id, now())
    empty_box(cast.stores, cast.dialogue_id, now() + dt.timedelta(days=1))
    with cast.reading() as session:
        assert dialogues.by_id(session, cast.dialogue_id).ballots == 10, "the premise: the box was emptied"
    for entry, strong in (("tickets", False), ("roll", False)):
        with pytest.raises(NotNow):
            cast.write(lifecycle.set_entry, cast.keys, cast.dialogue_id, entry, strong=strong)
    assert cast.keys.get(cast.dialogue_id, "issue") == first
