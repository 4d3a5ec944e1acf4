"""Sealed records outside the databases: durable, of one size, each replaced by the next of the same, destroyed as a whole."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from survey.core import boxes
from survey.core.boxes import Boxes
from survey.core.envelopes import SIZE
from survey.core.errors import Busy
from survey.core.errors import TooLarge
from survey.core.keys import KeyStore

OWNER, MAI, BINH = "dialogue2abc", "a" * 32, "b" * 32


@pytest.fixture
def box(tmp_path: Path) -> Boxes:
    """An empty box."""
    return Boxes(tmp_path / "box", KeyStore(tmp_path / "keys"))


def files(folder: Path) -> list[Path]:
    """Every file below it."""
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_record_is_kept_replaced_and_taken_out(box: Boxes) -> None:
    assert box.look(OWNER, MAI) is None
    box.put(OWNER, MAI, {"content": "một"})
    box.put(OWNER, BINH, {"content": "hai"})
    box.put(OWNER, MAI, {"content": "ba"})
    box.put(OWNER, MAI, {"content": "bốn"}, replace=False)
    assert box.look(OWNER, MAI) == {"whose": MAI, "content": "ba"}
    assert box.count(OWNER) == 2
    assert sorted(record["content"] for record in box.waiting(OWNER)) == ["ba", "hai"]
    box.take_out(OWNER, MAI)
    box.take_out(OWNER, MAI)
    assert (box.look(OWNER, MAI), box.count(OWNER)) == (None, 1)


def test_all_records_look_alike_and_carry_no_time(box: Boxes) -> None:
    """A yes and forty thousand characters: the same size, no readable byte, no name of anybody, no time."""
    box.put(OWNER, MAI, {"content": "Vâng"})
    box.put(OWNER, BINH, {"content": "Lương " * 6_000})
    found = files(box.folder)
    assert [path.stat().st_size for path in found] == [SIZE, SIZE]
    assert all(path.stat().st_mtime == 0 and path.parent.stat().st_mtime == 0 for path in found)
    assert all(path.stat().st_mode & 0o077 == 0 for path in found)
    for path in found:
        assert not any(
            word in path.read_bytes() + str(path).encode() for word in (MAI.encode(), "Lương".encode(), b"content")
        )


def test_what_no_envelope_holds_is_refused(box: Boxes) -> None:
    with pytest.raises(TooLarge):
        box.put(OWNER, MAI, {"content": os.urandom(SIZE).hex()})
    assert files(box.folder) == []


def test_a_filling_that_is_shut_takes_nothing_more_and_vanishes_as_a_whole(box: Boxes) -> None:
    """What comes meanwhile goes into the next one, under another key; afterwards nothing of the first is left."""
    keys = box._keys
    box.put(OWNER, MAI, {"content": "một"})
    sealed = files(box.folder)[0].read_bytes()
    box.shut(OWNER)
    box.put(OWNER, MAI, {"content": "hai"})
    first, second = box.fillings(OWNER, "shut", "open")
    assert (first.state, second.state, first.number < second.number) == ("shut", "open", True)
    key = keys.get(OWNER, first.key)
    assert [record["content"] for record in box.records(first)] == ["một"]
    assert box.look(OWNER, MAI) == {"whose": MAI, "content": "hai"}
    box.destroy(first)
    box.destroy(first)
    left = b"".join(path.read_bytes() for path in files(box.folder.parent))
    assert key not in left
    assert sealed not in left
    assert keys.purposes(OWNER) == [second.key]
    assert box.fillings(OWNER, "open", "shut", "done") == [second]


def test_what_was_cut_off_is_tidied(box: Boxes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that was never put in place, and a filling whose key is gone and whose records are not."""
    box.put(OWNER, MAI, {"content": "một"})
    box.shut(OWNER)
    done = box._rename(box.fillings(OWNER, "shut")[0], "done")
    box._keys.destroy(OWNER, done.key)
    half = box.folder / OWNER / "half-abc"
    half.write_bytes(b"x")
    box.tidy(OWNER)
    assert files(box.folder) == [half]  # it may be somebody's who is just writing
    monkeypatch.setattr(boxes, "_ABANDONED", -1.0)
    box.tidy(OWNER)
    assert files(box.folder) == []


def test_a_record_that_is_damaged_stops_no_other(box: Boxes) -> None:
    box.put(OWNER, MAI, {"content": "một"})
    box.put(OWNER, BINH, {"content": "hai"})
    one = files(box.folder)[0]
    one.write_bytes(bytes(SIZE))
    assert len(box.waiting(OWNER)) == 1


def test_a_box_that_cannot_be_written_says_so(box: Boxes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never an acknowledgement for what is not certain to be there."""
    monkeypatch.setattr(boxes, "_TRIES", 2)
    monkeypatch.setattr(Boxes, "_put", lambda *_args, **_more: False)
    with pytest.raises(Busy):
        box.put(OWNER, MAI, {})


@pytest.mark.claim("reliability", "drops while the box is being shut: none is lost, whoever is in between")
def test_drops_race_with_emptyings(box: Boxes, figure: Callable[[str], None]) -> None:
    """Three hands put, one shuts and takes out all the time, as two processes would: what was put comes out."""
    put: list[str] = []
    came: set[str] = set()
    over = threading.Event()

    def drop(hand: int) -> None:
        for number in range(60):
            whose = f"{hand:016x}{number:016x}"
            with contextlib.suppress(Busy):  # nobody empties so fast, and then nothing is acknowledged
                box.put(OWNER, whose, {"content": "x"})
                put.append(whose)

    def empty() -> int:
        box.shut(OWNER)
        found = box.fillings(OWNER, "shut")
        for filling in found:
            came.update(record["whose"] for record in box.records(filling))
            box.destroy(filling)
        return len(found)

    def emptying() -> None:
        while not over.is_set():
            rounds.append(empty())

    rounds: list[int] = []
    hands = [threading.Thread(target=drop, args=(hand,)) for hand in range(3)]
    one = threading.Thread(target=emptying)
    for thread in (*hands, one):
        thread.start()
    for thread in hands:
        thread.join()
    over.set()
    one.join()
    empty()
    figure(f"{len(put)} drops, {sum(rounds)} fillings, {len(set(put) - came)} lost")
    assert sum(rounds) > 3
    assert len(put) > 100
    assert set(put) <= came
    assert files(box.folder) == []
