"""A disk that is full to its last byte: nothing is acknowledged that is not kept, and it passes by itself."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.client import Client
from survey.core.boxes import Boxes
from survey.core.errors import Busy
from survey.core.keys import KeyStore
from survey.followups import attachments
from tests.faults.disks import small_disk
from tests.faults.halls import Hall
from tests.faults.halls import hall_of
from tests.faults.halls import place_of

Figure = Callable[[str], None]


def until(seen: Callable[[], bool], patience: float = 60) -> float:
    """Wait for it; the seconds that it took."""
    began = time.monotonic()
    while not seen():
        assert time.monotonic() - began < patience
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.mark.timeout(600)  # beside other work
@pytest.mark.claim(
    "scale", "disk full: 503 and a sentence, never 500; reading goes on; it passes by itself, nothing lost"
)
def test_full_disk_passes_by_itself(tmp_path: Path, figure: Figure) -> None:
    """Databases, box, keys and log lie on it."""
    with small_disk(tmp_path / "disk") as disk, hall_of(place_of(disk.folder), phones=8, pause=0.02) as hall:
        hall.crowd.go()
        until(lambda: hall.crowd.told() > 40)
        assert hall.server.look("/readyz") == (200, "ready\n")
        disk.fill()
        until(lambda: hall.crowd.statuses()[503] > 20)
        said = refused(hall)
        assert hall.server.look("/readyz") == (503, "disk: full\n")
        assert [hall.server.status(path) for path in reading(hall)] == [200, 200, 200, 200]
        before = hall.crowd.told()
        disk.free()
        back = until(lambda: hall.crowd.told() > before + 8)
        disk.fill()
        hall.server.kill()  # and a start on a full disk reads, too
        hall.server.start()
        assert [hall.server.status(path) for path in reading(hall)] == [200, 200, 200, 200]
        disk.free()
        before = hall.crowd.told()
        until(lambda: hall.crowd.told() > before + 8)
        hall.crowd.rest()
        until(lambda: hall.server.status("/readyz") == 200)
        assert not hall.recount()
        statuses = hall.crowd.statuses()
        figure(
            f"{statuses[503]} refused with “{said}”, {hall.crowd.told()} told, 0 lost; taken again after {back:.1f} s"
        )
        assert set(statuses) == {200, 503}


def reading(hall: Hall) -> list[str]:
    """What members look at."""
    return ["/", f"/d/{hall.place.code}", f"/d/{hall.place.code}/board.json", "/healthz"]


def refused(hall: Hall) -> str:
    """What a phone is told of a vote and of a question, as a program, by htmx and as a page."""
    phone: Client = hall.crowd.phones[0].client
    base, question = f"/d/{hall.place.code}", hall.place.approved()[0]
    token = phone.csrf(base)
    asked = {"body": "Bao giờ có nhà trẻ cho con em công nhân?"}
    seen = []
    for path, form in ((f"{base}/questions/{question}/vote", {}), (f"{base}/questions", asked)):
        for headers in ({"Accept": "application/json"}, {"HX_Request": "true"}, {}):
            answer = phone.post(path, {**form, "csrf_token": token}, X_CSRFToken=token, **headers)
            assert answer.status == 503, (path, headers, answer.text[:300])
            assert answer.headers.get("Retry-After") == "2" or form.get("body", "?") in answer.text, "typed in vain"
            seen.append(json.loads(answer.text)["message"] if "Accept" in headers else answer.text)
    parts = str(seen[0]).rstrip(".").split(". ")  # a page says the first as its heading
    assert [one for one in seen if not all(part in one for part in parts)] == []
    return str(seen[0])


def test_full_disk_refuses_what_lies_beside_the_databases(tmp_path: Path) -> None:
    """A ballot of the box and an attached file: refused as busy, nothing half is left, and taken when there is room."""
    with small_disk(tmp_path / "disk", 2) as disk:
        keys = KeyStore(tmp_path / "keys")
        box, folder = Boxes(disk.folder / "box", keys), disk.folder / "data"
        folder.mkdir()
        box.put("hall", "a", {"text": "một"})
        first = attachments.keep(folder, "bien-ban.pdf", b"%PDF-1.4\n" + bytes(5000))
        disk.fill()
        with pytest.raises(Busy):
            box.put("hall", "b", {"text": "hai"})
        with pytest.raises(Busy):
            attachments.keep(folder, "thong-bao.pdf", b"%PDF-1.4\n" + bytes(50_000))
        disk.free()
        assert [one["text"] for one in box.waiting("hall")] == ["một"]
        assert [path.name for path in (folder / attachments.FOLDER).iterdir()] == [first.id]
        box.put("hall", "b", {"text": "hai"})
        attachments.keep(folder, "thong-bao.pdf", b"%PDF-1.4\n" + bytes(50_000))
        assert len(box.waiting("hall")) == 2
