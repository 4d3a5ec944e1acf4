"""What the office publishes: all in one touch, one by one, plan and notice, and the folder for a portal."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy.orm import Session

from survey.followups import attachments
from survey.followups import publishing
from survey.followups import rewriting_recommendations
from survey.followups import setting_deadlines
from survey.followups.counting_days import Chosen
from survey.followups.models_deadlines import DialogueDeadlines
from survey.public import folder as laid_out
from tests.public.conftest import HTML
from tests.public.conftest import PDF
from tests.public.conftest import TODAY
from tests.public.conftest import Scene


def test_everything_in_one_touch_and_each_one_by_itself(fresh: Scene) -> None:
    browser = fresh.cast.staff("organiser")
    assert fresh.send(browser, "/all").status_code == 303
    whole = fresh.get(".json").json
    assert [one["number"] for one in whole["questions"]] == [1, 2, 3, 4]
    assert [one["number"] for one in whole["recommendations"]] == [1, 2, 3, 4]
    seen = {"seen-question": fresh.questions[:2], "question": fresh.questions[:1],
            "seen-recommendation": fresh.recommendations[:2], "recommendation": fresh.recommendations[1:2]}  # fmt: skip
    assert fresh.send(browser, "/items", **seen).status_code == 303
    whole = fresh.get(".json").json
    assert [one["number"] for one in whole["questions"]] == [1, 3, 4], "what was not on the page stays"
    assert [one["number"] for one in whole["recommendations"]] == [2, 3, 4]


def test_files_go_out_with_a_recommendation_and_what_was_hidden_stays_hidden(fresh: Scene) -> None:
    """Neither a file that somebody hid, nor one in which a name was covered, nor one that came after publishing."""
    cast, browser = fresh.cast, fresh.cast.staff("organiser")
    folder = cast.app.extensions["survey"]["settings"].data_dir
    last = fresh.recommendations[3]
    going, hidden = (
        cast.write(attachments.add, last, attachments.keep(folder, name, PDF + name.encode()), actor="test")
        for name in ("đi cùng.pdf", "đã ẩn.pdf")
    )
    for published in (True, False):
        cast.write(attachments.publish, hidden, published=published, actor="test")
    cast.write(rewriting_recommendations.rewrite, fresh.questions[1:2], lambda text: text.replace("giờ", "[đã che]"))
    assert _statuses(fresh, fresh.seen_file) == [404], "a name was covered"
    assert fresh.send(browser, "/all").status_code == 303
    assert _statuses(fresh, going, hidden) == [200, 404]
    assert _statuses(fresh, fresh.seen_file, fresh.hidden_file) == [404, 404]
    of = fresh.recommendations[2:]
    for chosen in (of, [], of):  # saved as it stands, taken back, and published again
        assert fresh.send(browser, "/items", **{"seen-recommendation": of, "recommendation": chosen}).status_code == 303
    assert _statuses(fresh, going, hidden) == [200, 404]
    assert _statuses(fresh, fresh.seen_file, fresh.hidden_file) == [404, 404], "nobody can look into them"
    cast.write(attachments.publish, fresh.hidden_file, published=True, actor="test")
    assert _statuses(fresh, fresh.hidden_file) == [200], "by hand it may"


def test_a_day_that_a_mistake_set_goes_with_it_and_one_that_somebody_wrote_stays(fresh: Scene) -> None:
    """Shown and hidden again on the same day, nothing was published; a day on paper holds whatever the page does."""
    cast, browser = fresh.cast, fresh.cast.staff("organiser")
    yesterday = TODAY - dt.timedelta(1)
    for kind in ("plan", "notice"):
        assert fresh.send(browser, f"/{kind}", text="Nội dung", shown="1").status_code == 303
        assert _day(fresh, kind) == TODAY
        assert fresh.send(browser, f"/{kind}", text="Nội dung").status_code == 303
        assert _day(fresh, kind) is None
        for day in (TODAY, yesterday):
            cast.write(_write_day, cast.dialogue_id, day)
            for shown in ({"shown": "1"}, {}):
                assert fresh.send(browser, f"/{kind}", text="Nội dung", **shown).status_code == 303
            assert _day(fresh, kind) == day, "somebody wrote it"
        cast.write(_write_day, cast.dialogue_id, None)
        assert fresh.send(browser, f"/{kind}", text="Nội dung", shown="1").status_code == 303
        cast.write(_write_day, cast.dialogue_id, yesterday)
        assert fresh.send(browser, f"/{kind}", text="Nội dung").status_code == 303
        assert _day(fresh, kind) == yesterday, "somebody put it right"
        cast.write(_write_day, cast.dialogue_id, None)


def test_what_is_refused_publishes_nothing_and_keeps_no_file(fresh: Scene) -> None:
    """The signed paper goes out with its text or not at all; the second try finds no first one."""
    browser = fresh.cast.staff("organiser")
    folder = fresh.cast.app.extensions["survey"]["settings"].data_dir / publishing.FOLDER / attachments.FOLDER
    assert fresh.send(browser, "/notice", text="Kết luận", shown="1").status_code == 303
    long = fresh.send(
        browser, "/notice", text="x" * (publishing.LONGEST + 1), shown="1", file=(io.BytesIO(PDF), "A.pdf")
    )
    assert long.status_code == 422
    assert fresh.get(".json").json["notice"]["files"] == []
    assert list(folder.glob("*")) == [], "nor its bytes"
    assert fresh.send(browser, "/notice", text="", shown="1", file=(io.BytesIO(PDF), "A.pdf")).status_code == 303
    assert [one["name"] for one in fresh.get(".json").json["notice"]["files"]] == ["A.pdf"], "a file alone is enough"


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
    lying = fresh.cast.app.extensions["survey"]["settings"].data_dir.parent / "cổng.zip"
    done = fresh.cast.app.test_cli_runner().invoke(args=["public-folder", fresh.cast.code, str(lying)])
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(lying) as made:
        assert set(made.namelist()) == names, "the command writes the same files"
    figure(f"{len(names)} files, {len(answer.data) // 1024} kB, 0 addresses outside")


def _statuses(fresh: Scene, *ids: str) -> list[int]:
    return [fresh.get(f"/files/{one}").status_code for one in ids]


def _day(fresh: Scene, kind: str) -> dt.date | None:
    with fresh.cast.reading() as session:
        days = session.get_one(DialogueDeadlines, fresh.cast.dialogue_id)
        return days.plan_published if kind == "plan" else days.conclusion_published


def _write_day(session: Session, dialogue_id: str, day: dt.date | None) -> None:
    chosen = Chosen(plan_published=day, conclusion_published=day)
    setting_deadlines.choose(session, dialogue_id, chosen, today=TODAY, held=None, actor="test")


def test_the_folder_is_made_in_a_file_and_does_not_press_again_what_is_pressed(
    fresh: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred megabytes of scans cost neither their size in memory nor seconds in which no screen moves."""
    cast, browser = fresh.cast, fresh.cast.staff("organiser")
    data_dir, one = cast.app.extensions["survey"]["settings"].data_dir, fresh.recommendations[1]
    content = PDF + os.urandom(attachments.LARGEST - len(PDF))
    for number in range(4):
        kept = attachments.keep(data_dir, f"bản quét {number}.pdf", content[:-1] + b"%d" % number)
        added = cast.write(attachments.add, one, kept, actor="test")
        cast.write(attachments.publish, added, published=True, actor="test")
    beside: list[int] = []

    def counted(call: Callable[[], Any]) -> Any:
        beside.append(1)
        return call()

    monkeypatch.setattr(laid_out, "off_the_loop", counted)
    tracemalloc.start()
    try:
        answer = browser.get(f"{cast.desk}/publication/folder.zip", buffered=False)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 3 * attachments.LARGEST, "one file after the other, and the whole on the disk"
    assert len(beside) >= 5, "each file and the rest beside the loop"
    target = data_dir.parent / "thư mục.zip"
    target.write_bytes(answer.data)
    with zipfile.ZipFile(target) as made:
        assert made.testzip() is None
        kinds = {info.filename.rpartition(".")[2]: info.compress_type for info in made.infolist()}
    assert kinds["pdf"] == zipfile.ZIP_STORED
    assert kinds["html"] == zipfile.ZIP_DEFLATED


def _plain(link: str) -> str:
    from urllib.parse import unquote

    return unquote(link)
