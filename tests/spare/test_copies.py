"""What lies at a spare: keys as noise, no words anywhere, no order and no row of times; and what dies with its key."""

from __future__ import annotations

import itertools
import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from survey import lifecycle
from survey.accounts import service as accounts
from survey.accounts.models import StaffLog
from survey.core import readonly
from survey.core import settings as core_settings
from survey.core.clock import now
from survey.core.settings import BadSetting
from survey.core.settings import Settings
from survey.dialogues import keyring
from survey.dialogues.models import DialogueLog
from survey.machine import sending
from survey.moderation import erasing
from survey.moderation.state import REASONS
from survey.spare import copies
from survey.spare import folder
from survey.spare import sealing
from survey.spare import tending
from survey.spare import words
from survey.spare.folder import FILES
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.questions.conftest import add
from tests.spare.houses import house_of
from tests.spare.houses import second
from tests.spare.houses import serving
from tests.spare.houses import take

Figure = Callable[[str], None]


def everything(*roots: Path) -> bytes:
    """All bytes and all names below these folders."""
    paths = [path for root in roots for path in sorted(root.rglob("*"))]
    return b"\n".join([str(paths).encode(), *(path.read_bytes() for path in paths if path.is_file())])


def sealed_at(usb: Path) -> list[set[str]]:
    """The names of the keys in each of the two places."""
    return [set(json.loads((usb / place / "keys.json").read_bytes())) for place in folder.PLACES]


def test_words_can_be_typed_and_read_out() -> None:
    assert (len(words.SYLLABLES), len(set(words.SYLLABLES))) == (256, 256)
    assert all(one.isascii() for one in words.SYLLABLES)
    for start in ("x", "tr", "n", "d", "r"):  # each has a neighbour that some region does not tell from it
        assert not any(one.startswith(start) and not one.startswith(("ng", "nh")) for one in words.SYLLABLES)
    assert not any(one.endswith("n") for one in words.SYLLABLES)
    phrase, pair = sealing.new()
    assert len(words.lines(phrase)) == words.WORDS
    typed = "\n".join(f"{number}. {line.upper()}" for number, line in enumerate(words.lines(phrase), 1))
    assert (
        sealing.unseal(sealing.opened(pair, words.read(typed)), "a/vote", sealing.seal(pair, "a/vote", b"k" * 32))
        == b"k" * 32
    )
    assert words.strange(["cao", "caoo"]) == {"caoo": ["cao", *words.strange(["caoo"])["caoo"][1:]]}
    with pytest.raises(Exception, match="Tám từ"):
        sealing.opened(pair, ["cao"] * 16)


@pytest.mark.claim(
    "anonymity", "at the spare keys are noise, words are nowhere, and nothing tells an order or a row of times"
)
def test_nothing_at_the_spare_links(settings: Settings, figure: Figure, capfd: pytest.CaptureFixture[str]) -> None:
    house = house_of(settings)
    with serving(house.settings) as app:
        cast, sender = make_cast(app, "open_hall"), house.sender
        for number in range(30):
            cast.write(add, cast.dialogue_id, f"Câu số {number}")
            cast.member()
            if number % 5 == 0:
                assert sender.look() == ""
        for _each in range(3):
            assert sender.look() == ""
        gone = cast.write(add, cast.dialogue_id, "Điều chỉ có một lúc")
        assert sender.look() == ""
        assert "Điều chỉ có một lúc".encode() in everything(house.usb), "the premise"
        cast.write(erasing.erase, cast.dialogue_id, gone, actor="test", reason=next(iter(REASONS)))
        erasing.scrub(cast.stores.db)
        for _each in range(2):
            assert sender.look() == ""
        keys = [cast.keys.get(cast.dialogue_id, purpose) for purpose in cast.keys.purposes(cast.dialogue_id)]
        there, here = everything(house.usb), everything(settings.data_dir, settings.key_dir, settings.box_dir)
    assert len(keys) > 5
    assert not [key for key in (*keys, settings.secret_key) if key in there]
    assert "Điều chỉ có một lúc".encode() not in there, "what was erased is written over in both places"
    parts = house.phrase.split()
    runs = [" ".join(parts[start : start + 3]).encode() for start in range(14)]
    said = capfd.readouterr()
    assert not [run for run in runs if run in there + here + said.out.encode() + said.err.encode()], "the words"
    names = {path.name for path in house.usb.rglob("*") if path.is_file() and path.parent.name in folder.PLACES}
    assert names == {
        "main.sqlite3",
        "roll.sqlite3",
        "box.bin",
        "keys.json",
        "files.json",
        "copies.json",
        "manifest.json",
    }, "no log beside a database"
    assert sorted(path.name for path in house.usb.iterdir()) == sorted([*folder.PLACES, folder.BEAT, folder.MARKER])
    for path in house.usb.glob("*/*"):
        assert path.stat().st_mtime == 0, path
    for one, other in itertools.combinations(folder.PLACES, 2):
        assert rows(house.usb / one) == rows(house.usb / other), (
            "both are of now: nothing to hold one against the other"
        )
    figure(f"2 places of the same state, {len(keys)} keys sealed, 0 of them in {len(there) // 1024} KiB")


def rows(place: Path) -> list[tuple[object, ...]]:
    """The ballots and questions of one place."""
    with sqlite3.connect(f"{(place / 'main.sqlite3').absolute().as_uri()}?mode=ro&immutable=1", uri=True) as database:
        return database.execute("SELECT id FROM questions UNION ALL SELECT hex(ballot) FROM ballots").fetchall()


@pytest.mark.claim(
    "anonymity", "a destroyed key dies at the spare too; copies out of reach are on the page and in the log"
)
def test_destroying_a_key_reaches_what_can_be_reached(settings: Settings, figure: Figure) -> None:
    house = house_of(settings)
    with serving(house.settings) as app:
        cast, sender = make_cast(app, "open_hall"), house.sender
        for _each in range(2):
            assert sender.look() == ""
        name = f"{cast.dialogue_id}/vote"
        assert [name in one for one in sealed_at(house.usb)] == [True, True]
        other = house.plug("USB hai")  # the first is pulled out, and lies in a drawer
        app.extensions["survey"]["settings"] = other.settings
        for _each in range(2):
            assert other.sender.look() == ""
        second_sender = other.sender
        lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")
        keyring.destroy(cast.stores, cast.dialogue_id, ["vote", "pass"], now())
        for _each in range(2):
            assert second_sender.look() == ""
        assert [name in one for one in sealed_at(other.usb)] == [False, False]
        assert name not in {
            one for place in copies.places(settings.key_dir) if place.label == "USB hai" for one in place.names
        }
        left = tending.out_of_reach(other.settings, cast.keys)
        assert [(one.label, one.dialogue_id, one.purposes) for one in left] == [
            ("USB đen", cast.dialogue_id, ("pass", "vote"))
        ]
        for _twice in range(2):
            tending.note_left(other.settings, cast.stores)
        with cast.reading() as session:
            noted = session.scalars(select(StaffLog).where(StaffLog.action == tending.ACTION)).all()
            steps = session.scalars(select(DialogueLog).where(DialogueLog.after == tending.ACTION)).all()
        assert [(row.detail["place"], row.detail["keys"]) for row in noted] == [("USB đen", "pass, vote")]
        assert len(steps) == 1
        keeper = cast.staff("organiser", whole_organisation=True)
        page = keeper.get("/s/spare").text
        assert "USB đen" in page
        assert "Khóa dấu ủng hộ" in page
        assert "còn bản niêm phong" in keeper.get(f"{cast.desk}/manage").text
        app.extensions["survey"]["settings"] = house.settings  # the first is back
        back = house.sender
        for _each in range(2):
            assert back.look() == ""
        assert [name in one for one in sealed_at(house.usb)] == [False, False]
        assert not tending.out_of_reach(house.settings, cast.keys)
    figure("2 of 2 places cleared; 1 away, listed with 2 keys until it was back")


def test_whoever_was_replaced_takes_nothing_more(settings: Settings, tmp_path: Path, migrated: Path) -> None:
    house = house_of(settings)
    with serving(house.settings) as app:
        cast, sender = make_cast(app, "open_hall"), house.sender
        assert sender.look() == ""
        after, _taken = take(house, second(tmp_path, migrated))
        assert sender.look() == sending.TAKEN
        tending.step_back(house.settings, cast.stores)
        with pytest.raises(readonly.ReadOnly):
            cast.write(add, cast.dialogue_id, "Câu này không vào")
        assert readonly.why(settings.data_dir) == readonly.TAKEN, "also after a restart"
        assert "đã thay máy này" in cast.stranger().get("/").text
    old = [one for one in copies.places(after.key_dir) if one.label == "máy chủ cũ"]
    assert len(old) == 1, "its keys lie there as they are, and the spare knows"
    assert old[0].sheet == ""
    assert replace(house, settings=replace(after, spare_dir=house.usb)).sender.look() == "", "the spare goes on sending"


def test_a_folder_that_nobody_prepared_is_never_written_to(settings: Settings, tmp_path: Path, migrated: Path) -> None:
    house = house_of(settings)
    empty = tmp_path / "not plugged in"
    empty.mkdir()
    assert replace(house, settings=replace(house.settings, spare_dir=empty)).sender.look() == sending.ABSENT
    assert not list(empty.iterdir())
    foreign = second(tmp_path, migrated)
    with pytest.raises(Exception, match="máy chủ khác"):
        folder.prepare(house.usb, copies.owner(foreign.key_dir), "")
    for place in ("inside", ".."):
        with pytest.raises(BadSetting):
            core_settings.load({"DATA_DIR": str(tmp_path / "d"), "SPARE_DIR": str(tmp_path / "d" / place)})
    assert not (house.usb / FILES).exists()


def test_the_page_shows_words_once(settings: Settings) -> None:
    house = house_of(settings)
    (settings.key_dir / copies.PAIR).unlink()
    with serving(house.settings) as app:
        db = app.extensions["survey"]["db"]
        ours = db.write(accounts.create_organisation, "Tỉnh đoàn Cà Mau")
        keeper = app.test_client()
        keeper.get(f"/s/invitation/{db.write(accounts.sample_link, ours, 'organiser', None, name='Lan')}")
        form = {"csrf_token": csrf(keeper, "/s/spare"), "seen": "-"}
        shown = keeper.post("/s/spare/words", data=form)
        pair = copies.pair(settings.key_dir)
        assert pair is not None
        phrase = " ".join(re.findall(r'<b class="n grow">\d\. ([a-z ]+)</b>', shown.text))
        assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "no-store")
        assert sealing.opened(pair, words.read(phrase)) is not None
        assert keeper.post("/s/spare/words", data=form).status_code == 409, "a reload makes no other sheet"
        assert copies.pair(settings.key_dir) == pair
        later = keeper.get("/s/spare").text
        assert pair.id in later
        assert not [word for word in words.lines(phrase) if word in later]
        cast = make_cast(app, "open_hall")
        refused = keeper.post("/s/spare/words", data={**form, "seen": pair.id})
        assert refused.status_code == 409, "several houses on this machine: by command alone"
        assert cast.staff("organiser").get("/s/spare").status_code in {403, 404}, "not of one dialogue alone"


def test_the_page_says_how_it_stands(settings: Settings) -> None:
    house = house_of(settings)
    with serving(house.settings) as app:
        cast = make_cast(app, "open_hall")
        keeper = cast.staff("organiser", whole_organisation=True)
        said = {}
        for problem, at in (("", now().timestamp()), ("", now().timestamp() - 60), ("absent", 0.0), ("full", 1.0)):
            sending.say(settings.data_dir, sending.Sending(at, 0.1, problem, "USB đen", "ABCDEF", True))
            line = re.search(r'id="c-spare"[^>]*data-state="(\w+)"', keeper.get(f"{cast.desk}/ready").text)
            assert line is not None
            said[problem, at > 0, line[1]] = re.findall(
                r'<section id="spare".*?note-(\w+)', keeper.get("/s/spare").text, re.S
            )[0]
        assert set(said.values()) == {"ok", "red"}
        assert sorted(said) == [("", True, "ok"), ("", True, "red"), ("absent", False, "red"), ("full", True, "red")]
        sending.say(settings.data_dir, sending.Sending(now().timestamp(), 0.1, "", "USB đen", "ABCDEF", True))
        figures = app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).text
        assert float(re.findall(r"^doithoai_spare_age_seconds (\S+)", figures, re.M)[0]) < 30
        assert "sang máy dự phòng" in keeper.get("/s/operator").text
