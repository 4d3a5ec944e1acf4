"""A server that is killed without a word and started again over the same folders."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

from bench.server import ROOT
from bench.votes import cpu

PATIENCE = 120.0  # seconds, on a machine that does much else


class Mortal:
    """One server at a time. `cold` starts are whole: a new Python that loads everything; others are forks of one that did."""

    def __init__(self, environ: dict[str, str], folder: Path, control: str = "") -> None:
        self.environ = {
            **environ,
            "PYTHONPYCACHEPREFIX": str(ROOT / ".pytest_cache" / "pyc"),
            "PYTHONDONTWRITEBYTECODE": "",
        }
        self.port = int(environ["PORT"])
        self.log = folder / "server.log"
        self.pid = 0
        self.restarts: list[float] = []  # seconds from a whole start to the first answer
        self.work: list[float] = []  # seconds of CPU in the same time
        self._whole: subprocess.Popen[bytes] | None = None
        with self.log.open("ab") as log:
            self._forks = subprocess.Popen(
                [sys.executable, "tests/faults/launching.py", *([control] if control else [])],
                cwd=ROOT, env=self.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip

    def start(self, *, cold: bool = False) -> None:
        """Return when it answers."""
        began = time.monotonic()
        if cold:
            with self.log.open("ab") as log:
                self._whole = subprocess.Popen(
                    [sys.executable, "app.py"], cwd=ROOT, env=self.environ, stdout=subprocess.DEVNULL, stderr=log
                )
            self.pid = self._whole.pid
        else:
            assert self._forks.stdin is not None
            assert self._forks.stdout is not None
            self._forks.stdin.write(b"start\n")
            self._forks.stdin.flush()
            self.pid = int(self._forks.stdout.readline())
        while self.status("/healthz") != 200:
            if time.monotonic() - began > PATIENCE or not self._lives():
                raise RuntimeError(f"no server: {self.log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.01)
        if cold:
            self.restarts.append(time.monotonic() - began)
            self.work.append(cpu(self.pid))

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        if self._whole is not None:
            self._whole.wait()
            self._whole = None
        while self._lives():
            time.sleep(0.002)

    def status(self, path: str) -> int:
        """The status of a page; 0 where nobody answers."""
        return self.look(path)[0]

    def look(self, path: str) -> tuple[int, str]:
        """Status and words of a page; 0 where nobody answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        return 0, ""

    def close(self) -> None:
        """Nothing of it runs any more."""
        if self._lives():
            self.kill()
        assert self._forks.stdin is not None
        assert self._forks.stdout is not None
        self._forks.stdin.close()
        self._forks.wait()
        self._forks.stdout.close()

    def _lives(self) -> bool:
        if self._whole is not None:
            return self._whole.poll() is None
        with contextlib.suppress(OSError):
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2][:1] not in {"", "Z", "X"}
        return False


@contextlib.contextmanager
def mortal(environ: dict[str, str], folder: Path, control: str = "") -> Iterator[Mortal]:
    """Such a server, not started yet."""
    made = Mortal(environ, folder, control)
    try:
        yield made
    finally:
        made.close()
