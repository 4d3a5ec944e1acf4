"""kill -9 at random moments under load: whatever was acknowledged is there, once; and a recount that would see it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from survey.core.settings import Settings
from tests.faults.halls import Hall
from tests.faults.halls import Place
from tests.faults.halls import hall_of
from tests.faults.halls import place_of
from tests.faults.voters import Recount

Figure = Callable[[str], None]
PROMISE = "killed under load: every acknowledged vote is in the rows and on the board, once"
RESTART = 2.0  # seconds, at the 95th percentile; red beyond twice that
LEAST = 50  # acknowledged votes a second, while there is a server
EACH = 270  # acknowledged at least before each death: thirty of them are more than 8,000
LONG = pytest.mark.timeout(600)  # beside other work


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A hall on SQLite; each test has phones of its own in it."""
    return place_of(tmp_path_factory.mktemp("killing"))


def killed(hall: Hall, kills: int, cold: int, seed: int = 1) -> tuple[list[Recount], float]:
    """Kill so many times under load; every `cold`th start is whole. What was wrong after each, and the votes a second."""
    chance, found, voting = random.Random(seed), list[Recount](), 0.0
    for number in range(kills):
        began, before = time.monotonic(), hall.crowd.told()
        hall.crowd.go()
        while hall.crowd.told() < before + EACH:
            time.sleep(0.005)
            assert time.monotonic() < began + 60, hall.crowd.statuses()
        time.sleep(chance.uniform(0.0, 0.3))
        hall.server.kill()  # they are in the middle of it
        voting += time.monotonic() - began
        hall.crowd.rest()
        hall.server.start(cold=number % cold == cold - 1)
        found.append(hall.recount())
    while any(phone.doubtful for phone in hall.crowd.phones):  # at the end: it is sent again, and told
        hall.crowd.go()
        time.sleep(0.05)
        hall.crowd.rest()
    found.append(hall.recount())
    return found, hall.crowd.told() / voting


def words(hall: Hall, found: list[Recount], rate: float) -> str:
    """What is promised, measured."""
    lost, twice = len(set().union(*(one.lost for one in found))), len(set().union(*(one.twice for one in found)))
    said = f"{hall.crowd.told()} acknowledged, {len(found) - 1} kills, {lost} lost, {twice} twice, {rate:.0f} votes/s"
    times, work = sorted(hall.server.restarts), sorted(hall.server.work)
    last = int(0.95 * (len(times) - 1) + 0.5)
    return f"{said}; whole restart p95 {times[last]:.2f} s ({work[last]:.2f} s of CPU, {len(times)} of them)"


def check(hall: Hall, found: list[Recount], rate: float) -> None:
    """Nothing lost, nothing twice, nothing of nobody, the board as the rows; under load, and quick to be back."""
    assert [one for one in found if one] == []
    assert not any(phone.doubtful for phone in hall.crowd.phones)
    assert rate >= LEAST
    work = sorted(hall.server.work)
    assert work[int(0.95 * (len(work) - 1) + 0.5)] <= 2 * RESTART


@LONG
@pytest.mark.alone
@pytest.mark.claim("scale", PROMISE)
def test_killed_on_sqlite_loses_nothing(place: Place, figure: Figure) -> None:
    with hall_of(place) as hall:
        found, rate = killed(hall, kills=22, cold=4)
        figure(f"SQLite: {words(hall, found, rate)}")
        check(hall, found, rate)
        assert hall.crowd.told() >= 22 * EACH


@LONG
@pytest.mark.alone
@pytest.mark.claim("scale", PROMISE)
def test_killed_on_postgresql_loses_nothing(tmp_path: Path, postgres: Settings, figure: Figure) -> None:
    with hall_of(on_postgres(tmp_path, postgres)) as hall:
        found, rate = killed(hall, kills=8, cold=4)
        figure(f"PostgreSQL: {words(hall, found, rate)}")
        check(hall, found, rate)
        assert hall.crowd.told() >= 8 * EACH


@LONG
@pytest.mark.claim("scale", "negative control: a writer that answers before its commit is found out by such a death")
def test_acknowledging_before_the_commit_is_found_out(place: Place, figure: Figure) -> None:
    with hall_of(place, control="early") as hall:
        hall.crowd.go()
        time.sleep(0.5)
        hall.crowd.rest()
        time.sleep(0.5)
        assert not hall.recount(), "as long as nobody dies it is right"
        found, _rate = killed(hall, kills=2, cold=99)
        lost = set().union(*(one.lost for one in found))
        figure(f"{len(lost)} of {hall.crowd.told()} lost after 2 kills")
        assert lost


@LONG
@pytest.mark.claim("scale", "negative control: a database without the unique key is found out")
def test_no_unique_key_is_found_out(place: Place, tmp_path: Path, figure: Figure) -> None:
    keyless = place.copy(tmp_path / "keyless")
    without_key(keyless)
    with hall_of(keyless) as hall:
        found, _rate = killed(hall, kills=2, cold=99)
        twice = set().union(*(one.twice for one in found))
        figure(f"{len(twice)} of {hall.crowd.told()} twice after 2 kills")
        assert twice


@pytest.mark.night
@pytest.mark.timeout(3 * 3600)
@pytest.mark.claim("scale", PROMISE)
@pytest.mark.parametrize("database", ["SQLite", "PostgreSQL"])
def test_killed_three_hundred_times(
    database: str, place: Place, tmp_path: Path, request: pytest.FixtureRequest, figure: Figure
) -> None:
    where = place if database == "SQLite" else on_postgres(tmp_path, request.getfixturevalue("postgres"))
    with hall_of(where) as hall:
        found, rate = killed(hall, kills=300, cold=15, seed=300)
        figure(f"{database}: {words(hall, found, rate)}")
        check(hall, found, rate)
        assert hall.crowd.told() >= 8_000


def on_postgres(folder: Path, settings: Settings) -> Place:
    """The same hall over PostgreSQL."""
    return place_of(folder, DATABASE_URL=settings.database_url, ROLL_DATABASE_URL=settings.roll_database_url)


def without_key(place: Place) -> None:
    """The table of support as somebody would have it who thinks that a look before is enough."""
    engine = create_engine(place.database)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE supports RENAME TO before")
        connection.exec_driver_sql("CREATE TABLE supports AS SELECT * FROM before")
        connection.exec_driver_sql("DROP TABLE before")
    engine.dispose()
