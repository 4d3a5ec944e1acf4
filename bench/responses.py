"""CPU of one response of ten items, page and answer, as a multiple of a Flask route that does nothing; and of large files.

Method: fresh phones one after another, each gets the page, compressed as browsers do, reads its hidden fields and posts;
counted only if the answer was kept, as each page of thanks says afterwards (`thanks`, apart). CPU is user and system time of
the server process, floors are taken before and after. Files: 5,000 responses of ten items, two of them texts, made as the
server has them made: by a process of its own, whose whole CPU counts.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import resource
import subprocess
import sys
from html import unescape
from itertools import pairwise
from statistics import median
from typing import Any

from bench.client import Client
from bench.client import member
from bench.server import ROOT
from bench.server import Running
from bench.server import running
from bench.votes import cpu
from survey.exports import survey_file
from survey.exports.survey_file import Item
from survey.exports.survey_file import Job
from survey.exports.tables import Column
from survey.exports.tables import Table
from survey.questionnaires import snapshot

ROUNDS, PHONES, NOOPS = 10, 24, 200
ROWS = 5_000
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_FIELD = re.compile(r'<(?:input|textarea)[^>]* name="([a-z2-7]{12}(?:\.[a-z2-7]+)?)"[^>]*?(?: value="([^"]*)")?[ >]')


def measure() -> dict[str, float]:
    """`response` and `noop` in milliseconds of CPU, `ratio` of the medians; seconds of CPU and MB of the files."""
    return {**responses(), **files()}


def responses(rounds: int = ROUNDS) -> dict[str, float]:
    """A response with its page against a route that does nothing, interleaved; `page`, `save` and `thanks` apart as well."""
    sample = ("province", "--members", "10", "--questions", "3", "--votes", "0")
    with running(*sample, module="bench/noop_server.py") as server:
        path = questionnaire(server)
        cost, noops = [], []
        for _round in range(rounds):
            before = _noop(server)
            cost.append(_round_of(server, path))
            noops.append((before + _noop(server)) / 2)
    ratio = median((page + save) / floor for (page, save, _thanks), floor in zip(cost, noops, strict=True))
    page, save, thanks = (median(part) for part in zip(*cost, strict=True))
    response = median(page + save for page, save, _thanks in cost)
    return {"response": response, "noop": median(noops), "ratio": ratio, "page": page, "save": save, "thanks": thanks}


def files(rows: int = ROWS) -> dict[str, float]:
    """Seconds of CPU for each format, the best of three, and the memory of the largest."""
    raw = survey_file.written_down(large_job(rows))
    return {name: figure for fmt in ("xlsx", "csv") for name, figure in _file(raw, fmt).items()}


def large_job(rows: int = ROWS) -> Job:
    """The job of a questionnaire of ten items with so many responses."""
    chance = random.Random(12)
    kinds = ("single", "single", "rating", "rating", "yesno", "multiple", "score", "number", "text", "short")
    options = [{"id": f"abcdefghijk{n}", "text": f"Lựa chọn {n}"} for n in range(5)]
    settings = {"options": options, "other": False, "steps": 5, "low": "", "high": ""}
    items = [Item(f"item{n:08}", kind, f"Câu hỏi số {n}?", settings, n in {0, 4}) for n, kind in enumerate(kinds)]
    answers = [
        {item.id: value for item in items if (value := _answer(item, chance)) is not None} for _row in range(rows)
    ]
    taken = snapshot.take(answers, answers, [(item.id, item.kind) for item in items], snapshot.Snapshot(), last=True)
    summary = Table("results", "Kết quả", (Column("item", "Mục", "text", 40),), (("Mục",),), (), (), rows)
    return Job("Khảo sát", "ABCDEF", "Đối thoại", summary, items, snapshot.pack(taken), "", "")


def _answer(item: Item, chance: random.Random) -> Any:
    ids = [option["id"] for option in item.settings["options"]]
    words = ["mong", "được", "học", "thêm", "máy", "tính", "và", "có", "nhà", "ở", "gần", "nơi", "làm", "việc"]
    made = {
        "single": chance.choice(ids), "rating": chance.randint(1, 5), "yesno": chance.choice(("yes", "no")),
        "multiple": chance.sample(ids, 2), "score": chance.randint(0, 10), "number": chance.randint(18, 60),
    }  # fmt: skip
    if item.kind in made:
        return made[item.kind]
    return " ".join(chance.choices(words, k=12)) if chance.random() < 0.5 else None


# The worker as the server starts it, which then says its own peak: what the kernel tells the parent may be the parent's.
_WORKER = """
import sys
from survey.exports import survey_file
code = survey_file.main()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
sys.stderr.write(peak.split()[1])
sys.exit(code)
"""


def _file(raw: bytes, fmt: str) -> dict[str, float]:
    best, most = float("inf"), 0.0
    for _try in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-c", _WORKER, fmt], input=raw, capture_output=True, cwd=ROOT, check=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        most = max(most, int(done.stderr) / 1024)
    return {fmt: best, f"{fmt}_mb": most}


def questionnaire(server: Running) -> str:
    """A questionnaire of ten items, open in the hall; made by the command line's own database."""
    made = subprocess.run(
        [sys.executable, "-m", "bench.ten_items", server.sample["code"]], cwd=ROOT, env=server.environ, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    return f"/d/{server.sample['code']}/surveys/{made.stdout.strip()}"


def _noop(server: Running) -> float:
    client, before = Client(server.url), cpu(server.pid)
    for _request in range(NOOPS):
        client.get("/noop")
    return (cpu(server.pid) - before) / NOOPS * 1000


def _round_of(server: Running, path: str) -> tuple[float, float, float]:
    """Page, answer, and the thanks to which the answer leads: each in ms of CPU for one phone."""
    phones = [member(server.url, server.sample["code"]) for _phone in range(PHONES)]
    times = [cpu(server.pid)]
    pages = [_page(phone, path) for phone in phones]
    times.append(cpu(server.pid))
    forms = [{**_filled(page), **dict(_HIDDEN.findall(page))} for page in pages]
    for phone, form in zip(phones, forms, strict=True):
        answer = phone.post(path, form)
        if answer.status != 303:
            raise RuntimeError(f"{path}: {answer.status} {unescape(answer.text)[:300]}")
    times.append(cpu(server.pid))
    if not all("data-survey-sent" in _page(phone, path) for phone in phones):
        raise RuntimeError(f"{path}: no thanks for what was sent")
    times.append(cpu(server.pid))
    page, save, thanks = ((after - before) / PHONES * 1000 for before, after in pairwise(times))
    return page, save, thanks


def _page(phone: Client, path: str) -> str:
    answer = phone.get(path, Accept_Encoding="gzip")
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return gzip.decompress(answer.body).decode()


def _filled(page: str) -> dict[str, str]:
    """The first choice of each item, and some words where there is none."""
    found: dict[str, str] = {}
    for name, value in _FIELD.findall(page):
        found.setdefault(name, value or "Mong được học thêm")
    return found


if __name__ == "__main__":
    print(json.dumps(measure()))
