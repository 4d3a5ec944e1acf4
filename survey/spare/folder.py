"""The folder of a spare: two places that are written over in turn, so that one of them is whole whenever power fails.

What is there is written over where it lies and never beside it: a row of copies, each of its few seconds, would be the list
of moments that no row of ours holds (rule D1, ADR 49). Which place is the newer one is told by a number that goes round,
and the only times are those of the last look and of what lies in the older place, in one small file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import Any

from survey.core.errors import Invalid
from survey.core.ids import new_id
from survey.core.text import N_
from survey.spare import slots

MARKER, BEAT, MANIFEST, FILES = "doi-thoai-spare.json", "beat.json", "manifest.json", "files"
PLACES, ROUND = ("a", "b"), 3
LONGEST_LABEL, OWNERS = 120, 40  # letters, and installations before this one that a marker has room for
TRIES, PAUSE = 6, 0.2  # at a folder that is being written to


@dataclass(frozen=True, slots=True)
class Marker:
    """Says that a folder is a spare, and of which installation; without one nothing is ever written there."""

    id: str
    owner: str
    label: str
    taken: bool = False  # whoever owns it took over from another
    came_from: tuple[str, ...] = ()  # from which, one after the other


def marker(folder: Path) -> Marker | None:
    """What says that this folder is a spare; None where nothing does, or where it is not there."""
    with suppress(TypeError):
        found = Marker(**slots.read(folder / MARKER))
        return replace(found, came_from=tuple(found.came_from))
    return None


def mark(folder: Path, made: Marker) -> None:
    """Make the folder the spare of its owner."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    label, owners = made.label[:LONGEST_LABEL], made.came_from[-OWNERS:]
    slots.write(folder / MARKER, asdict(replace(made, label=label, came_from=owners)))


def check_apart(folder: Path, data_dir: Path) -> None:
    """Raise `Invalid` where the spare would die with the server."""
    if same_disk(folder, data_dir):
        raise Invalid(
            N_("Thư mục này cùng một ổ với máy chủ: ổ hỏng thì mất cả hai. Hãy dùng ổ USB hoặc thư mục của máy khác.")
        )


def prepare(folder: Path, owner: str, label: str) -> Marker:
    """Make `folder` a spare of ours; one that is already stays as it is. Raises `Invalid` for another's."""
    known = marker(folder)
    if known is not None and known.owner != owner:
        raise Invalid(
            N_("Thư mục này là bản dự phòng của máy chủ khác. Hãy dùng thư mục khác, hoặc xóa nó nếu chắc chắn.")
        )
    if known is None:
        known = Marker(new_id(), owner, label)
        try:
            mark(folder, known)
        except OSError:
            raise Invalid(
                N_("Không ghi được vào thư mục dự phòng. Hãy cắm ổ vào, hoặc nối lại thư mục chia sẻ.")
            ) from None
    return known


@dataclass(frozen=True, slots=True)
class Found:
    """The newest whole copy in a folder. `at`: until when everything is there; 0 where that is not known.

    `blobs` are the very bytes whose sums were looked at: what the folder becomes meanwhile changes nothing.
    """

    folder: Path
    place: Path
    marker: Marker
    manifest: Mapping[str, Any]
    blobs: Mapping[str, bytes]
    at: float

    def proven(self, key: bytes) -> bool:
        """Whether whoever has `key` sent it as it is."""
        told = {name: value for name, value in self.manifest.items() if name != "mac"}
        return hmac.compare_digest(str(self.manifest.get("mac")), mac_of(key, told))


def newest(folder: Path) -> Found:
    """The newest copy whose every byte is as it was sent. Raises `Invalid` where there is none."""
    known = marker(folder)
    if known is None:
        raise Invalid(N_("Thư mục này không phải là bản dự phòng: không có tệp doi-thoai-spare.json."))
    for one in range(TRIES):  # a place that was whole may be the one that is written over while it is read
        if one:
            time.sleep(PAUSE)
        found = _whole(folder, known)
        if found is not None:
            return found
    raise Invalid(N_("Bản dự phòng chưa gửi xong lần nào, hoặc đã hỏng. Hãy dùng bản sao lưu gần nhất."))


def _whole(folder: Path, known: Marker) -> Found | None:
    places = {turn: folder / place for place in PLACES if (turn := turn_of(folder / place)) is not None}
    whole = {turn: told for turn, place in places.items() if (told := _blobs(place)) is not None}
    if not whole:
        return None
    turn = next((one for one in whole if (one - 1) % ROUND in whole), next(iter(whole)))
    manifest, blobs = whole[turn]
    beat = slots.read(folder / BEAT)
    behind = (turn + 1) % ROUND in places or beat.get("turn") == (turn + 1) % ROUND  # the newer one is damaged
    return Found(folder, places[turn], known, manifest, blobs, float(beat.get("older" if behind else "at", 0)))


def beat(folder: Path) -> tuple[bytes, float]:
    """What changes with each pass, as it lies there, and how long the last pass took."""
    with suppress(OSError):
        return (folder / BEAT).read_bytes(), float(slots.read(folder / BEAT).get("took", 0))
    return b"", 0.0


def same_disk(folder: Path, other: Path) -> bool:
    """Whether both lie on one disk, as far as the system tells; what is not there yet lies where its parent does."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    with suppress(OSError):
        return folder.stat().st_dev == other.stat().st_dev
    return False


def newer(turns: list[int | None]) -> str:
    """Which of the two places was written last."""
    first, second = turns
    if first is None or second is None:
        return PLACES[0] if second is None else PLACES[1]
    return PLACES[0] if (first - second) % ROUND == 1 else PLACES[1]


def turn_of(place: Path) -> int | None:
    """The number of what lies there; None while it is written."""
    turn = slots.read(place / MANIFEST).get("turn")
    return turn if isinstance(turn, int) else None


def _blobs(place: Path) -> tuple[dict[str, Any], dict[str, bytes]] | None:
    """The manifest, and everything that it names; None where a byte is another."""
    manifest = slots.read(place / MANIFEST)
    with suppress(OSError, KeyError):
        blobs = {name: (place / name).read_bytes() for name in manifest["sums"] if name == Path(name).name}
        if {name: hashlib.sha256(one).hexdigest() for name, one in blobs.items()} == manifest["sums"]:
            return manifest, blobs
    return None


def mac_of(key: bytes, told: Mapping[str, Any]) -> str:
    """What proves a manifest; "" without a key."""
    return hmac.digest(key, json.dumps(told, sort_keys=True).encode(), "sha256").hex() if key else ""
