"""A hall on several processes: a PostgreSQL and a Redis of its own, gunicorn with three workers, a wire, 200 phones."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from bench.client import Client
from bench.client import member
from bench.server import ROOT
from bench.server import command
from bench.server import environment
from bench.server import free_port
from bench.server import wait_until_ready
from survey import factory
from survey.core import settings as core_settings
from survey.core.ids import digest
from survey.moderation import service as moderation
from survey.questions import queries
from survey.questions.models import Question
from survey.questions.models import Support
from survey.room.models import Ballot
from tests.conftest import need
from tests.faults.phones import Board
from tests.faults.proxy import Proxy

PHONES, QUESTIONS, WORKERS = 200, 15, 3
_COOKIE = "d_session"


def until(is_so: Callable[[], object], patience: float = 60, what: str = "") -> float:
    """Wait until it is so; seconds that it took."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < patience, what or is_so
        time.sleep(0.05)
    return time.monotonic() - began


class Postgres:
    """A cluster in a folder; nothing of it survives the block, everything survives its own end."""

    def __init__(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
        need(found and os.geteuid() == 0, "PostgreSQL's programs, and root to run them as its user")
        self._bin, self.port = found[-1], free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="doi-thoai-pg-"))
        shutil.chown(self._folder, "postgres", "postgres")
        self._data = self._folder / "data"
        self._run("initdb", "-D", self._data, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        # A process that is killed loses nothing that the system holds: fsync would only slow the test down.
        self._options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder} "
            "-c fsync=off -c max_connections=200"
        )
        self.start()

    def start(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-w", "-l", self._folder / "log", "-o", self._options, "start")

    def stop(self, how: str = "fast") -> None:
        """`fast`: sessions are ended; `immediate`: every process dies at once, as with the power."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", how, "stop")

    def url(self, name: str) -> str:
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), name)
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def close(self) -> None:
        with contextlib.suppress(AssertionError):
            self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *args: Any) -> None:
        done = subprocess.run(
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", self._bin / program, *args],
            cwd=self._folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.returncode}"


class Redis:
    """A server that keeps nothing on disk, as operations.md says."""

    def __init__(self, folder: Path) -> None:
        need(shutil.which("redis-server"), "redis-server")
        self.port, self._folder = free_port(), folder
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            cwd=self._folder, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    close = kill


class Thumbs:
    """The process of the phones."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.phones"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, what: str, **more: Any) -> dict[str, Any]:
        """Say a line and read its answer."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"do": what, **more}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline() or '{"error": "gone"}')
        assert "error" not in answer
        return answer

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


class Hall:
    """Everything that a fault may strike, and what must be right after it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._ends = folder, contextlib.ExitStack()
        try:
            self._begin(free_port())
        except BaseException:
            self.close()
            raise

    def _begin(self, port: int) -> None:
        self.postgres = self._ends.enter_context(contextlib.closing(Postgres()))
        self.redis = self._ends.enter_context(contextlib.closing(Redis(self.folder)))
        self.proxy = self._ends.enter_context(contextlib.closing(Proxy(("127.0.0.1", port))))
        self.url = f"http://127.0.0.1:{self.proxy.port}"
        self.environ = environment(self.folder, port) | {
            "DATABASE_URL": self.postgres.url("main"), "ROLL_DATABASE_URL": self.postgres.url("roll"),
            "REDIS_URL": f"redis://127.0.0.1:{self.redis.port}/0", "BASE_URL": self.url,
        }  # fmt: skip
        sample = ("province", "--members", "0", "--questions", str(QUESTIONS), "--votes", "0", "--entry", "open")
        self.sample = json.loads(command(self.environ, "sample", *sample, "--json").splitlines()[-1])
        self.server = self._serve(port)
        self._ends.callback(self._stop)
        self.app: Flask = factory.create_app(core_settings.load(self.environ))
        for name in ("db", "roll"):
            self._ends.callback(self.app.extensions["survey"][name].dispose)
        self.phones = self._ends.enter_context(contextlib.closing(Thumbs()))
        self.direct = Client(f"http://127.0.0.1:{port}")
        wait_until_ready(f"http://127.0.0.1:{port}", self.server, self.folder / "log", 120)
        self._enter()

    def _serve(self, port: int) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("w") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-k", "gevent", "-w", str(WORKERS), "--no-control-socket",
                 "--graceful-timeout", "1", "-b", f"127.0.0.1:{port}", "app:serving()"],
                cwd=ROOT, env=self.environ, stdout=log, stderr=log,
            )  # fmt: skip

    def _enter(self) -> None:
        """Ballots are put in at once, as the doors do one by one; one page's session and token serve all phones."""
        self.base = f"/d/{self.sample['code']}"
        one = member(self.direct_url, self.sample["code"])
        token, page = one.csrf(self.base), one.get(f"{self.base}?tab=ranking").text
        board = one.get(f"{self.base}/board").text
        after = int(re.search(r"/live\?after=(\d+)", page)[1])  # type: ignore[index]
        self.direct, self.secrets = one, [secrets.token_urlsafe(24) for _ in range(PHONES)]
        with self.db.reading() as session:
            self.dialogue_id: str = session.scalars(select(Question.dialogue_id)).first() or ""
            self.keys = list(session.scalars(select(Question.id).where(Question.state == "approved")))
        self.db.write(self._put_in)
        place = {
            "host": "127.0.0.1", "port": self.proxy.port, "name": self.url[7:], "base": self.base, "after": after,
            "keys": self.keys, "token": token, "session": one.cookies[(self.base, _COOKIE)],
        }  # fmt: skip
        self.phones.ask("enter", place=place, secrets=self.secrets, html=board)
        until(lambda: self.wrong()["listening"] == PHONES, 30, "not all phones listen")

    def _put_in(self, session: Any) -> None:
        session.add_all(Ballot(dialogue_id=self.dialogue_id, ballot=digest(secret)) for secret in self.secrets)

    @property
    def direct_url(self) -> str:
        """The server without the wire."""
        return f"http://127.0.0.1:{self.direct.port}"

    @property
    def db(self) -> Any:
        """The main database, as one more process that tells the others what it writes."""
        return self.app.extensions["survey"]["db"]

    def call(self) -> None:
        """The leader goes on to another question: phones must learn of it."""
        with self.db.reading() as session:
            waiting = session.scalars(select(Question.id).where(Question.state == "approved")).all()
        self.db.write(moderation.decide, self.dialogue_id, secrets.choice(waiting), "call", actor="test")

    def truth(self) -> dict[str, Any]:
        """What every phone must show, as the server itself says it to whoever asks now."""
        board = Board()
        answer = Client(self.direct_url)
        answer.cookies = self.direct.cookies
        board.take(answer.get(f"{self.base}/board").text)
        return board.shown()

    def tap(self, per_second: float) -> None:
        """So many taps a second from now on; 0: hands off."""
        self.phones.ask("tap", per_second=per_second)

    def told(self) -> dict[str, Any]:
        """What was acknowledged."""
        return self.phones.ask("told")

    def waiting(self) -> int:
        """How many phones have a vote that is not acknowledged."""
        found: int = self.wrong()["wrong"].get("a vote waits", 0)
        return found

    def wrong(self) -> dict[str, Any]:
        """How many phones are not right now, and why."""
        return self.phones.ask("wrong", truth=self.truth())

    def settle(self, patience: float = 60) -> float:
        """Seconds until every phone is right; say what is wrong where that never happens."""
        began, last = time.monotonic(), {}
        while time.monotonic() - began < patience:
            with contextlib.suppress(OSError, LookupError):
                last = self.wrong()
                if not last["wrong"]:
                    return time.monotonic() - began
            time.sleep(0.1)
        raise AssertionError(f"after {patience} s not right: {last}")

    def workers(self) -> list[int]:
        """The processes that serve."""
        pid = self.server.pid
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]

    def counted(self) -> dict[str, int]:
        """What the database holds against what phones were told: `lost`, `twice`, `votes`, `acked`."""
        told = self.phones.ask("told")
        key = self.app.extensions["survey"]["keys"].get(self.dialogue_id, "vote")
        wanted = {
            (of, queries.voter_mark(key, digest(secret).hex(), of))
            for secret, on in zip(self.secrets, told["on"], strict=True)
            for of in on
        }
        with self.db.reading() as session:
            rows = [(of, bytes(voter)) for of, voter in session.execute(select(Support.question_id, Support.voter))]
            kept = dict(session.execute(select(Question.id, Question.supporters)).tuples().all())
        behind = Counter(of for of, _voter in rows)
        twice = len(rows) - len(set(rows)) + len(set(rows) - wanted) + sum(abs(kept[id_] - behind[id_]) for id_ in kept)
        return {"lost": len(wanted - set(rows)), "twice": twice, "votes": len(rows), "acked": told["acked"]}

    def log(self) -> str:
        """What the server wrote."""
        return (self.folder / "log").read_text(encoding="utf-8")

    def _stop(self) -> None:
        self.server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.server.wait(5)
        self.server.kill()
        self.server.wait()

    def close(self) -> None:
        """End everything that was begun."""
        self._ends.close()


PROMISED, TAPS = 10, 40  # seconds after a fault until all is right; taps a second


@contextlib.contextmanager
def after(hall: Hall, figure: Callable[[str], None], what: str) -> Iterator[None]:
    """The block is a fault, with its end; thumbs tap before and all through it. What must hold afterwards holds."""
    before = hall.told()["acked"]
    hall.tap(TAPS)
    time.sleep(0.5)
    yield
    hall.tap(0)
    seconds, found = hall.settle(), hall.counted()
    votes = found["acked"] - before
    figure(
        f"{what}: {votes} votes, {found['lost']} lost, {found['twice']} twice, {PHONES} phones right after {seconds:.1f} s"
    )
    assert votes > 0
    assert (found["lost"], found["twice"]) == (0, 0)
    assert hall.told()["refused"] == [], "a fault is no refusal: the phone would forget the vote"
    assert seconds <= 2 * PROMISED, "twice what the issue names; the figure is printed"


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """One for all faults: each must leave it as it was."""
    made = Hall(tmp_path_factory.mktemp("hall"))
    yield made
    made.close()
