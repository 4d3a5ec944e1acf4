"""What an update costs behind nginx with TLS and HTTP/2 (#4), and 5,000 streams with 200 votes a second behind it (#14).

The site is `deploy/data-centre/nginx.conf` with other ports and a certificate of the moment. CPU is told apart: of the
program, and of nginx. `python -m bench.behind_nginx [STREAMS …]` writes bench/results/behind_nginx.json.
"""

from __future__ import annotations

import json
import os
import random
import re
import resource
import shutil
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from bench import crowd
from bench import fanout
from bench.client import Client
from bench.client import member
from bench.server import ROOT
from bench.server import free_port
from bench.server import running
from bench.streams import phones
from bench.votes import cpu
from bench.wire import Wire

SITE = ROOT / "deploy/data-centre/nginx.conf"
SAMPLE = ("province", "--members", "10", "--questions", "23", "--votes", "0", "--entry", "open")
VOTES = 20
FILES = min(60_000, resource.getrlimit(resource.RLIMIT_NOFILE)[1])  # two a stream


@dataclass(frozen=True, slots=True)
class Proxy:
    """An nginx that answers: its TLS port, its processes, and the folder of its logs."""

    port: int
    pids: tuple[int, ...]
    folder: Path

    def work(self) -> float:
        """Seconds of CPU so far."""
        return sum(cpu(pid) for pid in self.pids)

    def memory(self) -> float:
        """KiB of all its processes."""
        return sum(fanout.pss(pid) for pid in self.pids)


@contextmanager
def nginx(folder: Path, *ports: int, connections: int = FILES, log: str = "") -> Iterator[Proxy]:
    """Our own site in front of these ports of this machine, until the block ends; `log` in place of its error log."""
    port, plain = free_port(), free_port()
    main = configure(folder, port, plain, ports)
    _replace(main, f"worker_connections {FILES};", f"worker_connections {connections};")
    _replace(folder / "site.conf", "error_log /dev/null emerg;", log or "error_log /dev/null emerg;")
    process = subprocess.Popen([program(), "-p", str(folder), "-c", str(main), "-e", str(folder / "start.log")])
    try:
        _wait(port, process)
        yield Proxy(port, (process.pid, *_children(process.pid)), folder)
    finally:
        process.terminate()
        process.wait(10)


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise ValueError(f"{path.name} no longer says {old}")
    path.write_text(text.replace(old, new), encoding="utf-8")


def program() -> str:
    """Where nginx is; Debian puts it outside the usual path of users."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin") or "nginx"


def configure(folder: Path, port: int, plain: int, ports: tuple[int, ...]) -> Path:
    """Write a main file around the site, with its ports, logs and certificate in `folder`."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=doithoai.example", "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    site = SITE.read_text(encoding="utf-8")
    servers = "".join(f"    server 127.0.0.1:{one} max_fails=0;\n" for one in ports)
    site = re.sub(r"(    server 127\.0\.0\.1:\d+ max_fails=0;\n)+", servers, site)
    for old, new in (
        ("listen 443", f"listen 127.0.0.1:{port}"), ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("/etc/ssl/doithoai/", f"{folder}/"),
    ):  # fmt: skip
        if old not in site:
            raise ValueError(f"the site no longer says {old}")
        site = site.replace(old, new)
    (folder / "site.conf").write_text(site, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(
        f"{user}daemon off;\nworker_processes 1;\nworker_rlimit_nofile {FILES};\npid {folder}/nginx.pid;\n"
        f"events {{ worker_connections {FILES}; }}\n"
        f"http {{\naccess_log {folder}/access.log;\n{temporary}include {folder}/site.conf;\n}}\n",
        encoding="utf-8",
    )
    return main


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        try:
            Secure.connect("127.0.0.1", port).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("nginx did not start")


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


class Secure(Wire):
    """A kept connection by TLS and HTTP/1.1 to the proxy at `port`."""

    port = 0

    def __init__(self, client: Client, token: str) -> None:
        super().__init__(client, token)
        self.socket.close()
        self.socket = self.connect("127.0.0.1", self.port)

    @staticmethod
    def connect(host: str, port: int) -> ssl.SSLSocket:
        """A TLS connection that believes any certificate."""
        import socket  # noqa: PLC0415 -- the name is one of a field above

        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(socket.create_connection((host, port), timeout=30))


def fan_out(size: int) -> dict[str, float]:
    """CPU microseconds of one delivery, of the program and of nginx; bytes; KiB of nginx a stream; delays in ms."""
    with running(*SAMPLE) as server:
        code, url = server.sample["code"], urlsplit(server.url)
        voter, listener = member(server.url, code), member(server.url, code)
        ids = [one["id"] for one in fanout.board(voter, code) if one["state"] == "approved"][:VOTES]
        with nginx(server.folder, url.port or 80) as proxy, phones("127.0.0.1", proxy.port, size, secure=True) as held:
            empty = proxy.memory()
            held.ask("open", request=fanout.request(listener, url.netloc, code, fanout.version(voter, code)))
            held.ask("read", seconds=2)
            kib = (proxy.memory() - empty) / size
            chance, token = random.Random(1), voter.csrf(f"/d/{code}")
            before, proxied, delays, received = cpu(server.pid), proxy.work(), [], 0
            for id_ in ids:
                time.sleep(chance.uniform(0, 1))
                held.ask("mark")
                tapped = time.monotonic()
                fanout.vote(voter, code, id_, token)
                answer = held.ask("wait")
                received += answer["bytes"]
                delays.append([(moment - tapped) * 1000 for moment in answer["times"]])
            ours, theirs = cpu(server.pid) - before, proxy.work() - proxied
    each = 1e6 / len(ids) / size
    return {
        "us": ours * each, "nginx_us": theirs * each, "bytes": received / len(ids) / size, "nginx_kib": kib,
        "p50": median(one[1] for one in delays), "p99": max(one[2] for one in delays),
    }  # fmt: skip


def crowded(streams: int = 5_000, seconds: float = 10) -> dict[str, float]:
    """Streams by TLS and HTTP/2, votes by TLS: from the tap to the stream, in seconds."""
    with running(*SAMPLE) as server:
        code, url = server.sample["code"], urlsplit(server.url)
        listener, voters = member(server.url, code), [member(server.url, code) for _ in range(crowd.VOTERS)]
        ids = [one["id"] for one in fanout.board(listener, code) if one["state"] == "approved"]
        with (
            nginx(server.folder, url.port or 80) as proxy,
            phones("127.0.0.1", proxy.port, streams, secure=True) as held,
        ):
            held.ask("open", request=fanout.request(listener, url.netloc, code, fanout.version(listener, code)))
            held.ask("watch", number=crowd.WATCHED)
            taps: list[tuple[float, float, int]] = []
            lines = crowd.wires(voters, code, type("Here", (Secure,), {"port": proxy.port}))
            reader = threading.Thread(target=held.ask, args=("read",), kwargs={"seconds": seconds + 3})
            ours, theirs = cpu(server.pid), proxy.work()
            reader.start()
            failed = crowd._vote(lines, code, ids, seconds, taps)
            reader.join()
            ours, theirs = cpu(server.pid) - ours, proxy.work() - theirs
            told = held.ask("told")
    delays = sorted(delay for log in told["told"] for delay in crowd._delays(taps, log))
    return {
        "streams": streams, "votes": len(taps), "failed": failed, "lost": told["lost"],
        "p50": crowd._share(delays, 0.5), "p99": crowd._share(delays, 0.99),
        "busy": ours / (seconds + 3), "nginx_busy": theirs / (seconds + 3),
    }  # fmt: skip


def measure(sizes: tuple[int, ...] = (1_000, 10_000), streams: int = 5_000) -> dict[str, float]:
    """Everything, with the floor and the same without nginx (`straight_us`) in the same run."""
    found: dict[str, float] = {}
    for size in sizes:
        low, straight = fanout.floor(size), fanout.served(size)["us"]
        ours = {**fan_out(size), "straight_us": straight, "floor": low}
        found |= {f"{name}_{size}": value for name, value in ours.items()}
    return found | {f"crowd_{name}": value for name, value in crowded(streams).items()}


if __name__ == "__main__":
    figures = {
        name: round(value, 4) for name, value in measure(tuple(map(int, sys.argv[1:])) or (1_000, 10_000)).items()
    }
    (ROOT / "bench/results/behind_nginx.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=1))
