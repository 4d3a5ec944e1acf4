"""A real server in a process of its own, over a fresh folder, with a sample dialogue in it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers, and what its sample printed."""

    url: str
    folder: Path
    sample: dict[str, Any]
    environ: dict[str, str]
    pid: int


def environment(folder: Path, port: int) -> dict[str, str]:
    """The environment of a server over `folder`."""
    return {
        **os.environ,
        "DATA_DIR": str(folder / "data"),
        "KEY_DIR": str(folder / "keys"),
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "BASE_URL": f"http://127.0.0.1:{port}",
    }


def free_port() -> int:
    """A port that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(environ: dict[str, str], *args: str) -> str:
    """Run one CLI command and return what it printed."""
    done = subprocess.run(
        [sys.executable, "app.py", *args], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{args}: {done.stdout}{done.stderr}")
    return done.stdout


@contextlib.contextmanager
def running(*sample: str, module: str = "app.py", base_url: str = "") -> Iterator[Running]:
    """Serve a sample (arguments of the `sample` command) until the block ends; the folder goes with it.

    `base_url` is what the pages call the server, for a browser that is told where to find it.
    """
    with tempfile.TemporaryDirectory(prefix="doithoai-") as name:
        folder, port = Path(name), free_port()
        environ = environment(folder, port)
        local = environ["BASE_URL"]
        environ["BASE_URL"] = base_url or local
        made = json.loads(command(environ, "sample", *sample, "--json").splitlines()[-1]) if sample else {}
        with (folder / "server.log").open("w") as log:
            server = subprocess.Popen([sys.executable, module], cwd=ROOT, env=environ, stdout=log, stderr=log)
        try:
            wait_until_ready(local, server, folder / "server.log")
            yield Running(environ["BASE_URL"], folder, made, environ, server.pid)
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()


def wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path, patience: float = 90) -> None:
    """Return when `/healthz` answers; raise with the log where it never does."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError), urlopen(f"{url}/healthz", timeout=1) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start: {log.read_text(encoding='utf-8')}")
