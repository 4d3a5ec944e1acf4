"""What an observer learns by the clock from the real box and gate, and what is left when the server dies at any instruction."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
import re
import select as waiting
import signal
import statistics
import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from survey import emptying
from survey.core import boxes
from survey.core.boxes import Boxes
from survey.core.db import Database
from survey.core.ids import digest
from survey.core.ids import new_token
from survey.core.keys import KeyStore
from survey.core.stores import Stores
from survey.questions.models import Gathered
from survey.questions.models import Question
from survey.room import box
from survey.room import filling as rules
from survey.room.models import Ballot
from tests.room.halls import DAY
from tests.room.halls import Hall
from tests.room.halls import at
from tests.room.halls import hall_of
from tests.room.halls import house

Figure = Callable[[str], None]
CHANCE = 1 / 5


@pytest.fixture(scope="module")
def app(migrated: Path) -> Iterator[Flask]:
    """One program for all halls of this file."""
    with house(migrated) as found:
        yield found


def by_day(chance: random.Random, number: int, days: int) -> list[float]:
    """So many hours after nine on the first day at which somebody comes, at seven to eleven in the evening."""
    return sorted(24 * chance.randrange(days) + chance.uniform(-2, 14) for _ in range(number))


def by_rate(chance: random.Random, an_hour: float) -> list[float]:
    """Two hundred who come at such a rate, day and night, in ten days at most."""
    found: list[float] = []
    hours = 0.0
    while len(found) < 200 and (hours := hours + chance.expovariate(an_hour)) < 240:
        found.append(hours)
    return found


def stands(hall: Hall) -> set[bytes]:
    """Every ballot that whoever copies the disk finds now."""
    with hall.cast.reading() as session:
        return set(session.scalars(select(Ballot.ballot).where(Ballot.dialogue_id == hall.id)))


def observe(hall: Hall, hours: list[float]) -> tuple[float, float]:
    """The best guess of who knows when each took a ballot and sees every later disk; and the mean hours to the board."""
    moments = sorted(
        {*hours, *(h for day in range(-1, int(max(hours) / 24) + 2) for h in (24 * day + 3.001, 24 * day + 11.001))}
    )
    waits: dict[bytes, float] = {}
    worst, late, before = 0.0, [], stands(hall)
    coming, dialogue = set(hours), hall.now
    for moment in moments:
        if moment in coming:
            secret = new_token()
            box.drop(hall.stores.box, dialogue, digest(secret).hex(), {})
            waits[digest(secret)] = moment
            continue
        hall.empty(at(moment))
        new = stands(hall) - before
        if new:
            assert new == set(waits), "whoever waited is in, and nobody else"
            worst = max(worst, 1 / len(new))
            late += [moment - waits.pop(ballot) for ballot in new]
            before |= new
    return worst, statistics.mean(late) if late else 0.0


def linked_by_minutes(hours: list[float], minutes: float = 10) -> float:
    """The control: who enters with five others or after ten minutes; the share of those who enter alone."""
    alone = 0
    group: list[float] = []
    for hour in [*sorted(hours), float("inf")]:
        while group and (len(group) == 5 or hour > group[0] + minutes / 60):
            leaves = group if len(group) == 5 else group[:1]
            alone += len(leaves) == 1 and len(group) == 1
            group = group[len(leaves) :]
        group.append(hour)
    return alone / len(hours)


@pytest.mark.claim("anonymity", "early voices over days: whoever sees every later disk links nobody with more than 1/5")
def test_sparse_drops_are_linked_to_nobody(app: Flask, figure: Figure) -> None:
    """Through the real box on a simulated clock; the control is a gate of five people or ten minutes."""
    chance = random.Random(4)
    crowds = {
        "660 over 14 days": by_day(chance, 660, 14), "30 over 7 days": by_day(chance, 30, 7),
        **{f"{rate} an hour": by_rate(chance, rate) for rate in (0.5, 2, 6)},
    }  # fmt: skip
    seen: dict[str, tuple[float, float]] = {}
    said: list[str] = []
    for name, hours in crowds.items():
        worst, late = observe(hall_of(app), hours)
        control = linked_by_minutes(hours)
        seen[name] = (worst, control)
        said.append(f"{name}: best guess 1/{round(1 / worst)}, {late:.1f} h to the board, control {control:.0%} alone")
    figure("; ".join(said))
    assert max(worst for worst, _control in seen.values()) <= CHANCE
    assert max(control for _worst, control in seen.values()) > 0.6


@pytest.mark.claim(
    "anonymity", "eight late comers in an hour: nobody who did not choose it is linked with more than 1/5"
)
def test_late_comers_are_linked_to_nobody(app: Flask, figure: Figure) -> None:
    """The first five enter together; three go on reading. Whoever goes in alone has chosen it and is counted."""
    hall = hall_of(app)
    hall.open(at(0))
    hall.empty(at(0.1))
    came = [(at(1 + 7.5 * number / 60), new_token()) for number in range(8)]
    sizes = []
    for moment, secret in came:
        before = len(stands(hall))
        hall.knock(secret, moment)
        sizes.append(len(stands(hall)) - before)
    figure(
        f"entered together: {[size for size in sizes if size]}, {hall.waiting} still read, {hall.now.alone} chose alone"
    )
    assert [size for size in sizes if size] == [5]
    assert (hall.waiting, hall.now.alone) == (3, 0)


@pytest.mark.claim("anonymity", "around the opening whoever logs every request links at most 1.5 times chance")
@pytest.mark.parametrize("members", [50, 200])
def test_the_order_of_entering_says_nothing(members: int, figure: Figure) -> None:
    """Who waits half an hour enters after a delay of its own script; the control enters at once, in the order of its beat."""
    window = int(re.search(r"data-live=\"\{\{ (\d+) if", SCRIPT_PAGE.read_text())[1])  # type: ignore[index]
    assert "await pause(live * Math.random())" in SCRIPT.read_text()
    assert dt.timedelta(seconds=window) < rules.WINDOW

    def linked(delay: float) -> float:
        taken = sorted((random.uniform(0, 1800), member) for member in range(members))
        entered = sorted((random.uniform(0, delay) if delay else at_, member) for at_, member in taken)
        pairs = zip(taken, entered, strict=True)
        return sum(one[1] == other[1] for one, other in pairs) / members

    found = statistics.mean(linked(window) for _ in range(200))
    control = linked(0)
    figure(f"{members} members: {found:.2%} by order (chance {1 / members:.2%}); at once {control:.0%}")
    assert found <= 1.5 / members
    assert control > 0.9


SCRIPT_PAGE, SCRIPT = Path("templates/room/credential.html"), Path("static/js/credential.js")


# --- the server dies -------------------------------------------------------------------------------------------------


def fresh(hall: Hall) -> Stores:
    """The same files as another process opens them."""
    ours = hall.stores
    keys = KeyStore(ours.keys.folder)
    return Stores(Database(ours.db.url), Database(ours.roll.url), keys, Boxes(ours.box.folder, keys))


def in_child(
    hall: Hall, work: Callable[[Stores, Callable[[str], None]], None], after: float | None = None
) -> list[str]:
    """Do `work` in a process of its own, killed after so many seconds; what it told until then."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            os.close(read)
            work(fresh(hall), lambda line: _tell(write, line))
        os._exit(0)
    os.close(write)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    told = b""
    while waiting.select([read], [], [], 30)[0] and (some := os.read(read, 65_536)):
        told += some
    os.waitpid(child, 0)
    os.close(read)
    return told.decode().split()


def _tell(handle: int, line: str) -> None:
    os.write(handle, f"{line}\n".encode())


def envelope(number: int) -> dict[str, Any]:
    """Something that is found again."""
    return {
        "questions": [{"body": f"Câu hỏi mang số {number} của chúng tôi", "topic": "", "client_id": "c"}],
        "responses": {},
    }


def ballot(number: int) -> str:
    """Whose it is."""
    return digest(f"ballot {number}").hex()


def bodies(hall: Hall) -> Counter[str]:
    """Every question of the dialogue, with how often it is there."""
    with hall.cast.reading() as session:
        return Counter(
            body for model in (Question, Gathered)
            for body in session.scalars(select(model.body).where(model.dialogue_id == hall.id))
        )  # fmt: skip


def judge(hall: Hall, told: list[str]) -> tuple[int, int]:
    """Acknowledged envelopes that are lost, and those that count twice."""
    hall.stores.box.shut(hall.id)
    hall.empty(at(0))
    found, numbers = bodies(hall), {int(line) for line in told}
    inside = {one.hex() for one in stands(hall)}
    lost = sum(not found[envelope(n)["questions"][0]["body"]] or ballot(n) not in inside for n in numbers)
    return lost, sum(number > 1 for number in found.values()) + abs(hall.now.ballots - len(inside))


def left(hall: Hall) -> list[Path]:
    """Files of the box and its keys."""
    keys = (hall.stores.keys.folder / hall.id).glob("box-*")
    return [path for path in (hall.stores.box.folder / hall.id).rglob("*") if path.is_file()] + list(keys)


class Cut:
    """Counts what goes to the disk in this process and dies before the n-th."""

    def __init__(self, n: int) -> None:
        self.left = n

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Stand in front of everything that changes a file or a row."""
        for owner, name in ((os, "fsync"), (os, "utime"), (Path, "rename"), (Path, "replace"), (Path, "mkdir"),
                            (Path, "unlink"), (os, "rmdir")):  # fmt: skip
            patch.setattr(owner, name, self._before(getattr(owner, name)))
        write = Database.write
        patch.setattr(Database, "write", lambda db, fn, *a, **k: self._after(self._before(write)(db, fn, *a, **k)))

    def _before(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def acting(*args: Any, **more: Any) -> Any:
            self._count()
            return act(*args, **more)

        return acting

    def _after(self, result: Any) -> Any:
        self._count()
        return result

    def _count(self) -> None:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)


def round_of(numbers: range, cut: Cut | None = None) -> Callable[[Stores, Callable[[str], None]], None]:
    """Drop these, empty the box, say so."""

    def work(stores: Stores, tell: Callable[[str], None]) -> None:
        with pytest.MonkeyPatch.context() as patch:
            if cut:
                cut.watch(patch)
            dialogue_id = HALL[0].id
            for number in numbers:
                stores.box.put(dialogue_id, ballot(number), {"content": envelope(number)})
                tell(str(number))
            stores.box.shut(dialogue_id)
            emptying.empty_box(stores, dialogue_id, DAY)
            if cut:
                tell("-1")

    return work


HALL: list[Hall] = []


@pytest.mark.claim(
    "reliability", "the server dies before each single step of dropping and emptying: nothing lost, nothing twice"
)
def test_the_box_survives_death_at_every_step(app: Flask, figure: Figure, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two envelopes and an emptying, cut off before the first write to the disk, before the second, and so on to the end."""
    hall = hall_of(app)
    HALL[:] = [hall]
    told: list[str] = []
    for step in range(1, 200):
        said = in_child(hall, round_of(range(2 * step, 2 * step + 2), Cut(step)))
        told += [line for line in said if line != "-1"]
        if "-1" in said:
            break
    monkeypatch.setattr(boxes, "_ABANDONED", -1.0)  # what was half written is nobody's any more
    lost, twice = judge(hall, told)
    figure(f"{step - 1} deaths, {len(told)} acknowledged, {lost} lost, {twice} twice, {len(left(hall))} files left")
    assert step > 20
    assert (lost, twice, left(hall)) == (0, 0, [])


@pytest.mark.claim(
    "reliability", "negative control: a filling destroyed before it is in the room is found out by such a death"
)
def test_a_box_that_forgets_first_is_found_out(app: Flask, figure: Figure, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = hall_of(app)
    HALL[:] = [hall]
    records = Boxes.records

    def forgetful(self: Boxes, filling: Any) -> Any:
        found = records(self, filling)
        self.destroy(filling)
        return found

    monkeypatch.setattr(Boxes, "records", forgetful)
    told: list[str] = []
    for step in range(20, 60, 2):
        told += [line for line in in_child(hall, round_of(range(2 * step, 2 * step + 2), Cut(step))) if line != "-1"]
    monkeypatch.undo()
    lost, _twice = judge(hall, told)
    figure(f"{lost} of {len(told)} lost")
    assert lost > 0


def _killed(app: Flask, drops: int, emptyings: int) -> tuple[int, int, int, int]:
    """Random moments: a process that drops and empties as fast as it can, killed again and again."""
    hall = hall_of(app)
    HALL[:] = [hall]
    told: list[str] = []
    deaths = number = 0
    while len(told) < drops or deaths < emptyings:
        size = drops // emptyings
        told += in_child(hall, round_of(range(number, number + size)), after=random.uniform(0.02, 0.15))
        number, deaths = number + size, deaths + 1
    lost, twice = judge(hall, told)
    return len(told), deaths, lost, twice


@pytest.mark.claim(
    "reliability", "the server is killed at random moments of drops and emptyings: nothing lost, nothing twice"
)
@pytest.mark.parametrize(("kind", "drops", "emptyings"), [
    ("SQLite", 200, 20), pytest.param("SQLite", 2_000, 200, marks=pytest.mark.night),
    pytest.param("PostgreSQL", 200, 20, marks=pytest.mark.night),
])  # fmt: skip
def test_the_box_survives_random_kills(
    request: pytest.FixtureRequest, figure: Figure, kind: str, drops: int, emptyings: int
) -> None:
    app = request.getfixturevalue("cast_on_postgres").app if kind == "PostgreSQL" else request.getfixturevalue("app")
    said, deaths, lost, twice = _killed(app, drops, emptyings)
    figure(f"{kind}: {said} acknowledged, {deaths} kills, {lost} lost, {twice} twice")
    assert said >= drops
    assert (lost, twice) == (0, 0)


@pytest.mark.claim("anonymity", "after an emptying no byte of key or records is left in DATA_DIR, KEY_DIR or BOX_DIR")
def test_nothing_is_left_of_a_filling(app: Flask, figure: Figure) -> None:
    """Control: before the emptying both are found."""
    hall = hall_of(app)
    for number in range(5):
        box.drop(hall.stores.box, hall.now, ballot(number), envelope(number))
    keys = [path.read_bytes() for path in left(hall) if path.suffix == ".key"]
    sealed = [path.read_bytes() for path in left(hall) if path.suffix != ".key"]
    wanted = [*keys, *(one[at_ : at_ + 48] for one in sealed for at_ in (0, 4_000, 32_000))]
    folders = hall.stores.keys.folder.parent, Path(hall.stores.db.url.removeprefix("sqlite:///")).parent

    def found() -> int:
        content = b"\0".join(path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file())
        return sum(one in content for one in wanted)

    before = found()
    hall.empty(at(3))
    figure(f"{len(wanted)} byte strings, {before} before, {found()} after")
    assert (before, found(), hall.now.ballots) == (len(wanted), 0, 5)
