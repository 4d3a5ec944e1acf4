"""The bus of several processes: whoever publishes waits for nothing, and what is none of ours changes nothing."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator

import pytest

from bench.server import free_port
from survey.core.bus import EVERYTHING
from survey.core.bus import FORGET
from survey.core.bus import FORGET_ALL
from survey.core.shared_bus import MOST
from survey.core.shared_bus import TOPIC
from survey.core.shared_bus import SharedBus
from tests.conftest import need

ALL = [EVERYTHING, FORGET_ALL]  # what whoever begins to listen is told: something may have been missed


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    need(shutil.which("redis-server"), "redis-server")
    port = free_port()
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        cwd=tmp_path_factory.mktemp("redis"), stdout=subprocess.DEVNULL,
    )  # fmt: skip
    yield port
    server.kill()
    server.wait()


def bus(port: int) -> tuple[SharedBus, list[str]]:
    made, heard = SharedBus(f"redis://127.0.0.1:{port}/0"), list[str]()
    made.subscribe(lambda channels: heard.extend(sorted(channels)))
    made.listen()
    return made, heard


def until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + 15
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_one_publishes_all_hear_and_nobody_twice(port: int) -> None:
    """The publisher at once, the others a moment later; whoever begins to listen takes it that all has changed."""
    (one, mine), (two, others) = bus(port), bus(port)
    until(lambda: one.connected and two.connected)
    until(lambda: mine == others == ALL)
    one.publish(frozenset({"a", "b"}))
    assert mine == [*ALL, "a", "b"]
    until(lambda: others == [*ALL, "a", "b"])
    two.publish(frozenset({"c"}))
    until(lambda: mine == [*ALL, "a", "b", "c"])
    assert others == [*ALL, "a", "b", "c"], "its own message did not come back to it"


@pytest.mark.parametrize("data", ["{", "[]", '["x", 5]', '["x", [5]]', '["x", ["' + "y" * 300 + '"]]', "null"])
def test_what_is_no_message_of_ours_changes_nothing(port: int, data: str) -> None:
    """Anybody who reaches Redis may say anything."""
    made, heard = bus(port)
    until(lambda: made.connected and heard)
    subprocess.run(["redis-cli", "-p", str(port), "PUBLISH", TOPIC, data], check=True, capture_output=True)
    subprocess.run(["redis-cli", "-p", str(port), "PUBLISH", TOPIC, '["x", ["good"]]'], check=True, capture_output=True)
    until(lambda: "good" in heard)
    assert heard == [*ALL, "good"]
    assert made.connected


def test_publishing_does_not_wait_for_a_redis_that_is_away() -> None:
    """A vote is acknowledged all the same."""
    made, heard = bus(free_port())
    began = time.monotonic()
    for number in range(200):
        made.publish(frozenset({str(number)}))
    assert time.monotonic() - began < 1
    assert len(heard) == 200
    assert not made.connected


def test_while_redis_is_away_what_waits_has_an_end_and_no_forgetting_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever hears that everything has changed looks for itself; that a text was overwritten must reach everybody."""
    made = SharedBus(f"redis://127.0.0.1:{free_port()}/0")
    monkeypatch.setattr(made, "_say", threading.Event().wait)  # its thread tries nothing meanwhile
    for number in range(MOST):
        made.publish(frozenset({f"token:{number}"}))
    assert len(made._waiting) == MOST
    made.publish(frozenset({"d"}))
    assert made._waiting == {EVERYTHING}
    made.publish(frozenset({FORGET + "d"}))
    assert made._waiting == {EVERYTHING, FORGET + "d"}
    for number in range(3 * MOST):
        made.publish(frozenset({f"token:{number}"}))
        assert len(made._waiting) <= MOST
        assert made._waiting & {FORGET + "d", FORGET_ALL}
    assert EVERYTHING in made._waiting
