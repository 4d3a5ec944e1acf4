"""Domain errors: what a rule refuses, in words a member can act on.

Messages are Vietnamese message ids; `survey.web.errors` translates them and maps `status` to HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import ClassVar

from survey.core.text import N_

NO_ROOM = N_("Máy chủ chưa ghi được vì hết chỗ trên đĩa. Hãy báo người giữ máy chủ, rồi gửi lại.")


class DomainError(Exception):
    """A rule refused. `token` is the stable machine word, `message` the sentence that says what to do."""

    status: ClassVar[int] = 400
    token: ClassVar[str] = "invalid"

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.params: Mapping[str, Any] = params


class Invalid(DomainError):
    """What was typed cannot be taken; `fields` maps a field name to its own sentence."""

    status = 422
    token = "invalid"

    def __init__(self, message: str, fields: Mapping[str, str] | None = None, **params: Any) -> None:
        super().__init__(message, **params)
        self.fields: Mapping[str, str] = fields or {}


class NoBallot(DomainError):
    """The act needs a ballot and the phone has none (any more)."""

    status = 401
    token = "no_ballot"


class NoSeat(DomainError):
    """The act needs a place on the roll, and this browser has opened no personal link."""

    status = 401
    token = "no_seat"


class NotNow(DomainError):
    """Right person, wrong moment: the dialogue or the question is not in a state that allows the act."""

    status = 403
    token = "not_now"


class Forbidden(DomainError):
    """Known person, but this is not theirs to do."""

    status = 403
    token = "forbidden"


class NotFound(DomainError):
    """Nothing here for this person; strangers and typing errors get the same answer."""

    status = 404
    token = "not_found"


class UnknownCode(NotFound):
    """No dialogue that the asker may know has this join code."""


class Conflict(DomainError):
    """Somebody was quicker, or the same request came with another content."""

    status = 409
    token = "conflict"


class TooLarge(DomainError):
    """More bytes than a form of this kind can mean."""

    status = 413
    token = "too_large"


class TooMany(DomainError):
    """A limit was reached; `retry_after` is in seconds."""

    status = 429
    token = "too_many"

    def __init__(self, message: str, retry_after: int = 30, **params: Any) -> None:
        super().__init__(message, **params)
        self.retry_after = retry_after


class Busy(DomainError):
    """The writer cannot take more just now (queue full, disk full); the act may be sent again."""

    status = 503
    token = "busy"
    retry_after = 2
