"""Numbers in forms: what is none is refused in one sentence, in the reader's language."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from survey.desk.forms import SettingsForm
from survey.desk.forms_intake import OneForm

MINUTES = {"vi": "Hãy ghi số phút, từ 5 đến 1440.", "en": "Type a number of minutes from 5 to 1440."}
COUNT = "Hãy ghi một số từ 0 trở lên."


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("typed", ["", "hai tiếng", "4", "1e9999", "90.5"])
def test_what_is_no_number_of_minutes_is_refused_in_one_sentence(app, language: str, typed: str) -> None:  # type: ignore[no-untyped-def]
    with app.test_request_context(f"/?lang={language}"):
        form = SettingsForm(MultiDict({"minutes": typed}), meta={"csrf": False})
        form.validate()
        assert [str(error) for error in form.minutes.errors] == [MINUTES[language]]


@pytest.mark.parametrize(
    ("typed", "number", "errors"),
    [("12", 12, []), ("", None, []), ("mười", None, [COUNT]), ("-1", -1, [COUNT])],
)
def test_number_of_signatures_may_be_left_out(app, typed: str, number: int | None, errors: list[str]) -> None:  # type: ignore[no-untyped-def]
    with app.test_request_context("/"):
        form = OneForm(MultiDict({"count": typed, "text": "Bao giờ có chợ?"}), meta={"csrf": False})
        form.offer([])
        form.validate()
        assert (form["count"].data, [str(error) for error in form["count"].errors]) == (number, errors)
