"""The main job by plain forms, on SQLite and on PostgreSQL: nothing may depend on the one or the other."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.conftest import Cast
from tests.conftest import csrf

BODY = "Bao giờ máy tính ở bộ phận một cửa của xã được thay ạ?"


@pytest.fixture(params=["cast", "cast_on_postgres"])
def hall(request: pytest.FixtureRequest) -> Cast:
    """Everybody of an open hall, on either database."""
    found: Cast = request.getfixturevalue(request.param)
    return found


def post(client: FlaskClient, page: str, path: str, **form: str) -> int:
    """Send a form of `page` to `path`; the status of the answer."""
    return client.post(path, data={"csrf_token": csrf(client, page), **form}).status_code


def test_a_question_goes_from_a_phone_to_the_export(hall: Cast) -> None:
    """Asked, approved, supported from another phone, called, answered, exported."""
    asker, neighbour = hall.member(), hall.member()
    moderator, leader, organiser = hall.staff("moderator"), hall.staff("leader"), hall.staff("organiser")
    assert post(asker, f"{hall.base}/ask", f"{hall.base}/questions", body=BODY, client_id="c1") == 303
    assert BODY not in neighbour.get(f"{hall.base}?tab=ranking").get_data(as_text=True)
    assert BODY in moderator.get(f"{hall.desk}/moderate").get_data(as_text=True)

    with hall.reading() as session:
        from survey.questions.queries import in_states

        question_id = in_states(session, hall.dialogue_id, {"pending"})[0].id
    acts = f"{hall.desk}/questions/{question_id}"
    assert post(moderator, f"{hall.desk}/moderate", f"{acts}/approve") == 303
    assert post(neighbour, hall.base, f"{hall.base}/questions/{question_id}/vote") == 303
    assert post(neighbour, hall.base, f"{hall.base}/questions/{question_id}/vote") == 303
    assert post(leader, f"{hall.desk}/lead", f"{acts}/call") == 303
    assert BODY in hall.staff("screen").get(f"{hall.desk}/screen").get_data(as_text=True)
    assert post(leader, f"{hall.desk}/lead", f"{acts}/answer") == 303
    board = neighbour.get(f"{hall.base}/board.json").get_json()
    assert [(q["number"], q["supporters"], q["state"]) for q in board["questions"]] == [(1, 1, "answered")]
    exported = organiser.get(f"{hall.desk}/exports/questions.csv")
    assert exported.status_code == 200
    assert BODY in exported.get_data().decode("utf-8-sig")


@pytest.mark.claim("main-job", "nine spoken opinions, no phone in the room: to the board, the desk and the export")
def test_nine_spoken_opinions_without_a_phone(hall: Cast, figure) -> None:
    """The second half of a city dialogue: only the secretary types."""
    from survey.cli.scenes import SPOKEN

    secretary, leader, organiser = hall.staff("secretary"), hall.staff("leader"), hall.staff("organiser")
    for _topic, text in SPOKEN:
        assert post(
            secretary, f"{hall.desk}/intake", f"{hall.desk}/intake", text=text, source="spoken", unit="Phường 5"
        ) in {
            303,
            302,
        }
    board = leader.get(f"{hall.base}/board.json").get_json()["questions"]
    texts = {text for _topic, text in SPOKEN}
    assert {q["body"] for q in board} == texts
    assert sorted(q["number"] for q in board) == list(range(1, 10))
    desk = leader.get(f"{hall.desk}/lead").get_data(as_text=True)
    assert sum(text in desk for text in texts) >= 3
    exported = organiser.get(f"{hall.desk}/exports/questions.csv").get_data().decode("utf-8-sig")
    found = sum(text in exported for text in texts)
    figure(f"{found} of 9 in the export, {len(board)} on the board")
    assert found == 9
