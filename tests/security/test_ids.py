"""Ids of another dialogue or another house, replayed under one's own code: the answer for something that is not there."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from itertools import product

import pytest
from werkzeug.test import TestResponse

from survey.accounts.models import Grant
from survey.questions.models import Question
from tests.security.routes import Route
from tests.security.routes import form
from tests.security.routes import home
from tests.security.routes import required
from tests.security.routes import routes
from tests.security.routes import values
from tests.security.world import Place
from tests.security.world import World
from tests.security.world import fingerprint
from tests.security.world import without_tokens

Figure = Callable[[str], None]
IDS = frozenset({
    "question_id", "questionnaire_id", "item_id", "sign_in_id", "grant_id", "link_id", "staff_id", "member_id", "unit_id",
    "request_id", "batch_id", "poll_id", "thread_id", "attachment_id",
})  # fmt: skip
# Deleting what is gone is no error, so what is a stranger's is "gone" too: the same 303, and it stays.
# A page that was shown once leads back to the desk, whatever it named.
AGAIN_IS_WELL = {"questionnaires.delete_item", "roll.head_link_again"}
# These read back what they wrote, so they cannot be undone in between; they have tests of their own.
NOT_DRY = {"desk.intake_one"}


def who_may(world: World, route: Route) -> str:
    """Somebody who may call the route, with no more than that."""
    if route.endpoint == "accounts.end_mine":
        return f"lan {world.here.code}"
    kind = required(route.endpoint).partition(" ")[0]
    if kind in {"roll", "seat"}:
        return "seated"
    if kind in {"code", "ballot", "all"}:
        return "member"
    far = kind == "house" or route.endpoint == "desk.copy" or home(world, route) is not world.here
    return "chief" if far else "organiser"


def seen(answer: TestResponse, *asked_for: str) -> tuple[int, str, str]:
    """Everything by which one answer could be told from another; what was asked for may be named in it."""
    headers = sorted((k, v) for k, v in answer.headers if k not in {"Date", "Content-Length", "Set-Cookie"})
    page = without_tokens(answer.get_data(as_text=True))
    for word in asked_for:
        page = page.replace(word, "ID")
    return answer.status_code, re.sub(r'(name="client_id" value=)"\w+"', r"\1ANY", page), repr(headers)


def id_routes(world: World) -> list[Route]:
    """The routes whose path names something inside a dialogue or a house."""
    return [route for route in routes(world.app) if route.arguments & IDS]


def foreign(world: World, route: Route) -> Iterator[dict[str, str]]:
    """The path's ids with at least one of them from elsewhere, in all mixtures."""
    names = sorted(route.arguments & IDS)
    own = values(home(world, route), route)
    # what stands in the other dialogue of the same house is no stranger to who runs the whole house
    elsewhere = [world.there] if required(route.endpoint).startswith("house") else [world.there, world.beside]
    for place in elsewhere:
        other = values(place, route)
        for mixture in product((True, False), repeat=len(names)):
            if any(mixture):
                yield {**own, **{n: other[n] if taken else own[n] for n, taken in zip(names, mixture, strict=True)}}


@pytest.mark.claim("security", "an id of another dialogue or organisation is answered as one that does not exist")
def test_foreign_ids_are_not_there(world: World, figure: Figure) -> None:
    """Every id in every path, alone and together, as page and as JSON; nothing changes."""
    before, tried, leaks = fingerprint(world.app), 0, []
    for route in id_routes(world):
        place, who = home(world, route), who_may(world, route)
        sent = form(place, route) if route.method == "POST" else None
        names = route.arguments & IDS
        for ids, accept in product(foreign(world, route), ("application/json", "text/html")):
            headers = {"Accept": accept}
            own = values(place, route)
            missing = {name: value if value == own.get(name) else "zzzzzzzzzzzz" for name, value in ids.items()}
            missing |= {k: own[k] for k in own if k not in names}
            got = seen(world.ask(who, route.method, route.path(**ids), sent, headers=headers), *(ids[n] for n in names))
            none = seen(
                world.ask(who, route.method, route.path(**missing), sent, headers=headers), *(missing[n] for n in names)
            )
            tried += 1
            if got != none or (got[0] != 404 and route.endpoint not in AGAIN_IS_WELL):
                leaks.append(f"{who} {route.method} {route.path(**ids)}: {got[0]}, where nothing is: {none[0]}")
    figure(f"{tried} foreign ids, {len(leaks)} leaks")
    assert leaks == []
    assert tried > 150
    assert fingerprint(world.app) == before


# Own, and refused all the same: no figures yet, no answer to judge, nothing overdue, and the box of ideas is shut.
NOT_YET = {
    "exports.reminder",
    "followups.ideas_reply",
    "followups.ideas_withdraw",
    "questionnaires.shown_results",
    "questions.judge",
}


def test_the_same_requests_with_own_ids_are_answered(world: World) -> None:
    """The control of the test above: it is the id, and nothing else, that makes the answer 404."""
    for route in id_routes(world):
        place = home(world, route)
        sent = form(place, route) if route.method == "POST" else None
        with world.dry():
            answer = world.ask(who_may(world, route), route.method, route.path(**values(place, route)), sent)
        answer.close()
        assert answer.status_code in {200, 201, 204, 303} or route.endpoint in NOT_YET, (
            f"{route.method} {route.path(**values(place, route))}: {answer.status_code} {answer.get_data(as_text=True)[:300]}"
        )


def test_foreign_codes_are_not_there(world: World) -> None:
    """The other house's dialogues, drafts included, under all pages of the desk: no different from a code of nobody."""
    before, tried = fingerprint(world.app), 0
    places: tuple[tuple[str, Place], ...] = (
        ("organiser", world.there), ("organiser", world.beside), ("organiser", world.draft), ("chief", world.there),
        ("chief", world.draft), ("outsider", world.here),
    )  # fmt: skip
    for route in routes(world.app):
        if not required(route.endpoint).startswith("here"):
            continue
        for (who, place), accept in product(places, ("application/json", "text/html")):
            sent = form(world.here, route) if route.method == "POST" else None
            got = seen(world.ask(who, route.method, route.path(**values(world.here, route, code=place.code)), sent,
                                 headers={"Accept": accept}))  # fmt: skip
            none = seen(world.ask(who, route.method, route.path(**values(world.here, route, code="ZZZZZZ")), sent,
                                  headers={"Accept": accept}))  # fmt: skip
            assert got[0] == 404, f"{who} {route.method} {route.rule} {place.code}"
            assert got == none, f"{who} {route.method} {route.rule}: tells a code that exists from one that does not"
            tried += 1
    assert tried > 500
    assert fingerprint(world.app) == before


def test_a_draft_is_not_there_for_members(world: World) -> None:
    """All paths of the room under a draft's code answer like those of no dialogue."""
    for route in routes(world.app):
        if required(route.endpoint) not in {"code", "ballot"}:
            continue
        for accept in ("application/json", "text/html"):
            draft, none = (
                seen(world.ask("member", route.method, route.path(**values(world.here, route, code=code)),
                               headers={"Accept": accept, "X-CSRFToken": world.token("member", f"/d/{world.here.code}")}))
                for code in (world.draft.code, "ZZZZZZ")
            )  # fmt: skip
            assert draft[0] in {400, 404}, route
            assert (draft[0], draft[1].replace(world.draft.code, "ZZZZZZ")) == none[:2], route


def test_ids_in_forms_and_queries_stay_inside(fresh: World) -> None:
    """Topics, colleagues, roles and own questions named in a body or a query: only one's own are found."""
    here, there, beside = fresh.here, fresh.there, fresh.beside
    room, desk = f"/d/{here.code}", f"/s/{here.code}"
    for place in (there, beside):
        topic = {"topic": place["topic"]}
        assert fresh.ask("organiser", "POST", f"{desk}/questions/{here['approved']}/topic", topic).status_code == 200
        asked = fresh.ask("member", "POST", f"{room}/questions",
                          {"body": f"Câu hỏi dưới nhóm của {place.code}", "client_id": place.code, **topic})  # fmt: skip
        sent = {"text": f"Ghi dưới nhóm của {place.code}", "source": "spoken", **topic}
        assert fresh.ask("organiser", "POST", f"{desk}/intake", sent).status_code == 303
        with fresh.db.reading() as session:
            found = {q.topic_id for q in session.query(Question).filter_by(dialogue_id=here.id)}
            assert session.get(Question, asked.get_json()["id"]).topic_id is None
        assert place["topic"] not in found
    with fresh.db.reading() as session:
        grants = session.query(Grant).count()
    for body in ({"staff": there["staff"], "role": "organiser"}, {"staff": "zzzzzzzzzzzz", "role": "organiser"}):
        assert fresh.ask("organiser", "POST", f"{desk}/staff/grants", body).status_code == 404
    for body in ({"grant": there["grant"], "to": here["staff"]}, {"grant": beside["grant"], "to": here["staff"]},
                 {"grant": here["grant"], "to": there["staff"]}):  # fmt: skip
        assert fresh.ask("organiser", "POST", f"{desk}/handover", body).status_code == 404
    answer = fresh.ask("chief", "POST", f"/s/staff/grants/{here['grant']}/handover", {"to": there["staff"]})
    assert answer.status_code == 404
    with fresh.db.reading() as session:
        assert session.query(Grant).count() == grants
    for name in ("edit", "again"):
        for question in (
            here["pending"],
            there["pending"],
            beside["own"] if "own" in beside.ids else beside["pending"],
        ):
            page = fresh.people["member"].get(f"{room}/ask?{name}={question}").get_data(as_text=True)
            assert "đang pending" not in page
        page = fresh.people["member"].get(f"{room}/ask?{name}={here['own']}").get_data(as_text=True)
        assert "nhà ở cho cán bộ trẻ" in page, "the control: the own question comes back"
    assert (
        "đang approved"
        not in fresh.people["member"]
        .get(f"{room}?tab=unseen&last={there['approved']}")
        .text.split('id="last"')[-1]
        .split("</", 1)[0]
    )
    for query in (f"topic={there['topic']}", "q=đang", "list=rejected", f"topic={beside['topic']}&list=approved"):
        page = fresh.people["organiser"].get(f"{desk}/moderate?{query}").get_data(as_text=True)
        assert there["approved"] not in page
        assert beside["approved"] not in page


def test_another_phone_has_no_hand_on_my_question(fresh: World) -> None:
    """Knowing the id and even the client id of a question does not make it mine."""
    room, other = f"/d/{fresh.here.code}", fresh.app.test_client()
    fresh.people["other phone"] = other
    from tests.security.world import enter

    enter(other, fresh.here.code)
    other.set_cookie("mine", "own-1", path=room)
    own = fresh.here["own"]
    for method, path in (("POST", f"{room}/questions/{own}"), ("DELETE", f"{room}/questions/{own}"),
                         ("POST", f"{room}/questions/{own}/withdrawal")):  # fmt: skip
        answer = fresh.ask("other phone", method, path, {"body": "Chữ của người khác ở đây"})
        assert answer.status_code == 404
    assert own not in other.get(f"{room}?tab=mine").get_data(as_text=True)
    assert own in fresh.people["member"].get(f"{room}?tab=mine").get_data(as_text=True), "the control: it is mine"
    assert fresh.ask("member", "POST", f"{room}/questions/{own}", {"body": "Tôi sửa câu của tôi"}).status_code == 200
