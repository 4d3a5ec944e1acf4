"""The office's page: topics to units, questions by themselves, links, and what it writes for a unit."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from survey.core.errors import Conflict
from survey.followups import service
from survey.followups.models import Preparation
from survey.followups.models import UnitLink
from survey.organisations import units
from survey.organisations.models import Unit
from tests.conftest import csrf
from tests.followups.conftest import BODIES
from tests.followups.conftest import SECRET
from tests.followups.conftest import Office


def page_of(office: Office, browser: Any, path: str = "") -> str:
    answer = browser.get(f"{office.cast.desk}/prepare{path}")
    assert answer.status_code == 200
    return answer.text  # type: ignore[no-any-return]


def test_a_topic_takes_its_questions_to_its_unit(office: Office) -> None:
    desk = office.cast.staff("organiser")
    mine = f"/units/{office.digital}"
    assert BODIES[0] not in page_of(office, desk, mine)
    wanted = {f"unit-{office.topics[0]}": office.digital, f"unit-{office.topics[1]}": ""}
    assert office.send(desk, "/topics", **wanted).status_code == 303
    assert BODIES[0] in page_of(office, desk, mine)
    page = page_of(office, desk)
    assert "1 câu chưa giao ai" in page
    assert SECRET not in page
    to = {f"to-{office.questions[2]}": office.digital, f"to-{office.questions[0]}": "-", "to-zzzzzzzzzzzz": "-"}
    assert office.send(desk, "/questions", **to).status_code == 303
    own = page_of(office, desk, mine)
    assert BODIES[2] in own
    assert BODIES[0] not in own, "kept back, whatever its topic"
    assert office.send(desk, "/questions", **{f"to-{office.questions[0]}": ""}).status_code == 303
    assert BODIES[0] in page_of(office, desk, mine), "and with its topic again"


def test_a_unit_of_another_house_is_not_there(office: Office) -> None:
    cast, desk = office.cast, office.cast.staff("organiser")
    with cast.reading() as session:
        other = session.scalars(select(Unit.organisation_id)).first()
    foreign = cast.write(lambda s: _foreign(s, other))
    assert office.send(desk, "/topics", **{f"unit-{office.topics[0]}": foreign}).status_code == 404
    assert desk.get(f"{cast.desk}/prepare/units/{foreign}").status_code == 404


def _foreign(session: Any, ours: str) -> str:
    from survey.organisations.models import Organisation

    theirs = session.scalars(select(Organisation.id).where(Organisation.id != ours)).first()
    return units.add(session, theirs, None, "Đơn vị của nhà khác")


def test_units_are_added_where_they_are_missed(office: Office) -> None:
    desk = office.cast.staff("organiser")
    assert office.send(desk, "/units", names="Sở Y tế\n sở nội vụ \n\nSở Y tế").status_code == 303
    with office.cast.reading() as session:
        assert sorted(session.scalars(select(Unit.name))) == ["Sở Nội vụ", "Sở Y tế", "Văn phòng Ủy ban"]
    refused = office.send(desk, "/units", names="x" * 121)
    assert refused.status_code == 422
    assert "x" * 121 in refused.text


def test_the_plan_is_told_to_units(office: Office) -> None:
    desk = office.cast.staff("organiser")
    refused = office.send(desk, "/plan", due="ngày kia", words="Ghi ngắn")
    assert refused.status_code == 422
    assert "ngày kia" in refused.text
    assert office.send(desk, "/plan", due="20/3/2026", words="Nêu rõ số liệu").status_code == 303
    unit = office.cast.stranger().get(office.link(office.pay)).text
    assert "trước hết ngày 20/3/2026" in unit
    assert "Nêu rõ số liệu" in unit
    with office.cast.reading() as session:
        assert session.get_one(Preparation, office.cast.dialogue_id).words == "Nêu rõ số liệu"


def test_links_are_shown_once_and_only_for_those_that_have_none(office: Office) -> None:
    desk = office.cast.staff("organiser")
    page = office.send(desk, "/links").text
    shown = set(re.findall(r"/u/([\w-]+)", page))
    assert len(shown) == 2
    assert "Kính gửi Sở Nội vụ" in page
    again = office.send(desk, "/links")
    assert again.status_code == 303
    assert desk.get(f"{office.cast.desk}/prepare/links").status_code == 303
    with office.cast.reading() as session:
        assert len(session.scalars(select(UnitLink.token)).all()) == 2
    assert office.send(desk, f"/units/{office.pay}/link/removal").status_code == 303
    alive = {office.cast.stranger().get(f"/u/{token}").status_code for token in shown}
    assert alive == {200, 404}


def test_the_office_writes_for_a_unit_and_says_so(office: Office) -> None:
    desk, path = office.cast.staff("secretary"), f"{office.cast.desk}/prepare/units/{office.pay}"
    form = {
        "csrf_token": csrf(desk, path),
        f"a-{office.questions[0]}": "Nghe qua điện thoại",
        f"to-{office.questions[1]}": "-",
    }
    assert desk.post(path, data=form).status_code == 303
    assert office.stored() == {office.questions[0]: (("Sở Nội vụ", "Nghe qua điện thoại"),)}
    page = page_of(office, desk)
    assert "Ghi thay Sở Nội vụ 1 câu" in page
    assert "1 câu chưa giao ai" in page
    long = desk.post(path, data={**form, f"a-{office.questions[0]}": "dài " * 1_100})
    assert long.status_code == 422
    assert "dài dài" in long.text


def test_the_office_gets_back_what_it_typed_for_a_question_that_went_elsewhere(office: Office) -> None:
    first, second, _third = office.questions
    desk, path = office.cast.staff("secretary"), f"{office.cast.desk}/prepare/units/{office.pay}"
    form = {"csrf_token": csrf(desk, path), f"a-{first}": "Nghe qua điện thoại", f"to-{first}": "", f"a-{second}": "Có"}
    office.cast.write(service.assign_questions, office.cast.dialogue_id, {first: office.digital}, actor="test")
    answer = desk.post(path, data={**form, f"to-{second}": "-"})
    assert answer.status_code == 409
    assert "readonly>Nghe qua điện thoại</textarea>" in answer.text
    assert "readonly>Có</textarea>" not in answer.text, "it was kept before it was sent elsewhere"
    assert office.stored() == {second: (("Sở Nội vụ", "Có"),)}
    assert BODIES[0] in page_of(office, desk, f"/units/{office.digital}"), "a stale page takes no question back"
    assert "readonly>Nghe qua" in desk.post(path, data={**form, f"a-{second}": "dài " * 1_100}).text


def test_a_unit_that_prepares_cannot_be_deleted(office: Office) -> None:
    chief = office.cast.staff("organiser", whole_organisation=True)
    answer = chief.post(f"/s/units/{office.pay}/removal", data={"csrf_token": csrf(chief, "/s/units")})
    assert answer.status_code == Conflict.status
    assert "được giao câu hỏi hoặc kiến nghị" in answer.text


def test_five_hundred_questions_are_paged_and_all_of_them_are_in_the_file(office: Office) -> None:
    from survey.questions import service as asking
    from survey.questions.state import State

    cast = office.cast

    def fill(session: Any) -> None:
        for n in range(498):
            asking.add(session, cast.dialogue_id, f"Câu hỏi thứ {n} về lương", office.topics[0], state=State.APPROVED)

    cast.write(fill)
    path = office.link(office.pay)
    page = cast.stranger().get(path)
    assert page.text.count("<textarea") == 30
    assert "Trang 1 / 17" in page.text
    last = cast.stranger().get(f"{path}?page=17").text
    assert last.count("<textarea") == 20
    answer = cast.stranger().get(f"{path}/list.xlsx")
    assert answer.status_code == 200
    desk = cast.staff("secretary")
    assert "đã có 0" in page_of(office, desk)
    assert page_of(office, desk, f"/units/{office.pay}?page=17").count("<textarea") == 20
