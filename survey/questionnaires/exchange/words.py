"""Types and columns of XLSForm in our words: what they become here, and why some do not."""

from __future__ import annotations

from collections.abc import Mapping

from survey.core.text import N_

YES = frozenset({"yes", "true", "true()", "x", "1", "có"})
NO = frozenset({"no", "false", "false()", "0", "không", ""})
# Settings that the standard columns say; any other of a kind has a column of its own.
SAID = frozenset({"options", "rows", "steps", "low", "high", "other", "shuffled", "fewest", "most", "least", "greatest",
                  "decimals", "page"})  # fmt: skip
PLAIN: Mapping[str, str] = {
    "text": "short", "string": "short", "integer": "number", "int": "number", "decimal": "number", "date": "date",
    "note": "note",
}  # fmt: skip
_WATCHED = N_("Chương trình không ghi giờ, máy, người hay nơi trả lời, nên dòng này không nhập.")
_FILES = N_("Câu trả lời ở đây chỉ là chữ, số và lựa chọn; không nhận tệp, ảnh, tiếng hay vị trí.")
_COUNTED = N_("Ở đây không có giá trị tính sẵn hay ẩn; chỉ có điều đoàn viên tự trả lời.")
_OUTSIDE = N_("Lựa chọn nằm ở tệp khác. Hãy chép chúng vào trang “choices”.")
_CLOCK = N_("Ở đây có ngày, không có giờ trong ngày. Hãy hỏi bằng “date” hoặc “text”.")
_AGREED = N_("Ở đây không có ô xác nhận. Hãy hỏi bằng “select_one” với Có và Không.")
UNSUPPORTED: Mapping[str, str] = {
    **dict.fromkeys((
        "start", "end", "today", "deviceid", "imei", "username", "subscriberid", "simserial", "phonenumber", "phone number",
        "email", "audit", "start geopoint", "background audio", "background geopoint", "start-geopoint", "background-audio",
        "background-geopoint",
    ), _WATCHED),
    **dict.fromkeys(("geopoint", "geotrace", "geoshape", "location", "image", "photo", "audio", "video", "file", "barcode",
                     "signature"), _FILES),
    **dict.fromkeys(("calculate", "hidden", "xml external", "csv external", "xml-external", "csv-external"), _COUNTED),
    **dict.fromkeys(("time", "datetime", "date time"), _CLOCK),
    **dict.fromkeys(("acknowledge", "trigger"), _AGREED),
}  # fmt: skip
OUTSIDE = _OUTSIDE
LOOKS = N_("Cách trình bày riêng (appearance) không dùng ở đây; mục vẫn được nhập.")
_COLUMN = N_("Cột “%(column)s” không dùng ở đây; mục vẫn được nhập.")
_OWN = N_("Lời nhắc riêng (%(column)s) không dùng; chương trình có lời nhắc của mình.")
ASIDE: Mapping[str, str] = {
    **dict.fromkeys(("calculation", "read_only", "repeat_count", "trigger", "media", "image", "audio", "video", "guidance_hint",
                     "instance", "autoplay", "accuracythreshold", "body", "save_to", "big-image", "intent"), _COLUMN),
    "default": N_("Giá trị có sẵn (default) không dùng: câu trả lời chỉ do đoàn viên ghi."),
    "choice_filter": N_("Danh sách lọc theo câu trước (choice_filter) không có ở đây; mục được nhập với mọi lựa chọn."),
    "constraint_message": _OWN,
    "required_message": _OWN,
}  # fmt: skip


def plain_type(cell: str) -> str:
    """A type without its list, in one writing: "begin_group" and "Begin group" are the same."""
    text = " ".join(cell.casefold().replace("_", " ").split())
    return OLD.get(text, text)


OLD: Mapping[str, str] = {
    "add text prompt": "text", "add integer prompt": "integer", "add decimal prompt": "decimal", "add date prompt": "date",
    "add note prompt": "note", "begin looped group": "begin repeat", "end looped group": "end repeat",
    "start time": "start", "end time": "end", "dateTime": "datetime",
}  # fmt: skip
