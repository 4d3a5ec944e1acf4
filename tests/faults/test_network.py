"""200 phones on a wire that fails: it stalls, loses every connection without a word, resets. And what one of them shows."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.faults.hall import Hall
from tests.faults.hall import after
from tests.faults.phones import IMITATED
from tests.faults.phones import ROOT
from tests.faults.proxy import DEAD
from tests.faults.proxy import RESETS
from tests.faults.proxy import STALL

pytestmark = pytest.mark.alone  # seconds are counted
Figure = Callable[[str], None]


def test_phones_do_what_the_pages_script_does() -> None:
    """Whoever changes one of these lines changes the model as well."""
    for file, lines in IMITATED.items():
        source = (ROOT / file).read_text(encoding="utf-8")
        assert [line for line in lines if line not in source] == [], file


def test_proxy_breaks_what_it_says(hall: Hall) -> None:
    """The premise of all that follows: while a fault lasts no vote of a phone gets through, and each kind shows."""
    for kind in (STALL, RESETS):
        before = hall.told()["acked"]
        hall.proxy.fault(kind)
        began = hall.told()["acked"]
        hall.tap(40)
        time.sleep(1)
        assert hall.told()["acked"] == began, kind
        assert hall.waiting() > 0, kind
        hall.tap(0)
        hall.proxy.heal()
        hall.settle()
        assert hall.told()["acked"] > before, kind


@pytest.mark.claim(
    "scale", "stalls, dead connections, resets for 200 phones: no acknowledged vote lost or twice, all right after 10 s"
)
@pytest.mark.parametrize(("kind", "seconds"), [
    (STALL, 4), (DEAD, 4), (RESETS, 4),
    *(pytest.param(kind, seconds, marks=pytest.mark.night) for kind in (STALL, DEAD, RESETS) for seconds in (15, 70)),
])  # fmt: skip
def test_network_fails(hall: Hall, figure: Figure, kind: str, seconds: int) -> None:
    with after(hall, figure, f"{kind}, {seconds} s"):
        hall.proxy.fault(kind)
        time.sleep(seconds / 2)
        hall.call()
        time.sleep(seconds / 2)
        hall.proxy.heal()


@pytest.mark.claim("scale", "connections cut one by one: no acknowledged vote lost or twice, all right after 10 s")
def test_connections_are_cut(hall: Hall, figure: Figure) -> None:
    """Every third, again and again, as with a Wi-Fi that is too small for a hall."""
    with after(hall, figure, "every third connection cut, six times"):
        for _ in range(6):
            hall.proxy.cut(3)
            time.sleep(0.3)
