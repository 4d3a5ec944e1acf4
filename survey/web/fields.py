"""Fields of staff forms that differ from the library's."""

from __future__ import annotations

from typing import Any

from wtforms import IntegerField


class WholeNumber(IntegerField):
    """A whole number. What is none leaves `data` empty, and the validators say so in the reader's language."""

    data: int | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number; the library's own sentence, which is always English, is not used."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None
