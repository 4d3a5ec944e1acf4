"""Everything of 5,000 questions and 100,000 votes as one workbook, made beside a hall: how long, and what the streams notice.

Method: a real server with a heartbeat on its event loop and a phone's stream open; the organiser asks for `all.xlsx` by the
form, looks at the page every half second and fetches the file. The worst late beat is held against a bare loop that runs on
the same machine at the same time, beside the same worker.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from urllib.parse import urlsplit

from bench.client import Client
from bench.client import member
from bench.event_loop import watched
from bench.server import ROOT
from bench.server import Running
from bench.server import running

QUESTIONS, VOTES, MEMBERS = 5_000, 100_000, 400
BARE = 12  # seconds for which the bare loop is watched


def measure(questions: int = QUESTIONS, votes: int = VOTES) -> dict[str, float]:
    """Seconds until the file was there, its kB, looks at its page, the worst late beat of the server and of a bare loop."""
    size = ("--members", str(MEMBERS), "--questions", str(questions), "--votes", str(votes))
    with running("province", *size, module="bench/watched_server.py") as server:
        stream = member(server.url, server.sample["code"]).stream(f"/d/{server.sample['code']}/live")
        organiser = Client(server.url)
        organiser.get(urlsplit(server.sample["staff"]["organiser"]).path)
        bare = subprocess.Popen([sys.executable, "-m", "bench.bare_loop", str(BARE)], cwd=ROOT, stdout=subprocess.PIPE)
        (server.folder / "data" / "start").touch()
        figures = _made(server, organiser)
        stream.close()
        figures["stall"] = watched(server)
        out, _ = bare.communicate()
    return {**figures, "bare": float(out), "more": figures["stall"] - float(out)}


def _made(server: Running, organiser: Client) -> dict[str, float]:
    base = f"/s/{server.sample['code']}/exports"
    form = {"csrf_token": organiser.csrf(base), "file": "all.xlsx"}
    began, looks = time.monotonic(), 0
    job = urlsplit(organiser.post(f"{base}/jobs", form).headers["Location"]).path
    asked = time.monotonic() - began
    while "Refresh" in organiser.get(job).headers:
        looks += 1
        time.sleep(0.5)
    taken = time.monotonic() - began
    file = organiser.get(f"{job}/file")
    if file.status != 200:
        raise RuntimeError(f"no file: {file.status}")
    return {"asked": asked, "seconds": taken, "looks": float(looks), "kb": len(file.body) / 1024}


if __name__ == "__main__":
    print(json.dumps(measure()))
