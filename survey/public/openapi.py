"""The description of the read-only API (OpenAPI 3.1), written once, beside `document`, which writes what it describes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from survey.dialogues.state import PUBLIC
from survey.followups.steps import State
from survey.public.document import MOST
from survey.public.document import PER_PAGE
from survey.public.shown import STATES

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_DAY: Schema = {"type": ["string", "null"], "format": "date"}
_MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}
_YES: Schema = {"type": "boolean"}
CODE = "^[23456789ABCDEFGHJKLMNPQRSTUVWXYZ]{6}$"


@cache
def describe() -> dict[str, Any]:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Đối Thoại: công khai sau đối thoại",
            "version": "1.0.0",
            "description": "Chỉ đọc, không cần khóa, không cookie. Mỗi câu trả lời có ETag; gửi lại bằng If-None-Match. "
            "Read only, no key, no cookie. Each answer has an ETag; send it back as If-None-Match.",
        },
        "paths": _paths(),
        "components": {"schemas": _schemas()},
    }


def _paths() -> dict[str, Any]:
    code = [_at("code", {"type": "string", "pattern": CODE}, "Mã tham gia (join code)")]
    one = [*code, _at("number", {"type": "integer", "minimum": 1}, "Số của kiến nghị")]
    search = [_ask("q", {"type": "string", "maxLength": 80}, "Các từ cần tìm, không cần dấu (words, accents optional)")]
    topic = [_ask("topic", {"type": "string", "maxLength": 80}, "Nhóm vấn đề")]
    narrow = [
        _ask("unit", {"type": "string", "maxLength": 80}, "Tên đơn vị chủ trì"),
        _ask("state", {"type": "string", "enum": [str(state) for state in STATES]}, "Trạng thái; overdue là quá hạn"),
    ]
    return {
        "/p.json": _get("dialogues", "Đối thoại được liệt kê", "Dialogues", _paging(), known=False, asked=True),
        "/p/{code}.json": _get("dialogue", "Toàn bộ phần công khai", "Dialogue", code),
        "/p/{code}/questions.json": _get(
            "questions", "Câu đã trả lời", "Questions", [*code, *search, *topic, *_paging()], asked=True
        ),
        "/p/{code}/recommendations.json": _get(
            "recommendations", "Kiến nghị", "Recommendations", [*code, *search, *topic, *narrow, *_paging()], asked=True
        ),
        "/p/{code}/recommendations/{number}.json": _get("recommendation", "Một kiến nghị", "Recommendation", one),
        "/p/openapi.json": _get("description", "Bản mô tả này", None, [], known=False),
    }


def _get(
    name: str, summary: str, schema: str | None, parameters: list[Schema], *, known: bool = True, asked: bool = False
) -> dict[str, Any]:
    """One path. `known`: it may name a dialogue that is not there; `asked`: its parameters may be wrong."""
    answer = _ref(schema) if schema else {"type": "object"}
    etag = {"ETag": {"schema": _TEXT, "description": "Dấu của nội dung"}}
    answers: dict[str, Any] = {
        "200": {"description": "OK", "headers": etag, "content": {"application/json": {"schema": answer}}},
        "304": {"description": "Chưa có gì mới (nothing new)"},
    }
    wrong = {"404": "Không có, hoặc chưa công bố", "429": "Quá nhiều mã không đúng"} if known else {}
    wrong |= {"422": "Tham số chưa đúng"} if asked else {}
    for status, said in wrong.items():
        answers[status] = {"description": said, "content": {"application/json": {"schema": _ref("Error")}}}
    return {"get": {"operationId": name, "summary": summary, "parameters": parameters, "responses": answers}}


def _schemas() -> dict[str, Schema]:
    satisfaction = {"anyOf": [_ref("Satisfaction"), {"type": "null"}]}
    files = {"type": "array", "items": _ref("File")}
    numbers = {"type": "array", "items": {"type": "integer", "minimum": 1}}
    state = {"type": "string", "enum": sorted(str(one) for one in PUBLIC)}
    facts = {
        "code": {"type": "string"},
        "theme": _TEXT,
        "state": state,
        "place": _TEXT,
        "host": _TEXT,
        "starts_at": _MOMENT,
    }
    return {
        "Error": _object({"error": _TEXT, "message": _TEXT}, more=True),
        "Satisfaction": _object({"judged": {"type": "integer", "minimum": 5}, "satisfied": _COUNT}),
        "File": _object({"name": _TEXT, "type": _TEXT, "size": _COUNT, "url": _TEXT}),
        "Figures": _object(
            dict.fromkeys(("received", "direct", "handed", "recommendations", "done", "overdue"), _COUNT)
        ),
        "Question": _object({
            "number": {"type": "integer", "minimum": 1}, "body": _TEXT, "topic": _TEXT, "supporters": _COUNT,
            "wordings": _COUNT, "answer": _TEXT, "answered_by": _TEXT, "satisfaction": satisfaction,
            "recommendations": numbers, "published_at": _MOMENT, "url": _TEXT,
        }),
        "Recommendation": _object({
            "number": {"type": "integer", "minimum": 1}, "body": _TEXT, "topic": _TEXT, "unit": _TEXT,
            "cooperating": {"type": "array", "items": _TEXT},
            "state": {"type": "string", "enum": [str(one) for one in State]}, "due": _DAY, "overdue": _YES, "reason": _TEXT,
            "answer": _TEXT, "document": _TEXT, "document_date": _DAY, "questions": numbers, "satisfaction": satisfaction,
            "files": files, "updated_at": _MOMENT, "url": _TEXT,
        }),
        "Dialogue": _object({
            **facts, "organisation": _TEXT, "leader": _TEXT, "topics": {"type": "array", "items": _TEXT}, "rehearsal": _YES,
            "figures": {"anyOf": [_ref("Figures"), {"type": "null"}]}, "updated_at": _MOMENT,
            "plan": {"anyOf": [_object({"text": _TEXT, "published_on": _DAY, "files": files}), {"type": "null"}]},
            "notice": {"anyOf": [
                _object({"text": _TEXT, "document": _TEXT, "published_on": _DAY, "files": files}), {"type": "null"}
            ]},
            "links": _object(dict.fromkeys(("page", "room", "feed", "questions", "recommendations"), _TEXT)),
            "questions": {"type": "array", "items": _ref("Question")},
            "recommendations": {"type": "array", "items": _ref("Recommendation")},
            "ideas": {"type": "array", "items": _ref("Idea")},
        }),
        "Idea": _object({
            "body": _TEXT, "note": _TEXT, "unit": _TEXT,
            "recommendation": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
        }),
        "Listed": _object({**facts, "url": _TEXT}),
        "Dialogues": _list("dialogues", "Listed"),
        "Questions": _list("questions", "Question"),
        "Recommendations": _list("recommendations", "Recommendation"),
    }  # fmt: skip


def _list(name: str, schema: str) -> Schema:
    around = {
        "total": _COUNT, "page": {"type": "integer", "minimum": 1}, "pages": {"type": "integer", "minimum": 1},
        "per_page": {"type": "integer", "minimum": 1, "maximum": MOST},
    }  # fmt: skip
    return _object({**around, name: {"type": "array", "items": _ref(schema)}})


def _object(properties: Mapping[str, Schema], *, more: bool = False) -> Schema:
    return {
        "type": "object", "properties": dict(properties), "required": list(properties), "additionalProperties": more
    }  # fmt: skip


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _paging() -> list[Schema]:
    return [
        _ask("page", {"type": "integer", "minimum": 1, "maximum": 1_000_000, "default": 1}, "Trang"),
        _ask("per_page", {"type": "integer", "minimum": 1, "maximum": MOST, "default": PER_PAGE}, "Số mục mỗi trang"),
    ]


def _at(name: str, schema: Schema, said: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": said}


def _ask(name: str, schema: Schema, said: str) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": said}
