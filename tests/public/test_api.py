"""The read-only API against its own description, and what it says of bad questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import given
from hypothesis import settings
from schemathesis import GenerationMode

from survey.public import openapi
from survey.web import limits
from tests.public.conftest import HTML
from tests.public.conftest import Scene


def test_everything_and_its_parts_say_the_same(scene: Scene) -> None:
    whole = scene.get(".json").json
    assert whole["figures"] == {
        "received": 5, "direct": 4, "handed": 1, "recommendations": 3, "done": 2, "overdue": 1,
    }  # fmt: skip
    assert [one["number"] for one in whole["questions"]] == [1, 2, 3]
    assert whole["questions"][1]["answer"] == HTML, "as it was typed: who shows it escapes it"
    assert scene.get("/questions.json").json["questions"] == whole["questions"]
    assert scene.get("/recommendations.json").json["recommendations"] == whole["recommendations"]
    one = scene.get("/recommendations/3.json").json
    assert one == whole["recommendations"][2]
    assert (one["state"], one["unit"], one["document"], one["overdue"]) == (
        "solved",
        "Phòng Nội vụ",
        "15/TB-SNV",
        False,
    )
    assert [file["name"] for file in one["files"]] == ["Quyết định 15.pdf"]
    assert scene.get("/recommendations/4.json").status_code == 404, "not published"


def test_pages_of_a_list(scene: Scene) -> None:
    first = scene.get("/questions.json?per_page=2").json
    assert ([one["number"] for one in first["questions"]], first["total"], first["pages"]) == ([1, 2], 3, 2)
    assert [one["number"] for one in scene.get("/questions.json?per_page=2&page=2").json["questions"]] == [3]
    assert scene.get("/questions.json?page=900").json["questions"] == []
    assert [
        o["number"] for o in scene.get("/recommendations.json?unit=Phòng+Nội+vụ&state=solved").json["recommendations"]
    ] == [3]
    assert scene.get("/recommendations.json?unit=Không+có").json["total"] == 0


@pytest.mark.parametrize(("query", "field"), [
    ("?page=0", "page"), ("?page=x", "page"), ("?page=-1", "page"), ("?page=99999999999999", "page"), ("?page=²", "page"),
    ("?per_page=201", "per_page"), ("?state=nope", "state"), ("?q=" + "a" * 81, "q"), ("?search=x", "search"),
])  # fmt: skip
def test_what_is_asked_wrongly_is_refused_by_field(scene: Scene, query: str, field: str) -> None:
    answer = scene.get(f"/recommendations.json{query}")
    assert (answer.status_code, answer.json["error"]) == (422, "invalid")
    assert field in answer.json["fields"]


def test_no_foreign_page_may_read_it(scene: Scene) -> None:
    answer = scene.get(".json", headers={"Origin": "https://xau.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Set-Cookie" not in answer.headers


@pytest.mark.claim("followup", "the API does what its OpenAPI description says: schemathesis finds nothing")
def test_schemathesis_finds_nothing(scene: Scene, figure) -> None:  # type: ignore[no-untyped-def]
    """Good and bad questions made from the description, with the codes and numbers that are there and with others."""
    app, seen = scene.cast.app, Counter[int]()
    description = openapi.describe()
    assert app.test_client().get("/p/openapi.json").json == description
    schema = schemathesis.openapi.from_wsgi("/p/openapi.json", app)
    known = {"code": scene.cast.code, "number": 2}
    for operation in (found.ok() for found in schema.get_all_operations()):  # type: ignore[union-attr]
        for mode in GenerationMode:
            _try(operation.as_strategy(generation_mode=mode), partial(_ask, seen, {}))
        _try(operation.as_strategy(generation_mode=GenerationMode.POSITIVE), partial(_ask, seen, known))
    figure(f"{seen.total()} requests over {len(description['paths'])} paths ({dict(seen)}), 0 failures")
    assert seen[200] > 20
    assert seen[404] > 5


def _ask(seen: Counter[int], known: dict[str, Any], case: Any) -> None:
    limits.limiter.reset()
    if known and case.path_parameters:
        case.path_parameters = {name: known[name] for name in case.path_parameters}
    seen[case.call_and_validate(headers={"Accept-Encoding": "identity"}).status_code] += 1


def _try(strategy: Any, ask: Callable[[Any], None]) -> None:
    """So many cases from the description, the same ones each time."""

    def one(case: Any) -> None:
        ask(case)

    quick = settings(
        max_examples=8, derandomize=True, deadline=None, database=None, phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    quick(given(strategy)(one))()
