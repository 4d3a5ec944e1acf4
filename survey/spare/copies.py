"""Where sealed copies of keys lie, and which of them outlived their keys: nobody is to believe that those are gone.

One file beside the keys. It is written before a key goes to a place, and cleared after the place holds it no more: at any
moment it names at least every place that has one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.core import durable
from survey.core.errors import Conflict
from survey.core.ids import new_id
from survey.core.keys import KeyStore
from survey.core.text import N_
from survey.spare.gathering import SECRET
from survey.spare.sealing import Pair

COPIES, PAIR, OWNER = "spare-copies.json", "spare-words.json", "spare-id"  # in KEY_DIR
UNREADABLE = N_(
    "Không đọc được spare-copies.json hoặc spare-words.json trong KEY_DIR. Đừng xóa; nhờ người giữ máy chủ xem thư mục ấy."
)


class Unreadable(Conflict):
    """What is kept about the spare is there and cannot be read; nothing is guessed in its place."""


@dataclass(frozen=True, slots=True)
class Place:
    """A disk or machine with copies of keys. `sheet`: the words that open them; without one they are open."""

    id: str
    label: str
    sheet: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """Copies at one place of keys of one dialogue that were destroyed here."""

    place: str
    label: str
    sheet: str
    dialogue_id: str
    purposes: tuple[str, ...]


def owner(key_dir: Path) -> str:
    """What this installation is called in the folders of its spares."""
    path = key_dir / OWNER
    with suppress(FileExistsError), durable.kept(key_dir):
        durable.write(path, new_id().encode())
    return path.read_text(encoding="utf-8")


def pair(key_dir: Path) -> Pair | None:
    """Under which words keys are sealed now; None where no words were made yet."""
    found = _read(key_dir / PAIR)
    try:
        return Pair(**found) if found is not None else None
    except TypeError:
        raise Unreadable(UNREADABLE) from None


def keep_pair(key_dir: Path, made: Pair) -> None:
    """From now on keys are sealed to this pair."""
    _keep(key_dir / PAIR, asdict(made))


def places(key_dir: Path) -> list[Place]:
    """Every place that may hold a copy. Raises `Unreadable`: a short list would say that copies are gone."""
    try:
        return read_places(_read(key_dir / COPIES) or [])
    except (TypeError, KeyError):
        raise Unreadable(UNREADABLE) from None


def read_places(plain: Any) -> list[Place]:
    """As `plain_places` wrote them."""
    return [Place(one["id"], one["label"], one["sheet"], tuple(one["names"])) for one in plain]


def plain_places(found: Iterable[Place]) -> list[dict[str, Any]]:
    """As they are kept and sent."""
    return [{"id": one.id, "label": one.label, "sheet": one.sheet, "names": one.names} for one in found]


def note(key_dir: Path, place: Place) -> None:
    """This is what may lie at the place now; a place that holds none any more is forgotten."""
    known = {one.id: one for one in places(key_dir)}
    if known.get(place.id) == place:
        return
    known[place.id] = place
    _keep(key_dir / COPIES, plain_places(one for one in known.values() if one.names))


def forget(key_dir: Path, place_id: str) -> None:
    """Whoever knows says that the copies at this place are destroyed."""
    note(key_dir, Place(place_id, "", "", ()))


def left(keys: KeyStore, found: Iterable[Place]) -> list[Left]:
    """Copies whose keys are destroyed here, place by place."""
    remaining = []
    for place in found:
        by_dialogue: defaultdict[str, list[str]] = defaultdict(list)
        for name in place.names:
            dialogue_id, _, purpose = name.partition("/")
            if name != SECRET and not keys.exists(dialogue_id, purpose):
                by_dialogue[dialogue_id].append(purpose)
        remaining += [
            Left(place.id, place.label, place.sheet, one, tuple(sorted(purposes)))
            for one, purposes in by_dialogue.items()
        ]
    return sorted(remaining, key=lambda one: (one.label, one.dialogue_id))


def _read(path: Path) -> Any:
    """What is there; None where there is no such file, and nothing but that."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise Unreadable(UNREADABLE) from None


def _keep(path: Path, content: object) -> None:
    half = path.with_suffix(f".{new_id()}")
    with durable.kept(path.parent):
        durable.write(half, json.dumps(content, ensure_ascii=False).encode())
        half.replace(path)
