"""What the office publishes: all in one touch, one by one, plan and notice, and the folder for a portal."""

from __future__ import annotations

import io
import re
import zipfile
from html.parser import HTMLParser

import pytest

from survey.followups import publishing
from tests.public.conftest import HTML
from tests.public.conftest import PDF
from tests.public.conftest import Scene


def test_everything_in_one_touch_and_each_one_by_itself(fresh: Scene) -> None:
    browser = fresh.cast.staff("organiser")
    assert fresh.send(browser, "/all").status_code == 303
    whole = fresh.get(".json").json
    assert [one["number"] for one in whole["questions"]] == [1, 2, 3, 4]
    assert [one["number"] for one in whole["recommendations"]] == [1, 2, 3, 4]
    assert fresh.get(f"/files/{fresh.hidden_file}").status_code == 200, "its files go with it"
    seen = {"seen-question": fresh.questions[:2], "question": fresh.questions[:1],
            "seen-recommendation": fresh.recommendations[:2], "recommendation": fresh.recommendations[1:2]}  # fmt: skip
    assert fresh.send(browser, "/items", **seen).status_code == 303
    whole = fresh.get(".json").json
    assert [one["number"] for one in whole["questions"]] == [1, 3, 4], "what was not on the page stays"
    assert [one["number"] for one in whole["recommendations"]] == [2, 3, 4]


def test_a_notice_with_its_file_and_what_is_refused_stays_as_typed(fresh: Scene) -> None:
    browser = fresh.cast.staff("organiser")
    wrong = {
        "text": "Kết luận của đồng chí",
        "shown": "1",
        "document": "03-TB/ĐTN",
        "file": (io.BytesIO(b"MZ"), "x.exe"),
    }
    refused = fresh.send(browser, "/notice", **wrong)
    assert refused.status_code == 422
    assert "Kết luận của đồng chí" in refused.text
    assert "Chỉ nhận tệp PDF" in refused.text
    good = {**wrong, "file": (io.BytesIO(PDF), "Thông báo đã ký.pdf")}
    assert fresh.send(browser, "/notice", **good).status_code == 303
    notice = fresh.get(".json").json["notice"]
    assert (notice["text"], notice["document"], len(notice["files"])) == ("Kết luận của đồng chí", "03-TB/ĐTN", 1)
    path = notice["files"][0]["url"].removeprefix(fresh.path)
    assert fresh.get(path).data == PDF
    assert "03-TB/ĐTN" in fresh.get().text
    assert "03-TB/ĐTN" in fresh.get("/feed.atom").text
    assert fresh.send(browser, "/notice", text="Kết luận của đồng chí").status_code == 303, "no longer shown"
    assert fresh.get(".json").json["notice"] is None
    assert fresh.get(path).status_code == 404
    file_id = path.rpartition("/")[2]
    assert fresh.send(browser, f"/files/{file_id}/removal").status_code == 303
    empty = fresh.send(browser, "/plan", text="", shown="1")
    assert (empty.status_code, "Hãy viết nội dung" in empty.text) == (422, True)


def test_only_who_may_publish_does(fresh: Scene) -> None:
    for role in ("secretary", "moderator", "leader"):
        assert fresh.cast.staff(role).get(f"{fresh.cast.desk}/publication").status_code == 403, role
    assert fresh.cast.outsider().get(f"{fresh.cast.desk}/publication").status_code == 404


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in {"href", "src", "action"}]


@pytest.mark.claim(
    "followup", "the folder for a portal holds everything that its page needs, and asks nobody for anything"
)
def test_the_folder_stands_by_itself(fresh: Scene, figure) -> None:  # type: ignore[no-untyped-def]
    browser = fresh.cast.staff("organiser")
    fresh.cast.write(
        publishing.set_paper, fresh.cast.dialogue_id, "notice", "Kết luận", shown=True, document="", actor="test"
    )
    answer = browser.get(f"{fresh.cast.desk}/publication/folder.zip")
    folder = zipfile.ZipFile(io.BytesIO(answer.data))
    names = set(folder.namelist())
    assert folder.read(f"files/{fresh.seen_file}-Quyết định 15.pdf") == PDF
    assert not [name for name in names if fresh.hidden_file in name]
    for page in ("index.html", "en.html"):
        text, links = folder.read(page).decode(), _Links()
        links.feed(text)
        assert "Trang bị máy tính cho bộ phận một cửa" in text
        assert "chưa công bố" not in text
        assert HTML not in text
        assert "<script" not in text
        outside = [link for link in links.found if not link.startswith("#") and _plain(link) not in names]
        assert outside == [], page
        assert {link[1:] for link in links.found if link.startswith("#")} <= set(re.findall(r'id="([^"]+)"', text))
    style = folder.read("style.css").decode()
    assert {url for url in re.findall(r"url\(([^)]+)\)", style) if not url.startswith("data:")} <= names
    assert answer.data == browser.get(f"{fresh.cast.desk}/publication/folder.zip").data, "the same, byte for byte"
    figure(f"{len(names)} files, {len(answer.data) // 1024} kB, 0 addresses outside")


def _plain(link: str) -> str:
    from urllib.parse import unquote

    return unquote(link)
