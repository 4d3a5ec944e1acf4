"""Streams over sockets of our own: the same bytes, packed once, and nobody waits for a slow reader."""

from __future__ import annotations

import _socket
import contextlib
import socket
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from survey.core.bus import DOORS
from survey.core.bus import FORGET
from survey.core.bus import FORGET_ALL
from survey.core.db import Database
from survey.live import fanout
from survey.live import hub as live
from survey.live.hub import Event
from survey.live.hub import Hub
from survey.live.hub import Key
from survey.live.taken import Taken
from survey.live.wire import BEAT
from survey.live.wire import GZIP_HEAD
from survey.live.wire import SMALL
from survey.live.wire import pack
from tests.live.test_hub import Counter
from tests.live.test_hub import move

KEY = Key("d", "room", "vi")
HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
LONG = "Hàng nghìn chữ. " * 20_000  # more than the system keeps for a reader who does not read


class Board(Counter):
    """A surface whose whole board is long."""

    def events(self, before, after):  # type: ignore[no-untyped-def]
        found = super().events(before, after)
        return found if before else [Event(found[0].data + LONG, "counts")]


class Pairs(Counter):
    """A surface of many questions that are all voted for."""

    def events(self, before, after):  # type: ignore[no-untyped-def]
        return [Event(" ".join(f"{place * 3_777_777_777} {after.version}" for place in range(1, 21)), "counts")]


class Phone:
    """The other end of a taken socket."""

    def __init__(self, hub: Hub, after: int | None = 1, *, packed: bool = False, alive=None, origin: str = "") -> None:  # type: ignore[no-untyped-def]
        server, self.sock = socket.socketpair()
        taken = _socket.socket(fileno=server.detach())
        taken.setblocking(False)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.sock.settimeout(10)
        self.raw = b""
        hub.attach(KEY, Taken(taken, packed=packed, position=after, alive=alive, origin=origin), HEAD)

    def read(self, end: str) -> str:
        """Everything until `end` comes, without the beats."""
        deadline = time.monotonic() + 10
        while end not in (told := self.told()):
            assert time.monotonic() < deadline, told[-300:]
            self.raw += self.sock.recv(65536) or b"\n\n<closed>"
        return told

    def read_beats(self, number: int) -> str:
        """Everything until so many beats have come."""
        while self.raw.count(b"event: beat") < number:
            self.raw += self.sock.recv(65536) or b"event: beat" * number
        return self.raw.decode()

    def told(self) -> str:
        body = self.raw.removeprefix(HEAD)
        if body.startswith(GZIP_HEAD):
            body = zlib.decompressobj(31).decompress(body)
        return body.decode(errors="ignore").replace("event: beat\ndata: \n\n", "")


@pytest.fixture
def surface() -> Board:
    return Board()


@pytest.fixture
def hub(tmp_path: Path, surface: Board, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(live, "BEAT", 0.5)
    monkeypatch.setattr(live, "PACE", 0.05)
    db = Database(f"sqlite:///{tmp_path}/x.sqlite3")
    made = Hub(db, lambda _language: contextlib.nullcontext())
    made.register("room", surface)
    yield made
    db.dispose()


@pytest.mark.parametrize("packed", [False, True])
def test_a_change_reaches_the_socket_once(hub: Hub, surface: Board, packed: bool) -> None:
    """Head, a first beat, then what changed; gzip for who takes it."""
    phones = [Phone(hub, packed=packed) for _ in range(3)]
    move(hub, surface, 2)
    assert [phone.read("id: 2") for phone in phones] == ["event: counts\ndata: 1>2\nid: 2\n\n"] * 3
    assert all(phone.raw.startswith(HEAD + (GZIP_HEAD if packed else b"event")) for phone in phones)
    assert surface.renders == 1


def test_bytes_and_renders_are_counted(hub: Hub, surface: Board) -> None:
    """As much as was sent, also where some take gzip and some do not stand where the others stand."""
    phones = [Phone(hub, after=1) for _ in range(3)]
    before, heads = hub.sent, 3
    move(hub, surface, 2)
    body = [phone.read("id: 2") for phone in phones]
    move(hub, surface, 3)
    body = [phone.read("id: 3") for phone in phones]
    deadline = time.monotonic() + 5
    while hub.sent - before < sum(map(len, body)) and time.monotonic() < deadline:
        time.sleep(0.01)  # the last socket is read before its sweep has ended
    assert (len(body), hub.sent - before) == (heads, sum(map(len, body)))
    assert (hub.renders, hub.slow, hub.open_streams()) == (2, 0, {KEY: 3})


def test_one_who_comes_late_joins_the_packed_stream_anywhere(hub: Hub, surface: Board) -> None:
    """Pieces that were made before it came refer to nothing that it does not have."""
    first = Phone(hub, packed=True)
    move(hub, surface, 2)
    first.read("id: 2")
    late = Phone(hub, after=1, packed=True)
    assert late.read("id: 2") == "event: counts\ndata: 1>2\nid: 2\n\n"
    whole = Phone(hub, after=None, packed=True)
    assert whole.read("id: 2").endswith(LONG + "\nid: 2\n\n")
    assert len(whole.raw) < len(LONG) / 20, "the board was deflated"


def test_who_heard_the_last_change_is_told_the_next_by_it(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """In far fewer bytes; whose last bytes were others, an opening or the whole board, reads the same by itself."""
    monkeypatch.setattr(live, "BEAT", 60)
    hub.register("room", surface := Pairs())
    kept = Phone(hub, packed=True)
    move(hub, surface, 2)
    kept.read("id: 2")
    stand = ((2, False), (2, True), (1, True), (None, True))
    others = [Phone(hub, after=after, packed=packed) for after, packed in stand]
    for phone in others[2:]:
        phone.read("id: 2")
    before = [len(phone.raw) for phone in (kept, *others)]
    move(hub, surface, 3)
    ends = {phone.read("id: 3\n\n").rpartition("event: counts")[2] for phone in (kept, *others)}
    took = [len(phone.raw) - size for phone, size in zip((kept, *others), before, strict=True)]
    assert len(ends) == 1
    assert took[0] < took[2] / 3, took
    assert took[0] == took[3], "the one update that it was brought on by is the one that the next refers to"


def test_a_beat_between_two_changes_is_not_referred_to(hub: Hub) -> None:
    """Distances in a deflate stream are counted from its end; and nothing that was to be forgotten is referred to."""
    hub.register("room", surface := Pairs())
    phone, plain = Phone(hub, packed=True), Phone(hub)
    for value, between in enumerate(("beat", "nothing", FORGET + "d", "beat", "nothing"), start=2):
        move(hub, surface, value)
        assert phone.read(f"id: {value}\n\n") == plain.read(f"id: {value}\n\n")
        if between == "beat":
            _until(lambda: all(one.ends == BEAT.plain for one in hub._fanout._homes))
        elif between != "nothing":
            hub.publish(frozenset({"d", between}))
            _until(lambda: not any(one.ends for one in hub._fanout._homes))


def test_silence_is_broken_by_beats(hub: Hub) -> None:
    """A stream that says nothing looks dead."""
    phone = Phone(hub)
    deadline = time.monotonic() + 10
    while phone.raw.count(b"event: beat") < 3:
        phone.raw += phone.sock.recv(4096)
        assert time.monotonic() < deadline


def test_who_came_early_hears_that_the_hall_has_grown(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over how long to come back stood in the opening, when they were few; and again when they are few."""
    monkeypatch.setattr(live, "JOIN", 900)
    early = [Phone(hub) for _ in range(2)]
    beats = early[0].read_beats(2)
    assert "retry" not in beats, "1.8 s: they come back over two anyway"
    late = [Phone(hub) for _ in range(8)]
    _until(lambda: hub._told >= 6_300)
    assert f"retry: {hub._told}\n" in early[0].read(f"retry: {hub._told}")
    for phone in late:
        phone.sock.close()
    assert early[0].read("retry: 2000\n")


def test_a_reader_who_is_ahead_is_not_taken_back(hub: Hub, surface: Board) -> None:
    """Its page was rendered after the hub's last look; the others hear of that look."""
    others = Phone(hub)
    surface.value = 2  # committed; nobody has published it yet
    ahead = Phone(hub, after=2)
    assert others.read("id: 2") == "event: counts\ndata: 1>2\nid: 2\n\n"
    move(hub, surface, 3)
    assert ahead.read("id: 3") == "event: counts\ndata: 2>3\nid: 3\n\n"


def test_a_slow_reader_holds_nobody_and_gets_everything_anew(hub: Hub, surface: Board) -> None:
    """It begins to read a long board and stops; the others go on; then it reads again."""
    slow, quick = Phone(hub, after=None), Phone(hub)
    for value in range(2, 6):
        move(hub, surface, value)
        quick.read(f"id: {value}\n")
    assert hub.streams == 2
    told = slow.read("id: 5\n")
    assert told.count(LONG) == 2, "what had begun was brought to its end, then one whole board"
    assert "data: 4>5" not in told, "the steps between were not sent after it"
    move(hub, surface, 6)
    assert slow.read("id: 6\n").endswith("data: 5>6\nid: 6\n\n"), "and from there on it goes step by step again"


def test_one_who_leaves_is_noticed_without_being_written_to(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system says so; the group goes with its last stream."""
    stays, goes = Phone(hub), Phone(hub)
    assert hub.streams == 2
    goes.sock.close()
    _until(lambda: hub.streams == 1)
    stays.sock.close()
    _until(lambda: hub.streams == 0 and hub._groups == {})


def test_one_who_may_not_stay_is_ended_at_once(hub: Hub) -> None:
    """Somebody was put out: asked then, not at the next beat."""
    allowed = [True]
    staff, member = Phone(hub, alive=lambda: allowed[0]), Phone(hub)
    hub.publish(frozenset({DOORS}))
    time.sleep(0.2)
    assert hub.streams == 2, "the control: who may stay stays"
    allowed[0] = False
    hub.publish(frozenset({DOORS}))
    assert "<closed>" in staff.read("<closed>")
    assert hub.streams == 1
    member.sock.close()


def test_a_check_that_fails_for_a_moment_silences_nobody(hub: Hub, surface: Board) -> None:
    """The database restarts just as staff streams are asked whether they may stay."""
    broken = [True]

    def alive() -> bool:
        if broken[0]:
            raise OperationalError("SELECT", {}, Exception("gone"))
        return True

    staff, member = Phone(hub, alive=alive), Phone(hub)
    hub.publish(frozenset({DOORS}))
    time.sleep(0.2)
    broken[0] = False
    move(hub, surface, 2)
    assert [phone.read("id: 2") for phone in (staff, member)] == ["event: counts\ndata: 1>2\nid: 2\n\n"] * 2


def test_nothing_comes_before_the_head(hub: Hub, surface: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look takes long; sweeps come and go meanwhile."""
    look = surface.snapshot

    def slowly(session, dialogue_id):  # type: ignore[no-untyped-def]
        hub.publish(frozenset({DOORS}))
        time.sleep(0.4)
        return look(session, dialogue_id)

    monkeypatch.setattr(surface, "snapshot", slowly)
    other = Phone(hub, after=1)
    move(hub, surface, 2)
    other.read("id: 2")
    assert other.raw.startswith(HEAD)


def test_one_address_cannot_take_every_place(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The third from there has to poll; somebody else does not, and who leaves makes room."""
    monkeypatch.setattr(fanout, "AN_ADDRESS", 2)
    here = [Phone(hub, origin="a") for _ in range(2)]
    assert (hub.is_full("a"), hub.is_full("b"), hub.is_full("")) == (True, False, False)
    here[0].sock.close()
    _until(lambda: not hub.is_full("a"))


@pytest.mark.parametrize("channel", [FORGET + "d", FORGET_ALL])
def test_what_was_overwritten_is_not_sent_on_to_a_slow_reader(hub: Hub, surface: Board, channel: str) -> None:
    """It took half of a board that holds the old text: it is cut off, and whoever comes back gets the new one."""
    slow, quick = Phone(hub, after=None), Phone(hub)
    move(hub, surface, 2)
    quick.read("id: 2")
    hub.publish(frozenset({"d", channel}))
    assert "<closed>" in slow.read("<closed>")
    assert LONG + "\n" not in slow.told()
    assert hub.streams == 1
    again = Phone(hub, after=1)
    assert "1>2" not in again.read("id: 2"), "nor is the step that led here kept for whoever comes back"


@pytest.mark.parametrize("data", [b"", b"x", b"x" * SMALL, b"x" * (SMALL + 1), "Đối thoại ".encode() * 9_000])
def test_pieces_are_gzip_that_begins_anywhere(data: bytes) -> None:
    """RFC 1951: a stored block or a deflated one, each ending on a byte and known by itself."""
    assert zlib.decompressobj(31).decompress(GZIP_HEAD + pack(b"before") + pack(data)) == b"before" + data
    assert zlib.decompressobj(31).decompress(GZIP_HEAD + pack(data)) == data
    assert len(pack(data)) <= len(data) + 5
    behind = pack(data, b"before")
    assert zlib.decompressobj(31).decompress(GZIP_HEAD + pack(b"before") + behind) == b"before" + data
    assert len(behind) <= len(pack(data))


def _until(is_so) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)
