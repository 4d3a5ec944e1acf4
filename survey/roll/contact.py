"""How somebody on the roll is reached, in the one form in which it is kept."""

from __future__ import annotations

import re

from survey.core.errors import Invalid
from survey.core.text import N_
from survey.core.text import clean_line

EMAIL_LENGTH = 254
_GAPS = re.compile(r"[\s.\-–()/]")
_ABROAD = re.compile(r"^(?:\+|00)?84(?=\d{9,10}$)")
_PHONE = re.compile(r"0[1-9]\d{8,9}")
_EMAIL = re.compile(r"[^@\s,;:<>()\"'\\\[\]]+@[^@\s,;:<>()\"'\\\[\]]+\.[^@\s.,;:<>()\"'\\\[\]]{2,}")


def phone(typed: str) -> str:
    """Digits with the leading zero, whatever stood between them and whether the zero or +84 was written; "" for nothing.

    Raises `Invalid` for what is no Vietnamese number.
    """
    digits = _GAPS.sub("", clean_line(typed))
    if not digits:
        return ""
    digits = _ABROAD.sub("0", digits)
    if re.fullmatch(r"[1-9]\d{8}", digits):  # spreadsheets take the zero away
        digits = f"0{digits}"
    if not (digits.isascii() and _PHONE.fullmatch(digits)):
        message = N_("Số điện thoại có mười chữ số, bắt đầu bằng 0. Hãy xem lại, hoặc để trống.")
        raise Invalid(message, {"phone": message})
    return digits


def email(typed: str) -> str:
    """An address as it was written, without blanks around it; "" for nothing. Raises `Invalid` for what is none."""
    address = clean_line(typed)
    if address and (len(address) > EMAIL_LENGTH or not _EMAIL.fullmatch(address)):
        message = N_("Địa chỉ thư điện tử chưa đúng. Hãy xem lại, hoặc để trống.")
        raise Invalid(message, {"email": message})
    return address
