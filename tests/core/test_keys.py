"""Keys: made once, gone for good."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from survey.core.keys import KeyMissing
from survey.core.keys import KeyStore


def test_create_makes_a_key_once(tmp_path: Path) -> None:
    """A second process gets the key of the first."""
    made = KeyStore(tmp_path).create("dialogue", "vote")
    assert KeyStore(tmp_path).create("dialogue", "vote") == made
    assert KeyStore(tmp_path).get("dialogue", "vote") == made
    assert len(made) == 32


def test_a_new_key_is_durable_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut after the first vote must not take the file's entry, or every phone would be a stranger."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    KeyStore(tmp_path).create("dialogue", "vote")
    folder = tmp_path / "dialogue"
    assert synced == [path.stat().st_ino for path in (folder / "vote.key", folder, tmp_path)]


def test_keys_of_two_purposes_differ(tmp_path: Path) -> None:
    """None is derived from another."""
    store = KeyStore(tmp_path)
    assert len({store.create("a", "vote"), store.create("a", "ask"), store.create("b", "vote")}) == 3


def test_destroy_leaves_no_byte_of_the_key(tmp_path: Path) -> None:
    """Neither in the folder nor in memory; a second call changes nothing."""
    store = KeyStore(tmp_path)
    made = store.create("dialogue", "vote")
    store.destroy("dialogue", "vote")
    store.destroy("dialogue", "vote")
    with pytest.raises(KeyMissing):
        store.get("dialogue", "vote")
    assert all(made not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_torn_file_is_no_key(tmp_path: Path) -> None:
    """Counting under half a key would make every phone a stranger."""
    store = KeyStore(tmp_path)
    store.create("dialogue", "vote")
    (tmp_path / "dialogue" / "vote.key").write_bytes(b"half")
    with pytest.raises(KeyMissing):
        KeyStore(tmp_path).get("dialogue", "vote")


def test_what_a_dead_process_left_goes_with_the_key_or_in_time(tmp_path: Path) -> None:
    """A file that never got its name, or had it and kept the old one too, holds the same bytes as the key."""
    store, folder = KeyStore(tmp_path), tmp_path / "dialogue"
    for purpose in ("vote", "ask"):
        store.create("dialogue", purpose)
        (folder / f"{purpose}.0123.half").write_bytes(b"k" * 32)
    store.destroy("dialogue", "vote")
    assert sorted(path.name for path in folder.iterdir()) == ["ask.0123.half", "ask.key"]
    store.tidy("dialogue", older=60.0)
    assert (folder / "ask.0123.half").exists(), "somebody may just be writing it"
    store.tidy("dialogue", older=-1.0)
    assert [path.name for path in folder.iterdir()] == ["ask.key"]


def test_names_cannot_leave_the_folder(tmp_path: Path) -> None:
    """An id is never a path."""
    with pytest.raises(ValueError, match="not a key name"):
        KeyStore(tmp_path).get("..", "vote")


def test_a_full_disk_leaves_nothing_that_looks_like_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = KeyStore(tmp_path)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("survey.core.keys.os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            store.create("d", "box-a")
    assert list((tmp_path / "d").iterdir()) == []
    assert len(store.create("d", "box-a")) == 32, "space came back"
