"""Who is whose successor, and what the spare may be believed: other disks, servers that still run, sticks that are pulled."""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from survey.core.errors import Invalid
from survey.core.keys import KeyStore
from survey.core.settings import Settings
from survey.machine import sending
from survey.spare import copies
from survey.spare import folder
from survey.spare import sealing
from survey.spare import slots
from survey.spare import taking
from survey.spare import words
from survey.spare.folder import FILES
from survey.spare.sender import FOLDERS
from survey.spare.writing import Writer
from tests.spare.houses import House
from tests.spare.houses import house_of
from tests.spare.houses import second
from tests.spare.houses import take


@pytest.fixture
def house(settings: Settings, tmp_path: Path, migrated: Path) -> House:
    """With one key, and nobody in it."""
    house = house_of(second(tmp_path, migrated, "máy một"))
    KeyStore(house.settings.key_dir).create("dlg1", "vote")
    return house


def test_a_take_over_reads_again_what_a_running_server_sent_meanwhile(
    house: House, tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "STILL", 1.0)
    sender = house.sender
    assert sender.look() == ""
    found, said, over = folder.newest(house.usb), [], threading.Event()
    private = sealing.opened(taking.pair_of(found), words.read(house.phrase))  # type: ignore[arg-type]
    for number in range(2):  # while somebody types the words both places are written over
        KeyStore(house.settings.key_dir).create("dlg1", f"late-{number}")
        assert sender.look() == ""

    def go_on() -> None:
        while not over.wait(0.2):
            said.append(sender.look())

    going = threading.Thread(target=go_on)
    going.start()
    to = second(tmp_path, migrated)
    taken = taking.take_over(to, to.key_dir / "secret.key", found, private)
    over.set()
    going.join()
    assert KeyStore(to.key_dir).purposes("dlg1") == ["late-0", "late-1", "vote"]
    assert (taken.told, set(said)) == (True, {sending.TAKEN})


def test_a_server_that_does_not_stop_is_not_taken_over(
    house: House, tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "STILL", 0.5)
    monkeypatch.setattr(taking, "LONGEST", 1.0)
    assert house.sender.look() == ""
    writer = Writer(house.usb, copies.owner(house.settings.key_dir))  # it never looks at the marker
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(0.1):
            writer.beat(time.time(), 0.0, both=True)

    going = threading.Thread(target=go_on)
    going.start()
    to = second(tmp_path, migrated)
    with pytest.raises(Invalid, match="đang chạy"):
        take(house, to)
    over.set()
    going.join()
    assert (to.data_dir / "read-only").exists()
    again, taken = take(house, replace(to, read_only="no-words"))
    assert (taken.keys, again.read_only) == (taken.there, "")


def test_the_first_of_three_servers_knows_that_it_was_replaced(house: House, tmp_path: Path, migrated: Path) -> None:
    assert house.sender.look() == ""
    two, _taken = take(house, second(tmp_path, migrated, "máy hai"))
    two = replace(two, spare_dir=house.usb)
    assert replace(house, settings=two).sender.look() == ""
    take(house, second(tmp_path, migrated, "máy ba"))
    assert house.sender.look() == sending.TAKEN
    assert replace(house, settings=two).sender.look() == sending.TAKEN
    other = second(tmp_path, migrated, "máy lạ")
    assert replace(house, settings=replace(other, spare_dir=house.usb)).sender.look() == sending.STRANGE


def test_copies_at_another_disk_are_known_after_a_take_over(house: House, tmp_path: Path, migrated: Path) -> None:
    red = house.plug("USB đỏ")
    assert red.sender.look() == ""
    assert house.sender.look() == ""
    to, _taken = take(house, second(tmp_path, migrated))
    KeyStore(to.key_dir).destroy("dlg1", "vote")
    left = copies.left(KeyStore(to.key_dir), copies.places(to.key_dir))
    assert {one.label for one in left} == {"USB đen", "USB đỏ", taking.OLD}


def test_an_unreadable_list_is_neither_replaced_nor_passed_over(house: House) -> None:
    assert house.sender.look() == ""
    path = house.settings.key_dir / copies.COPIES
    path.write_bytes(torn := path.read_bytes()[:-3])
    with pytest.raises(copies.Unreadable):
        copies.note(house.settings.key_dir, copies.Place("z", "mới", "", ("dlg1/vote",)))
    assert path.read_bytes() == torn
    assert house.sender.look() == sending.FAILED
    path.unlink()
    (house.settings.key_dir / copies.PAIR).write_bytes(b"{")
    assert house.sender.look() == sending.FAILED, "no pass without keys"
    assert "dlg1/vote" in json.loads(folder.newest(house.usb).blobs["keys.json"])


def test_a_pass_leaves_no_time_but_that_of_the_last_look(house: House) -> None:
    sender = house.sender
    before: dict[Path, tuple[int, int]] = {}
    files: dict[Path, os.stat_result] = {}
    for number in range(4):
        KeyStore(house.settings.key_dir).create("dlg1", f"key-{number}")
        assert sender.look() == ""
        files = {path: path.stat() for path in house.usb.rglob("*") if path.is_file()}
        small = {path: (one.st_ino, one.st_size) for path, one in files.items() if path.name in SMALL}
        if number == 1:
            before = small
        assert number < 2 or small == before, "written over where they lie"
        assert {one.st_mtime for one in files.values()} == {0}
    assert not [path for path in files if "half" in path.name]
    for place in folder.PLACES:
        assert set(slots.read(house.usb / place / folder.MANIFEST)) == {"turn", "sums", "pair", "mac"}
    beat = slots.read(house.usb / folder.BEAT)
    assert all(isinstance(one, int) for one in beat.values()), "whole seconds"


SMALL = {folder.MANIFEST, folder.BEAT, folder.MARKER}


def test_a_slot_that_was_torn_leaves_the_other(tmp_path: Path) -> None:
    path = tmp_path / "slot"
    for number in range(5):
        slots.write(path, {"n": number})
        whole = path.read_bytes()
        for start in (0, slots.SIZE):
            path.write_bytes(whole[: start + 10] + b"torn" + whole[start + 14 :])
            assert slots.read(path).get("n") in ({number, number - 1} if number else {0, None})
        path.write_bytes(whole)
        assert slots.read(path) == {"n": number}


def test_an_attached_file_that_a_pulled_stick_left_empty_is_sent_again(
    house: House, tmp_path: Path, migrated: Path
) -> None:
    here, there = house.settings.data_dir / FOLDERS[0], house.usb / FILES / FOLDERS[0]
    here.mkdir(parents=True)
    (here / "plan").write_bytes(b"%PDF" * 1000)
    assert house.sender.look() == ""
    for damage in (b"", b"%PDx" * 1000):
        (there / "plan").write_bytes(damage)
        assert house.sender.look() == ""
        assert (there / "plan").read_bytes() == b"%PDF" * 1000
    (there / "plan").write_bytes(b"")
    to, taken = take(house, second(tmp_path, migrated))
    assert (taken.damaged, (to.data_dir / FOLDERS[0] / "plan").exists()) == (1, False), "and it is said"


def test_whoever_writes_to_the_spare_cannot_choose_what_is_believed(
    house: House, tmp_path: Path, migrated: Path
) -> None:
    sender = house.sender
    for _each in range(2):
        assert sender.look() == ""
    found = folder.newest(house.usb)
    forged = Writer(house.usb, copies.owner(house.settings.key_dir))
    for _each in range(2):
        forged.put({**found.blobs, "box.bin": b"mine"}, found.manifest["pair"], os.urandom(32), 1.0)
    to = second(tmp_path, migrated)
    with pytest.raises(Invalid, match="bị sửa"):
        take(house, to)
    assert not (to.key_dir / "dlg1").exists()
    assert house.sender.look() == ""
    assert take(house, replace(to, read_only="no-words"))[1].keys == 2, "the control"
