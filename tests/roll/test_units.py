"""The heads' links: what staff get once, and what a head sees and says."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from survey import lifecycle
from survey.organisations import units
from survey.roll.models import UnitCount
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.roll.test_desk import Desk


@pytest.fixture
def cast(app: Flask) -> Cast:
    """Two units, frozen."""
    made = make_cast(app, "collect", entry="roll")
    for unit, size in (("Chi đoàn Sở Nội vụ", 6), ("Chi đoàn Sở Y tế", 3)):
        unit_id = made.write(units.ensure, made.organisation_id, (unit,))
        for place in range(size):
            made.enrol(f"Nguyễn Thị Hồng {place}", unit_id, phone=f"091300{place:04}")
    desk = Desk(made)
    desk.save()
    assert desk.post("freezing", seen="9").status_code == 303
    return made


def made_by(desk: Desk, act: str = "units") -> dict[str, str]:
    """The links of the page that shows them once: paths by unit."""
    answer = desk.post(act)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    found = re.findall(r"Kính gửi đồng chí bí thư (.+?)\. Danh sách .* https?://[^/]+(/m/\S+?)</textarea>", answer.text)
    assert found
    return dict(found)


def rows(cast: Cast) -> dict[str, tuple[int, str, str]]:
    """Count, answer and remark by the size of the unit's name."""
    with cast.stores.roll.reading() as session:
        return {
            f"{row.members} người": (row.members, row.answer, row.remark) for row in session.scalars(select(UnitCount))
        }


def test_links_are_shown_once_one_message_a_unit(cast: Cast) -> None:
    """The second time there is nothing to make, and the desk shows none."""
    desk = Desk(cast)
    links = made_by(desk)
    assert sorted(links) == ["Chi đoàn Sở Nội vụ", "Chi đoàn Sở Y tế"]
    assert desk.post("units").status_code == 303
    page = desk.page()
    assert "Đơn vị nào cũng đã có đường dẫn." in page
    assert not any(link in page for link in links.values())


def test_all_links_stand_one_a_line_for_a_spreadsheet(cast: Cast) -> None:
    """Unit, number, link, apart by tabs."""
    answer = Desk(cast).post("units").text
    lines = re.findall(r"\n?([^\n>]+)&#9;(\d+)&#9;(http\S+)", answer)
    assert [(unit, number) for unit, number, _link in lines] == [("Chi đoàn Sở Nội vụ", "6"), ("Chi đoàn Sở Y tế", "3")]


def test_a_head_sees_the_unit_and_the_count_and_no_name(cast: Cast) -> None:
    """Whatever fetches the link for a preview learns nothing of anybody; reading changes nothing."""
    link = made_by(Desk(cast))["Chi đoàn Sở Nội vụ"]
    page = cast.stranger().get(link)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "Chi đoàn Sở Nội vụ" in page.text
    assert ">6 người" in page.text
    for hidden in ("Hồng", "0913", "Sở Y tế", ">3 người"):
        assert hidden not in page.text
    assert rows(cast)["6 người"] == (6, "", "")


def test_a_head_says_yes_and_changes_it(cast: Cast) -> None:
    """The organiser sees the answer and the words; everybody sees how many units confirmed."""
    desk, head = Desk(cast), cast.stranger()
    link = made_by(desk)["Chi đoàn Sở Nội vụ"]
    form = {"csrf_token": csrf(head, link), "answer": "yes", "remark": ""}
    assert head.post(link, data=form).status_code == 303
    assert "Đơn vị đã trả lời: đúng." in head.get(link).text
    refused = head.post(link, data={**form, "answer": "no"})
    assert refused.status_code == 422
    assert "Hãy ghi sai ở đâu" in refused.text
    words = "chỉ có 5 người, bạn Út đã chuyển"
    assert head.post(link, data={**form, "answer": "no", "remark": words}).status_code == 303
    assert rows(cast)["6 người"] == (6, "no", words)
    page = desk.page()
    assert words in page
    public = page.split('id="public-h"')[1].split("</section>")[0]
    assert words not in public
    assert re.search(r"0 / 2</dt><dd>đơn vị đã xác nhận", public)
    answer = head.post(link, data={**form, "answer": "yes"}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()) == (200, {"answer": "yes"})


def test_a_refused_answer_keeps_what_was_typed(cast: Cast) -> None:
    """Too long a remark is shown again."""
    head, link = cast.stranger(), made_by(Desk(cast))["Chi đoàn Sở Nội vụ"]
    long = "đếm lại " * 80
    answer = head.post(link, data={"csrf_token": csrf(head, link), "answer": "no", "remark": long})
    assert answer.status_code == 422
    assert long.strip() in answer.text


def test_a_link_made_anew_replaces_the_old_one(cast: Cast) -> None:
    """For one unit, by its button on the desk."""
    desk = Desk(cast)
    old = made_by(desk)["Chi đoàn Sở Nội vụ"]
    act = re.findall(r'formaction="[^"]+/roll/(units/[a-z2-7]+/link)"', desk.page())[0]
    new = made_by(desk, act)
    assert list(new) == ["Chi đoàn Sở Nội vụ"]
    head = cast.stranger()
    assert head.get(old).status_code == 404
    assert head.get(new["Chi đoàn Sở Nội vụ"]).status_code == 200
    assert desk.browser.get(f"{desk.path}/{act}").status_code == 303
    assert desk.post("units/zzzzzzzzzzzz/link").status_code == 404


def test_a_wrong_secret_is_nobodys_whatever_is_wrong_with_it(cast: Cast, app: Flask) -> None:
    """Of another dialogue, altered, empty of meaning: one sentence."""
    link = made_by(Desk(cast))["Chi đoàn Sở Nội vụ"]
    other = make_cast(app, "collect", entry="roll")
    said = set()
    for path in (link[:-1] + "x", link.replace(cast.code, other.code), f"/m/{cast.code}/units/x"):
        answer = cast.stranger().get(path, headers={"Accept": "application/json"})
        assert answer.status_code == 404
        said.add(answer.get_json()["message"])
    assert said == {"Đường dẫn này không còn dùng được. Hãy xin ban tổ chức đường dẫn mới."}


def test_answers_end_when_the_hall_opens(cast: Cast) -> None:
    """The page stays and says so; what was said stays."""
    head, links = cast.stranger(), made_by(Desk(cast))
    link = links["Chi đoàn Sở Nội vụ"]
    form = {"csrf_token": csrf(head, link), "answer": "yes"}
    assert head.post(link, data=form).status_code == 303
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    assert "không trả lời hay đổi câu trả lời được nữa" in head.get(link).text
    answer = head.post(link, data={**form, "answer": "no", "remark": "sai hết"})
    assert answer.status_code == 403
    assert rows(cast)["6 người"] == (6, "yes", "")
    assert Desk(cast).post("units").status_code == 403


def test_a_draft_makes_no_links_that_nobody_can_open(app: Flask) -> None:
    """The desk says which button comes first."""
    cast = make_cast(app, entry="roll")
    cast.enrol("Nguyễn Thị Hồng", cast.write(units.ensure, cast.organisation_id, ("Chi đoàn Sở Y tế",)))
    desk = Desk(cast)
    desk.save()
    desk.post("freezing", seen="1")
    assert "bấm “Thu ý kiến trước”" in desk.page()
    answer = desk.post("units")
    assert answer.status_code == 403
    assert "bản soạn" in answer.text
