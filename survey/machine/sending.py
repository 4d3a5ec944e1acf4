"""How it stands with the spare, as the process that sends to it last said. What is asked for a page reads one small file."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

from survey.core.clock import now

FILE = "spare-state.json"  # in DATA_DIR
STALE = 15.0  # seconds, after which whoever looks should do something
FINE, ABSENT, STRANGE, TAKEN, FULL, FAILED = "", "absent", "strange", "taken", "full", "failed"


@dataclass(frozen=True, slots=True)
class Sending:
    """`at`: until when everything is there (Unix time, 0: never). `sheet`: of the words that the keys lie under ("": none)."""

    at: float
    took: float
    problem: str
    label: str
    sheet: str
    databases: bool  # False: they have a replica of their own
    place: str = ""  # id of the folder that is being written to
    same_disk: bool = False  # as the server: both die together

    @property
    def age(self) -> float | None:
        """Seconds since then; None where nothing was ever sent."""
        return max(now().timestamp() - self.at, 0.0) if self.at else None

    @property
    def stale(self) -> bool:
        """Whether what is there is too old to be a spare, or something is in the way."""
        return bool(self.problem) or self.age is None or self.age > STALE

    @property
    def moment(self) -> dt.datetime | None:
        """`at`, as a time."""
        return dt.datetime.fromtimestamp(self.at, dt.UTC) if self.at else None


NEVER = Sending(0.0, 0.0, ABSENT, "", "", True)


def read(data_dir: Path) -> Sending:
    """What was said last; `NEVER` where nothing was."""
    with suppress(OSError, ValueError, TypeError):
        return Sending(**json.loads((data_dir / FILE).read_text(encoding="utf-8")))
    return NEVER


def say(data_dir: Path, sending: Sending) -> None:
    """From now on this is how it stands. One process at a time says so."""
    half = data_dir / f"{FILE}.half"
    half.write_text(json.dumps(asdict(sending), ensure_ascii=False), encoding="utf-8")
    half.replace(data_dir / FILE)
