"""How long does the server's event loop stand still under load? Against a bare gevent loop on the same machine.

Load: 200 votes/s, 20 moderators who write, and a CLI `backup`, all from other processes.
Control (`--control`): a second writing connection inside the server with `busy_timeout=5000`, which must be caught.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from bench.client import Client
from bench.client import member
from bench.server import ROOT
from bench.server import Running
from bench.server import command
from bench.server import running
from bench.wire import Wire

VOTES_PER_SECOND = 200
PHONES = 40
MODERATORS = 20
ALLOWED = 0.050  # seconds more than the bare loop


def measure(seconds: float = 8, *, control: bool = False) -> dict[str, float]:
    """Run the load; figures in seconds and counts: stall of the server and of a bare loop, votes, writes, backups."""
    module = "bench/stalling_server.py" if control else "bench/watched_server.py"
    with running("province", "--members", "100", "--votes", "500", module=module) as server:
        bare = subprocess.Popen(
            [sys.executable, "-m", "bench.bare_loop", str(seconds)], cwd=ROOT, stdout=subprocess.PIPE
        )
        figures = _load(server, seconds)
        out, _ = bare.communicate()
        figures["bare"] = float(out)
        figures["stall"] = watched(server)
    figures["more"] = figures["stall"] - figures["bare"]
    return figures


def watched(server: Running) -> float:
    """End the watch of a `watched_server`; the worst late beat in seconds."""
    data = server.folder / "data"
    (data / "stop").touch()
    deadline = time.monotonic() + 20
    while not (data / "stall").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    if not (data / "stall").exists():
        raise RuntimeError((server.folder / "server.log").read_text(encoding="utf-8")[-2000:])
    time.sleep(0.1)
    return float((data / "stall").read_text(encoding="ascii"))


def _load(server: Running, seconds: float) -> dict[str, float]:
    code = server.sample["code"]
    phones = [member(server.url, code) for _ in range(PHONES)]
    desks = [_moderator(server) for _ in range(MODERATORS)]
    board = phones[0].get(f"/d/{code}/board.json").json()["questions"]
    ids = [q["id"] for q in board if q["state"] == "approved"]
    base = f"/d/{code}/questions"
    votes = []
    for n, phone in enumerate(phones):  # pages are read and requests are written before the watch begins
        wire = Wire(phone, phone.csrf(f"/d/{code}"))
        turned = ids[n % len(ids) :] + ids[: n % len(ids)]
        votes.append((wire, [wire.request(f"{base}/{q}/vote{tail}") for tail in ("", "/withdrawal") for q in turned]))
    notes = []
    for n, desk in enumerate(desks):
        wire = Wire(desk, desk.csrf(f"/s/{code}/moderate"))
        path = f"/s/{code}/questions/{ids[n]}/note"
        notes.append((wire, [wire.request(path, {"note": f"Ghi {turn}"}) for turn in range(60)]))
    done = {"votes": 0.0, "writes": 0.0, "backups": 0.0, "failed": 0.0}
    (server.folder / "data" / "start").touch()  # from here on the server watches its loop
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=_send, args=(*v, PHONES / VOTES_PER_SECOND, end, done, "votes")) for v in votes]
    threads += [threading.Thread(target=_send, args=(*w, 1.0, end, done, "writes")) for w in notes]
    threads.append(threading.Thread(target=_backup, args=(server, done)))
    for thread in threads:
        thread.start()
        time.sleep(1 / VOTES_PER_SECOND)  # 200 a second are not 40 at once
    for thread in threads:
        thread.join()
    time.sleep(0.5)
    return done


def _moderator(server: Running) -> Client:
    desk = Client(server.url)
    link = str(server.sample["staff"]["moderator"]).removeprefix(server.url)
    desk.get(link)
    return desk


def _send(wire: Wire, requests: list[bytes], pause: float, end: float, done: dict[str, float], what: str) -> None:
    turn = 0
    while time.monotonic() < end:
        started = time.monotonic()
        status = wire.send(requests[turn % len(requests)])
        done[what if status in {200, 204, 303} else "failed"] += 1
        turn += 1
        time.sleep(max(0.0, pause - (time.monotonic() - started)))


def _backup(server: Running, done: dict[str, float]) -> None:
    command(server.environ, "backup", str(server.folder / "backup"))
    done["backups"] += 1


def main() -> None:
    """Print the figures as JSON; end in non-zero when the loop stood still for too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--control", action="store_true")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    figures = measure(args.seconds, control=args.control)
    line = json.dumps(figures)
    print(line)
    if args.out:
        args.out.write_text(line, encoding="utf-8")
    sys.exit(figures["more"] > ALLOWED)


if __name__ == "__main__":
    main()
