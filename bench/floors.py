"""What nobody gets below on this machine: a route that does nothing, a bare loop of sends, a plain insert into SQLite."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time

from bench import fanout
from bench.server import ROOT
from bench.server import running
from bench.votes import noop

INSERTS = 300

_CSV = """
import csv, json, sys
rows = json.load(sys.stdin)
csv.writer(sys.stdout).writerows(rows)
"""


def measure(streams: int = 1_000) -> dict[str, float]:
    """`noop` ms of CPU, `send` us of CPU, `insert` ms of CPU, and `commit`, the ms until the disk has it."""
    with running(module="bench/noop_server.py") as server:
        noop(server)  # warm
        none = noop(server)
    return {"noop": none, "send": fanout.floor(streams), **insert()}


def insert() -> dict[str, float]:
    """One row and one commit at a time, on disk before the next (`synchronous=FULL`)."""
    with tempfile.TemporaryDirectory(prefix="doithoai-") as folder:
        db = sqlite3.connect(f"{folder}/plain.sqlite3", isolation_level=None)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE supports (question TEXT, voter BLOB, PRIMARY KEY (question, voter)) WITHOUT ROWID")
        before, began = time.process_time(), time.perf_counter()
        for _ in range(INSERTS):
            db.execute("INSERT INTO supports VALUES ('abcdefghijkl', ?)", (os.urandom(16),))
        work, taken = time.process_time() - before, time.perf_counter() - began
        db.close()
    return {"insert": work / INSERTS * 1000, "commit": taken / INSERTS * 1000}


def csv(rows: int) -> float:
    """Seconds of CPU of a bare Python process that writes so many rows of ten cells by its own `csv`."""
    told = json.dumps([[f"Lựa chọn {n % 7}"] * 10 for n in range(rows)])
    before = os.times()
    subprocess.run([sys.executable, "-c", _CSV], input=told, text=True, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
