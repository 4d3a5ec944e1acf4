"""One pass: what is new goes to the spare, and what died here dies there."""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from survey.core.clock import now
from survey.core.settings import Settings
from survey.machine import sending
from survey.spare import copies
from survey.spare import sealing
from survey.spare.attached import Attached
from survey.spare.copies import Place
from survey.spare.folder import marker
from survey.spare.folder import same_disk
from survey.spare.gathering import Gathered
from survey.spare.gathering import Restless
from survey.spare.gathering import Source
from survey.spare.gathering import digest
from survey.spare.gathering import packed
from survey.spare.sealing import Pair
from survey.spare.writing import Strange
from survey.spare.writing import Writer

BOTH = 2  # passes until both places hold the newest state, and nothing of one before


@dataclass(frozen=True, slots=True)
class Lying:
    """Sealed keys in one place of the folder, and the sheet of their words."""

    sheet: str
    names: frozenset[str]


class Sender:
    """Sends what `settings` name to `settings.spare_dir`. `folders`: of attached files, below DATA_DIR."""

    def __init__(self, settings: Settings, folders: Sequence[str]) -> None:
        assert settings.spare_dir is not None
        self._settings, self._folder = settings, settings.spare_dir
        self._attached = Attached(settings.data_dir, settings.spare_dir, folders)
        self._source, self._owner = Source(settings), copies.owner(settings.key_dir)
        self._writer: Writer | None = None
        self._sent: tuple[bytes, Pair | None, list[Place]] | None = None
        self._same = 0  # passes since the last change
        self._at, self._label, self._took = 0.0, "", 0.0
        self._sheet = ""
        self._lies: list[Lying] = []  # in the two places of the folder
        self._sealed: dict[str, tuple[str, str]] = {}  # name: what tells the key, and how it lies there

    def look(self) -> str:
        """One pass, and what came of it is said; the problem, "" where there is none."""
        began = time.monotonic()
        problem = self._try()
        self._took = time.monotonic() - began
        place = self._writer.marker.id if self._writer is not None else ""
        told = sending.Sending(
            self._at, self._took, problem, self._label, self._sheet, bool(self._source.databases), place,
            same_disk(self._folder, self._settings.data_dir),
        )  # fmt: skip
        sending.say(self._settings.data_dir, told)
        return problem

    def _try(self) -> str:
        try:
            self._pass()
        except FileNotFoundError:
            problem = sending.ABSENT
        except Strange:
            found = marker(self._folder)
            replaced = found is not None and found.taken and self._owner in found.came_from
            problem = sending.TAKEN if replaced else sending.STRANGE
        except (Restless, copies.Unreadable):
            problem = sending.FAILED
        except OSError as error:
            full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
            problem = sending.FULL if full else sending.ABSENT if error.errno == errno.EIO else sending.FAILED
        else:
            return sending.FINE
        self._writer = self._sent = None  # from the beginning, with all that may lie there half
        return problem

    def _pass(self) -> None:
        looked, pair = now().timestamp(), copies.pair(self._settings.key_dir)
        self._sheet = pair.id if pair else ""
        if self._writer is None:
            self._writer = Writer(self._folder, self._owner)
            self._label, self._lies = self._writer.marker.label, self._lie(self._writer)
        self._writer.check()
        state = (self._source.state(), pair, self._elsewhere(self._writer))
        self._same = self._same + 1 if state == self._sent else 0
        if self._same < BOTH:
            looked = self._send(self._writer, pair)
            self._sent = state
        self._writer.beat(looked, self._took, both=self._same >= BOTH)
        self._at = looked

    def _send(self, writer: Writer, pair: Pair | None) -> float:
        """Into the older place. What may lie in the folder is told before it does, and no longer than it does."""
        gathered = self._source.gather()
        fresh = Lying(pair.id if pair else "", frozenset(gathered.keys if pair else ()))
        self._tell(writer, [*self._lies, fresh])
        blobs = {
            **gathered.blobs,
            "keys.json": packed(self._seal(pair, gathered) if pair else {}),
            "files.json": self._attached.send(),
            "copies.json": json.dumps(copies.plain_places(self._elsewhere(writer))).encode(),
        }
        writer.put(blobs, pair.plain() if pair else None, sealing.proof_of(pair), gathered.at)
        self._lies = [*self._lies[-1:], fresh]
        self._tell(writer, self._lies)
        return gathered.at

    def _elsewhere(self, writer: Writer) -> list[Place]:
        """The other places with copies: whoever takes over is to know them, too."""
        return [one for one in copies.places(self._settings.key_dir) if one.id != writer.marker.id]

    def _tell(self, writer: Writer, lies: Sequence[Lying]) -> None:
        names = frozenset[str]().union(*(one.names for one in lies))
        sheets = ", ".join(sorted({one.sheet for one in lies if one.names and one.sheet}))
        place = Place(writer.marker.id, writer.marker.label, sheets, tuple(sorted(names)))
        copies.note(self._settings.key_dir, place)

    def _lie(self, writer: Writer) -> list[Lying]:
        """What lies in both places of a folder that this process has not written to yet."""
        found = copies.places(self._settings.key_dir)
        return [Lying(one.sheet, frozenset(one.names)) for one in found if one.id == writer.marker.id] * 2

    def _seal(self, pair: Pair, gathered: Gathered) -> dict[str, str]:
        known, self._sealed = self._sealed, {}
        for name, key in gathered.keys.items():
            told = pair.id + digest(key)
            before = known.get(name, ("", ""))
            self._sealed[name] = before if before[0] == told else (told, sealing.seal(pair, name, key))
        return {name: sealed for name, (_told, sealed) in self._sealed.items()}
