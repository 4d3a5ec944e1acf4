"""What processes agree on: one order, one clock, one count, under marks alone; and each goes on where Redis is away."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bench.server import free_port
from survey.accounts.attempts import FREE_ANYWHERE
from survey.accounts.attempts import Attempts
from survey.core.common import PREFIX
from survey.core.common import Common
from survey.core.common import Table
from survey.core.errors import TooMany
from survey.core.ids import mark
from survey.core.keys import KeyMissing
from survey.core.keys import KeyStore
from survey.desk.order import Queues
from survey.moderation.waits import Waits
from survey.questions.taking import LOT
from survey.questions.taking import Phones
from survey.questions.taking import Pool
from survey.questions.taking import Taken
from survey.stage.memory import Memory
from tests.conftest import need

KEY = b"k" * 32
Figure = Callable[[str], None]


class Redis:
    """A server of the test's own that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        need(shutil.which("redis-server"), "redis-server")
        self.port, self.folder = free_port(), folder
        self.url, self.destroyed = f"redis://127.0.0.1:{self.port}/0", set[str]()
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            cwd=self.folder, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        while self.say("PING") != ["PONG"]:
            time.sleep(0.01)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def say(self, *words: str) -> list[str]:
        done = subprocess.run(["redis-cli", "-p", str(self.port), *words], capture_output=True, text=True, check=False)
        return done.stdout.split("\n")[:-1]

    def process(self) -> Common:
        """What one more process would know: nothing yet."""
        made = Common()
        made.connect(self.url, KEY, self.keys)
        return made

    def keys(self, dialogue_id: str) -> bytes:
        """The key of a dialogue, the same for all processes until it is destroyed."""
        if dialogue_id in self.destroyed:
            raise KeyMissing(dialogue_id)
        return mark(b"own", dialogue_id)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    made = Redis(tmp_path)
    yield made
    made.kill()


def decided(_gone: object) -> list[str]:
    return []


def test_desks_of_two_processes_show_one_order(redis: Redis) -> None:
    """Also one that began later; and when Redis was away, what each put at its end is put in one order again."""
    clock = [1000.0]
    one, two = (Queues(redis.process(), lambda: clock[0]) for _ in range(2))
    assert one.in_kept_order("d", ["b", "a"]) == ["b", "a"]
    assert two.in_kept_order("d", ["a", "b"]) == ["b", "a"]
    assert two.in_kept_order("d", ["a", "b", "z", "c"]) == ["b", "a", "z", "c"]
    assert one.in_kept_order("d", ["a", "b", "c", "z", "0"]) == ["b", "a", "z", "c", "0"]
    redis.kill()
    here = one.in_kept_order("d", ["a", "b", "c", "z", "0", "x", "w"])
    there = two.in_kept_order("d", ["a", "b", "c", "z", "0", "w", "x"])
    assert (here[4:], there[4:]) == (["0", "x", "w"], ["0", "w", "x"]), "each goes on by itself"
    redis.start()
    waiting = ["a", "b", "c", "z", "0", "w", "x"]
    for queues in (one, two):
        _back(queues)
    assert one.in_kept_order("d", waiting) == two.in_kept_order("d", waiting) == here
    assert Queues(redis.process()).in_kept_order("d", waiting) == here, "and so does one that begins"
    other = Common()
    other.connect(redis.url, b"o" * 32, lambda _dialogue: b"o" * 32)
    assert Queues(other).in_kept_order("d", waiting) == waiting, "control: another key, another house"


def _back(queues: Queues) -> None:
    """Do not wait until it is asked again."""
    queues._places._common._away_until = 0.0


def test_a_leaders_clock_goes_on_at_another_process(redis: Redis) -> None:
    """Since when, what came before, and that the order was let go; an older look changes nothing."""
    one, two = Memory(redis.process()), Memory(redis.process())
    began = one.turn("d", "first", 1).since
    assert two.turn("d", "first", 1).since == began
    since = one.turn("d", "second", 2).since
    assert two.turn("d", "first", 1).question_id == "first", "its look is older"
    found = Memory(redis.process()).turn("d", "second", 2, lambda: ["zero", "first"])
    assert (found.since, found.last_id) == (since, "first")
    assert two.turn("d", None, 3).last_id is None, "it never saw the second, and was not told among which to look"
    assert two.turn("d", None, 3, lambda: ["second"]).last_id == "second"
    assert [one.moves_again("d", held=False, revision=3), two.moves_again("d", held=True, revision=4)] == [False, False]
    assert one.moves_again("d", held=False, revision=5)
    assert two.moves_again("d", held=False, revision=5), "told by every screen"
    assert not two.moves_again("other", held=False, revision=5)


def test_waits_and_misses_are_counted_once_by_all(redis: Redis) -> None:
    """Three decisions seen by two processes are three, also for one that began since; so are twenty wrong passwords."""
    clock = [1000.0]
    both = [Waits(lambda: clock[0], redis.process()) for _ in range(2)]
    for waits in both:
        waits.look("d", [], decided)
    for number in range(3):
        for waits in both:
            waits.look("d", [f"q{number}"], decided)
        assert [waits.since("d", f"q{number}") for waits in both] == [clock[0]] * 2
        clock[0] += 100
        for waits in both:
            waits.look("d", [], list)
    assert [waits.usual("d") for waits in both] == [2, 2]
    assert [len((waits._queues.known("d") or {"done": []})["done"]) for waits in both] == [3, 3], "not six"
    late = Waits(lambda: clock[0], redis.process())
    late.look("d", [], decided)
    assert late.usual("d") == 2
    doors = [Attempts(lambda: clock[0], redis.process()) for _ in range(2)]
    for number in range(FREE_ANYWHERE):
        doors[number % 2].failed("lan", f"192.0.2.{number}")
    for door in doors:
        with pytest.raises(TooMany):
            door.check("lan", "198.51.100.1")
    clock[0] += 3600
    doors[0].check("lan", "198.51.100.1")


@pytest.mark.claim(
    "scale", "Redis holds marks and numbers of this moment, no id, word, name or address, and lets go of them"
)
def test_redis_holds_marks_and_numbers_alone(redis: Redis, figure: Figure) -> None:
    queues, memory = Queues(redis.process()), Memory(redis.process())
    waits, attempts = Waits(time.time, redis.process()), Attempts(time.time, redis.process())
    ids = [f"question{number:04}" for number in range(40)]
    queues.in_kept_order("dialogue0001", ids)
    waits.look("dialogue0001", ids, decided)
    memory.turn("dialogue0001", ids[0], 7)
    memory.moves_again("dialogue0001", held=True, revision=7)
    attempts.failed("lan", "192.0.2.1")
    keys = redis.say("KEYS", "*")
    assert len(keys) == 4 + 3
    for key in keys:
        assert re.fullmatch(PREFIX + "[0-9a-f]{32}", key)
        assert 0 < int(redis.say("TTL", key)[0]) <= 12 * 3600
        for word in _words(json.loads("\n".join(redis.say("GET", key)))):
            assert re.fullmatch(
                "[0-9a-f]{32}|seen|left|now|last|since|revision|held|let_go|at|guessed|done|failures", word
            ), word
    stored = sum(int(redis.say("MEMORY", "USAGE", key)[0]) for key in keys)
    assert redis.say("CONFIG", "GET", "save")[1] == ""
    figure(
        f"{len(keys)} states of a dialogue with 40 waiting questions: {stored / 1024:.0f} kB; 0 ids, words or addresses"
    )


def test_no_key_that_outlives_a_dialogue_names_a_question_in_redis(redis: Redis, figure: Figure) -> None:
    """Somebody wrote down what Redis held, and has the key of the installation and the questions' ids afterwards."""
    ids = [f"question{number:04}" for number in range(40)]
    Queues(redis.process()).in_kept_order("dialogue0001", ids)
    Waits(time.time, redis.process()).look("dialogue0001", ids, decided)
    memory = Memory(redis.process())
    for turn, id_ in enumerate(ids[:2]):
        memory.turn("dialogue0001", id_, turn)
    held = {word for key in redis.say("KEYS", "*") for word in _words(json.loads("\n".join(redis.say("GET", key))))}
    kinds = [prefix + kind for prefix in ("", "common\0") for kind in ("queue", "waits", "turn")]

    def named(*keys: bytes) -> int:
        return len({mark(key, kind, id_).hex() for key in keys for kind in kinds for id_ in ids} & held)

    left = named(KEY, mark(KEY, "common"))
    figure(f"{left} of {len(held)} marks named by the key of the installation")
    assert left == 0
    assert named(redis.keys("dialogue0001")) == 2 * len(ids) + 2, "the control: while the dialogue's own key lives"


def test_a_dialogue_whose_key_is_destroyed_is_spoken_of_no_more(redis: Redis) -> None:
    """Each process goes on by itself, also one that begins."""
    redis.destroyed.add("d")
    one, two = Queues(redis.process()), Queues(redis.process())
    assert one.in_kept_order("d", ["a", "b"]) == ["a", "b"]
    assert one.in_kept_order("d", ["c", "b", "a"]) == ["a", "b", "c"]
    assert two.in_kept_order("d", ["c", "b", "a"]) == ["c", "b", "a"]
    memory, waits = Memory(redis.process()), Waits(time.time, redis.process())
    waits.look("d", ["a"], decided)
    memory.turn("d", "a", 1)
    assert memory.turn("d", "b", 2).last_id == "a"
    assert redis.say("DBSIZE") == ["0"]
    one.in_kept_order("other", ["a"])
    assert redis.say("DBSIZE") == ["1"], "control: another dialogue's key lives"


def test_a_key_that_comes_back_hands_on_no_id(redis: Redis) -> None:
    """KEY_DIR was away for a while: what each process knew meanwhile goes to the others without a name."""
    redis.destroyed.add("d")
    queues, waits, memory = (
        Queues(redis.process()), Waits(time.time, redis.process()), Memory(redis.process()),
    )  # fmt: skip
    queues.in_kept_order("d", ["question-a", "question-b"])
    waits.look("d", ["question-a"], decided)
    memory.turn("d", "question-a", 1)
    redis.destroyed.clear()
    queues.in_kept_order("d", ["question-a", "question-b", "question-c"])
    waits.look("d", ["question-a", "question-c"], decided)
    memory.turn("d", "question-c", 2)
    stored = [line for name in redis.say("KEYS", "*") for line in redis.say("GET", name)]
    assert stored, "the premise: they speak to each other again"
    assert not [line for line in stored if "question-" in line]


def _words(state: object) -> Iterator[str]:
    """Every string in it."""
    if isinstance(state, dict):
        yield from state
        for value in state.values():
            yield from _words(value)
    elif isinstance(state, list):
        for value in state:
            yield from _words(value)
    elif isinstance(state, str):
        yield state


def test_many_who_change_one_state_at_once_lose_nothing(redis: Redis) -> None:
    """Compare and swap: thirty acts of three processes are thirty."""
    tables: list[Table[int]] = [Table(redis.process(), "count", most=9) for _ in range(3)]
    for _turn in range(10):
        for table in tables:
            table.agree("d", lambda before: (before or 0) + 1)
    assert tables[0].agree("d", lambda before: before) == 30
    raced = iter([True, False])

    def meanwhile(before: int | None) -> int:
        if next(raced):
            tables[1].agree("d", lambda other: (other or 0) + 100)
        return (before or 0) + 1

    assert tables[0].agree("d", meanwhile) == 131, "it took the other's state and tried again"
    redis.say("SET", redis.say("KEYS", "*")[0], "{")
    assert tables[2].agree("d", lambda before: (before or 0) + 1) == 1, "what is none of ours is nothing"


def test_phones_of_several_processes_make_one_lot(redis: Redis, tmp_path: Path) -> None:
    """What the bus carries of a token is sealed; the same phone counts once, to whichever process it came."""
    keys = KeyStore(tmp_path / "keys")
    key, judge = keys.create("dialogue", "judge"), partial(keys.get, purpose="judge")
    pools = [Pool(redis.process()) for _ in range(2)]
    taken: list[Phones] = []

    def write(_take_in: object, _dialogue_id: str, phones: Phones) -> Phones:
        taken.append(phones)
        return {}

    said = frozenset[str]()
    for number in (*range(2 * LOT), 0, 1):  # two come again, to the other process
        one = Taken("question", b"m" * 15 + bytes([number]), b"t" * 16)
        pools[number % 2].put("dialogue", bytes([number]) * 16, (one,))
        told = pools[number % 2].told(key, "dialogue", bytes([number]) * 16, (one,))
        said |= told
        pools[1 - number % 2].hear(judge, told)
        assert pools[1 - number % 2].lots() == pools[number % 2].lots()
    assert [pool.lots() for pool in pools] == [{"dialogue": 2}] * 2
    pools[0].move(write, "dialogue")
    assert [len(one) for one in taken] == [LOT]
    assert all(len(one) < 200 and "question" not in one for one in said)
    alone = Pool(Common()).told(key, "dialogue", b"p" * 16, (Taken("q", b"m", b"t"),))
    assert alone == frozenset(), "control: there is nobody to tell"
    noise = {"token:", "token:AAAA", "token:ä", "token:dialogue:ä", "token:dialogue:AAAA", "token:../secret:AAAA"}
    pools[0].hear(judge, frozenset(noise))
    late = Pool(redis.process())
    late.hear(judge, said)
    assert late.lots() == {"dialogue": 2}, "as long as the key lives"
    keys.destroy("dialogue", "judge")
    deaf = Pool(redis.process())
    deaf.hear(judge, said)
    assert deaf.lots() == {}


def test_without_redis_nobody_waits_for_it() -> None:
    """One that does not answer is asked once, and then not for a while."""
    lost = Common()
    lost.connect(f"redis://127.0.0.1:{free_port()}/0", KEY, lambda _dialogue: KEY)
    queues, began = Queues(lost), time.monotonic()
    for number in range(200):
        queues.in_kept_order("d", [f"q{number}"])
    assert time.monotonic() - began < 1
    assert queues.in_kept_order("d", ["q9", "q1"]) == ["q1", "q9"]
