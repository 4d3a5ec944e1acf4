"""Three hundred items, two hundred options: still usable for who builds and who answers."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable

import pytest

from survey.questionnaires import building
from survey.questionnaires import items
from tests.conftest import Cast
from tests.conftest import csrf

Figure = Callable[[str], None]
TEXT = "Dài " * 5_000  # 20,000 characters


@pytest.mark.claim("surveys", "a questionnaire of 300 items with rules and 200 options is built, previewed, answered")
def test_three_hundred_items_stay_usable(cast: Cast, figure: Figure) -> None:
    """Pages come quickly and small, the 301st is refused in words, and one response holds an answer to each."""
    dialogue, made = cast.dialogue_id, cast.write(building.create, cast.dialogue_id, "Rất dài")

    def fill(session: object) -> list[str]:
        ids: list[str] = []
        for n in range(300):
            rule = {"join": "all", "tests": [{"item": ids[-1], "op": "answered", "value": ""}]} if n % 3 == 1 else {}
            options = "\n".join(f"Lựa chọn {m}" for m in range(200 if n == 2 else 4))
            kind, page = ("single", "") if n % 3 else ("section", "1") if n % 60 == 0 else ("text", "")
            typed = {
                "label": f"Câu hỏi số {n}",
                "options": options,
                "page": page,
                "shown_if": {} if n % 60 == 1 else rule,
            }
            ids.append(items.add_item(session, dialogue, made, kind, typed))  # type: ignore[arg-type]
        return ids

    ids = cast.write(fill)
    office, path = cast.staff("organiser"), f"{cast.desk}/surveys/{made}"
    token = csrf(office, path)
    full = office.post(f"{path}/items", data={"csrf_token": token, "kind": "text", "label": "Một mục nữa"})
    assert full.status_code in {403, 422}
    assert "nhiều nhất 300 mục" in full.get_data(as_text=True)
    start = time.process_time()
    moved = office.post(
        f"{path}/items/{ids[299]}/place", data={"csrf_token": token, "after": ids[2]}, headers={"HX-Request": "true"}
    )
    spent = time.process_time() - start
    assert "đứng thứ 4 trên 300" in moved.get_data(as_text=True)
    bytes_built = len(gzip.compress(moved.get_data()))
    cast.write(building.open_, dialogue, made)

    member = cast.member()
    address = f"{cast.base}/surveys/{made}"
    start = time.process_time()
    page = member.get(address)
    read = time.process_time() - start
    bytes_page = len(gzip.compress(page.get_data()))
    form = {"csrf_token": csrf(member, address), "counter": "1", ids[3]: TEXT}
    refused = member.post(address, data=form)
    assert refused.status_code == 422
    assert TEXT.strip() in refused.get_data(as_text=True)
    # An answer to an item that is not asked is left out: item 4 is asked only where 3 was answered.
    sent = member.post(
        address, data={**form, ids[3]: "", ids[4]: "x", ids[6]: "Có"}, headers={"Accept": "application/json"}
    )
    assert sent.status_code == 201, sent.get_data(as_text=True)[:300]
    figure(
        f"a move in {spent * 1000:.0f} ms of CPU and {bytes_built / 1000:.0f} kB, a page of 60 in {read * 1000:.0f} ms"
        f" and {bytes_page / 1000:.0f} kB"
    )
    assert bytes_built < 60_000
    assert bytes_page < 20_000
