"""Who may call what: written by hand from the design, apart from the marks in the code, so that one checks the other.

"all": anybody; "code": whoever has the code; "ballot": whoever holds a ballot of this dialogue; "roll": whoever has the
code of a dialogue by the roll; "seat": whoever opened a personal link of it; "in": any browser that is signed in; "here X":
staff whose role in the dialogue gives X; "house X": staff whose role in the whole organisation does.
"""

from __future__ import annotations

import re
from typing import Any
from typing import NamedTuple

from flask import Flask

from survey.followups.tasks import Said
from tests.security.world import LETTERS
from tests.security.world import NOBODY
from tests.security.world import Place
from tests.security.world import World

# permission -> roles: Organiser, Moderator, Secretary, Leader, Projector, Door, sKrutineer, Host of a site
PERMISSIONS = {
    "create": "O", "manage": "O", "staff": "O", "open": "OM", "admit": "OM", "moderate": "OMS", "bring_in": "OMS",
    "preside": "OMLC", "answer": "OMSLC", "prepare": "OS", "lead": "OMSLC", "remote": "OM", "screen": "OMSLCP",
    "results": "OMSLC", "export": "OS",
    "roll": "O", "door": "OD", "cards": "O", "site": "OH", "site_screen": "OMSLCPH",
    "scrutiny": "OK",
    "follow": "OS", "publish": "O",
}  # fmt: skip

REQUIRED = {
    "machine": {"metrics": "all", "arrived": "all"},
    "pages": {"home": "all", "promise": "all", "help_": "all", "healthz": "all", "readyz": "all", "show": "code",
              "follow": "code", "board": "code", "who": "code", "box_page": "code", "drop": "code", "look": "code",
              "mine_news": "ballot",
              **dict.fromkeys(("booth_page", "booth_enter", "booth_end", "booth_ask", "booth_vote", "booth_withdraw",
                               "booth_poll", "booth_polls", "booth_life"), "code"),
              "records_": "all"},
    "public": {**dict.fromkeys(("listing", "listing_json", "description"), "all"),
               **dict.fromkeys(("page", "page_json", "questions_json", "recommendations_json", "recommendation_json", "atom",
                                "calendar", "file"), "code"),
               **dict.fromkeys(("publication", "publish", "publish_all", "publish_paper", "publish_remove_file",
                                "publication_folder"), "here publish"),
               **dict.fromkeys(("webhook", "webhook_set", "webhook_renew", "webhook_test", "webhook_again"), "house manage")},
    "room": {"enter": "code", "choose_site": "ballot", "key_page": "code", "arrive": "code",
             "picture": "code", "card": "code", "leaving": "code", "leave": "code"},
    "questions": {"board": "code", "tell": "code", "write": "code", "write_on": "code", "ask": "ballot", "correct": "ballot",
                  "withdraw": "ballot", "vote": "ballot", "withdraw_vote": "ballot", "skip": "ballot",
                  "undo_skip": "ballot", "similar": "ballot", "judge": "ballot", "judgeable": "ballot", "take_tokens": "ballot",
                  "judge_by_token": "code"},
    "questionnaires": {
        "survey": "code", "respond": "code", "enter": "code", "shown_results": "ballot", "results": "here results",
        "listing": "here results", "comparison": "here results", "shared": "code", "share": "here manage",
        "unshare": "here manage",
        "poll": "ballot", "answer_poll": "ballot", "poll_list": "here moderate",
        "poll_word": "here moderate",
        **dict.fromkeys(("poll_new", "poll_open", "poll_close", "poll_remove", "poll_end"), "here remote"),
        **dict.fromkeys(("create", "edit", "change", "open_", "close", "copy", "delete", "preview", "new_item",
                         "times", "set_times", "exchange_page", "exchange_again", "exchange_preview", "exchange_make",
                         "exchange_file", "start_page", "start", "add_item", "edit_item", "change_item", "move_up",
                         "move_down", "copy_item", "delete_item", "place_item", "restore_item"),
                        "here manage"),
    },
    "moderation": {"ask_back": "here moderate", "take_back": "here moderate", "pass_by_itself": "here moderate",
                   "reply": "ballot", "moderate": "here moderate", "stand": "here answer", "topic": "here moderate",
                   "note": "here moderate", "merge_chosen": "here moderate", "merge": "here moderate",
                   "split": "here moderate", "apart": "here moderate", "undo": "here moderate",
                   **dict.fromkeys(("redact_page", "redact", "erase_page", "erase", "mute", "unmute", "muted"), "here moderate"),
                   "public_log": "code"},
    "desk": {
        "home": "in", "create": "house create", "manage": "here open", "step": "here open", "remaining": "here answer",
        "settings": "here manage", "topics": "here manage", "copy": "here manage",
        "choose_entry": "here manage", "moderate": "here moderate",
        "be_here": "here moderate", "second": "here moderate",
        "moderate_live": "here moderate", "moderate_note": "here moderate", "hold_order": "here remote",
        "confirm_own_screen": "here moderate", "cover_again": "here moderate",
        "intake": "here bring_in", "intake_one": "here bring_in", "intake_preview": "here bring_in",
        "intake_confirm": "here bring_in",
        **dict.fromkeys(("survey_answers", "survey_answers_take", "survey_answers_dismiss", "survey_answers_bring_back"),
                        "here bring_in"),
        "remind": "here manage", "remind_again": "here roll", "remind_preview": "here roll", "remind_send": "here roll",
        "script": "here open", "recommend": "here answer",
        **dict.fromkeys(("deadline_page", "deadline_save", "deadline_reminded", "deadline_reminded_again", "deadline_link",
                         "deadline_link_again", "deadline_letters", "deadline_letters_again"), "here follow"),
        **dict.fromkeys(("deadline_rules", "deadline_rules_save", "deadline_rules_again", "deadline_contacts",
                         "deadline_contacts_again", "deadline_feed", "deadline_feed_end"), "house manage"),
        **dict.fromkeys(("door", "door_person", "door_link", "door_card", "door_card_return", "door_unlock", "door_move",
                         "door_unit", "door_substitute", "door_take_back", "door_addition", "door_add"), "here door"),
        **dict.fromkeys(("units", "unit", "unit_add", "unit_change", "unit_remove", "unit_merge"), "house manage"),
        **dict.fromkeys(("prepare", "prepare_plan", "prepare_topics", "prepare_questions", "prepare_unit", "prepare_unit_save",
                         "prepare_links", "prepare_links_again", "prepare_link", "prepare_link_again", "prepare_unlink",
                         "prepare_list", "prepare_lists", "prepare_file", "prepare_keep"), "here prepare"),
        "prepare_units": "here manage",
        **dict.fromkeys(("idea_list", "idea_box", "idea", "idea_act", "idea_erase_page", "idea_erase"), "here follow"),
        "idea_publish": "here publish",
        "rehearse": "here manage", "rehearse_more": "here moderate", "rehearse_end": "here manage",
        **dict.fromkeys(("issue_key", "change_issue_key"), "here manage"),
        "scrutiny": "here scrutiny", "scrutiny_checklist": "here scrutiny",
        "ready": "here open", "operator": "house manage",
        **dict.fromkeys(("spare", "spare_words", "spare_folder"), "house manage"),
        **dict.fromkeys(("card_list", "print_cards", "print_pdf", "void_sheets", "void_batch", "take_back"), "here cards"),
        **dict.fromkeys(("add_site", "add_sites", "change_site", "remove_site"), "here manage"),
        **dict.fromkeys(("site_list", "site", "site_print", "site_print_pdf", "site_void_sheets", "site_void_batch",
                         "site_take_back", "site_state", "site_ask", "site_hands", "site_sheet"), "here site"),
    },
    "roll": {
        **dict.fromkeys(("member", "open_link", "close_link", "leaving", "leave", "again", "head"), "roll"),
        **dict.fromkeys(("answer_second", "take", "claim", "correction", "ask_correction", "withdraw_correction"), "seat"),
        **dict.fromkeys(("people", "person", "person_new", "person_add", "person_correct", "person_remove", "person_link",
                         "person_unlock", "person_move", "request_done", "request_stays", "desk", "desk_again", "settings",
                         "freeze", "unfreeze", "delete_roll", "head_links", "head_link", "head_link_again",
                         "roll_links", "roll_links_cards", "roll_links_file", "import_page", "import_again", "import_roll",
                         "import_terms", "import_preview", "import_members"), "here roll"),
    },
    "followups": {"unit_calendar": "all", "office_calendar": "all",
                  **dict.fromkeys(("unit_ideas", "unit_ideas_answer"), "all"), "ideas_page": "code",
                  **dict.fromkeys(("ideas_write", "ideas_one", "ideas_reply", "ideas_name", "ideas_sign",
                                   "ideas_withdraw"), "ballot"),
                  **dict.fromkeys(("unit", "unit_save", "unit_file", "unit_prepared", "tasks", "tasks_report", "tasks_file",
                                   "tasks_attachment"), "all"),
                  **dict.fromkeys(("reports_list", "reports_approve", "reports_return", "reports_attachment", "reports_unit",
                                   "reports_type", "reports_links", "reports_link", "reports_links_again",
                                   "reports_link_again", "reports_unlink", "reports_sheet", "reports_sheets", "reports_file",
                                   "reports_keep"), "here follow"),
                  **dict.fromkeys(("recommendation_list", "recommendation_assign", "recommendation_new", "recommendation_add",
                                   "recommendation_each", "recommendation_join", "recommendation_merge", "recommendation",
                                   "recommendation_change", "recommendation_step", "recommendation_remove",
                                   "recommendation_file", "recommendation_file_add", "recommendation_file_remove"),
                                  "here follow"),
                  **dict.fromkeys(("recommendation_publish_many", "recommendation_hide_many", "recommendation_publish",
                                   "recommendation_hide", "recommendation_file_publish", "recommendation_file_hide"),
                                  "here publish")},
    "stage": {"screen": "here screen", "choose": "here remote",
              "preview": "here remote", "time_turn": "here remote", "screen_live": "here screen", "lead": "here lead",
              "lead_live": "here lead",
              **dict.fromkeys(("lead_start", "lead_length", "lead_end", "lead_end_undo"), "here preside"),
              **dict.fromkeys(("lead_units", "lead_hand", "lead_group", "lead_group_answer", "lead_group_undo"), "here answer"),
              **dict.fromkeys(("site_screen", "site_screen_live", "site_screen_people"), "here site_screen"),
              "lead_print": "here lead"},
    "exports": {"overview": "house follow", "overview_file": "house follow",
                "survey_files": "here export", "survey_file": "here export", "survey_print": "here export",
                "index": "here export", "file": "here export", "printed": "here export", "begin": "here export",
                "job": "here export", "job_file": "here export", "move": "here staff",
                "first_import": "all", "first_import_keep": "all",
                **dict.fromkeys(("papers_", "reminder", "reminders"), "here export"),
                "letterhead": "house manage", "letterhead_keep": "house manage",
                "scrutiny_file": "here scrutiny", "public_log": "code"},
    "accounts": {
        **dict.fromkeys(("sign_in", "invitation", "accept_invitation", "recover", "device", "device_link",
                         "device_state"), "all"),
        **dict.fromkeys(("sign_out", "account", "change_password", "new_sheet", "end_mine", "end_others"), "in"),
        **dict.fromkeys(("device_list", "admit", "throw_out", "make_link"), "here admit"),
        **dict.fromkeys(("dialogue_staff", "dialogue_invite", "dialogue_withdraw", "dialogue_grant", "dialogue_revoke",
                         "dialogue_throw_out"), "here staff"),
        **dict.fromkeys(("handover_page", "hand_over_mine"), "here lead"),
        **dict.fromkeys(("staff_list", "invite", "withdraw_invitation", "reset", "sign_out_everywhere", "remove", "revoke",
                         "hand_over"), "house staff"),
    },
}  # fmt: skip


class Route(NamedTuple):
    """One rule of the URL map with one of its methods."""

    endpoint: str
    method: str
    rule: str
    arguments: frozenset[str]

    def path(self, **values: str) -> str:
        """The path with these values; an argument that is missing stands for something that is not there."""

        def value(match: re.Match[str]) -> str:
            return values.get(match[1].split(":")[-1], "zzzzzzzzzzzz")

        query = "?kind=text" if self.endpoint == "questionnaires.new_item" else ""
        return re.sub(r"<((?:any\([^)]*\):)?[a-z_]+)>", value, self.rule) + query


def routes(app: Flask) -> list[Route]:
    """All rules, each with each of its methods."""
    found = [
        Route(rule.endpoint, method, str(rule.rule), frozenset(rule.arguments))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    return sorted(found)


def required(endpoint: str) -> str:
    """What the table above says; an unknown endpoint is a failure."""
    blueprint, name = endpoint.split(".", 1)
    return REQUIRED[blueprint][name]


def expected(requirement: str, who: str) -> str:
    """How the request of `who` must end: reached, sign_in, no_ballot, no_seat, forbidden or missing."""
    kind, _, permission = requirement.partition(" ")
    if kind in {"all", "code", "roll"}:
        return "reached"
    if kind == "seat":
        return "reached" if who == "seated" else "no_seat"
    if kind == "ballot":
        return "reached" if who == "member" else "no_ballot"
    if who in NOBODY:
        return "sign_in"
    if kind == "in":
        return "reached"
    if kind == "house":
        return "reached" if who in {"chief", "outsider"} else "missing"  # the outsider stands in a house of their own
    if who in {"neighbour", "outsider"}:
        return "missing"
    return "reached" if LETTERS.get(who, "O") in PERMISSIONS[permission] else "forbidden"


ACTS = {"idea_act": "answer", "idea_publish": "take",
        "moderate": "approve", "stand": "call", "again": "session", "desk_again": "settings", "import_again": "terms",
        "exchange_again": "preview", "exchange_file": "json"}  # fmt: skip
QUESTIONS = {"withdraw": "own", "correct": "own", "reply": "own", "ask_back": "pending",
             "take_back": "own", "moderate": "pending", "apart": "pending", "split": "leading",
             "mute": "own", "unmute": "own"}  # fmt: skip
SIGN_INS = {"throw_out": "device", "dialogue_throw_out": "local_sign_in"}
MEMBERS = {  # somebody on whom the act is possible
    "door_take_back": "added", "door_move": "bound", "person_move": "bound", "door_card_return": "carded",
}  # fmt: skip
TOKENS = {
    "unit_calendar": "unit_link", "office_calendar": "feed",
    "device_link": "device_link", "shared": "results_link", "head": "head",
    **dict.fromkeys(("unit", "unit_save", "unit_file", "unit_prepared", "tasks", "tasks_report", "tasks_file",
                     "tasks_attachment"), "unit_link"),
    **dict.fromkeys(("unit_ideas", "unit_ideas_answer"), "unit_link"),
}  # fmt: skip
ON_ROLL = frozenset({"member_id", "unit_id", "request_id", "batch_id", "number"})


def home(world: World, route: Route) -> Place:
    """Where the route can be asked so that it is answered: what is on a roll or on cards is in `rolled`."""
    return world.rolled if route.rule.startswith("/m/") or route.arguments & ON_ROLL else world.here


def scene(world: World, route: Route) -> Place:
    """Where who may come is looked at: everywhere in `here`, where staff have their roles, but the members' own side."""
    return world.rolled if route.rule.startswith("/m/") else world.here


def values(place: Place, route: Route, **other: str) -> dict[str, str]:
    """Arguments of the route that exist in `place`, each of the kind that this route can act on."""
    name, ids = route.endpoint.split(".")[1], place.ids
    built = route.endpoint.startswith("questionnaires.") and route.rule.startswith("/s/") and name != "results"
    wanted = {
        "question_id": QUESTIONS.get(name, "approved"), "questionnaire_id": "draft" if built else "questionnaire",
        "item_id": "draft_item" if built else "item", "sign_in_id": SIGN_INS.get(name, "sign_in"),
        "grant_id": "grant" if name == "dialogue_revoke" else "whole_grant", "link_id": "invitation_id",
        "staff_id": "staff", "token": TOKENS.get(name, "invitation"), "member_id": MEMBERS.get(name, "member"),
        "thread_id": "thread", "file_id": "attachment",
        "recommendation_id": "free_recommendation" if name == "recommendation_remove" else "recommendation",
        "unit_id": "free_unit" if name in {"unit_remove", "unit_merge"} else "unit", "request_id": "request", "batch_id": "batch",
        "attachment_id": "attachment", "poll_id": "ready_poll" if name == "poll_remove" else "poll",
    }  # fmt: skip
    known = {argument: ids[what] for argument, what in wanted.items() if what in ids}
    if "pending" in ids:
        known.setdefault("question_id", ids["pending"])
    fixed = {
        "code": place.code,
        "act": ACTS.get(name, ""),
        "table": "questions",
        "fmt": "docx" if name in {"reminder", "reminders"} else "csv",
        "number": "1",
        "kind": "plan",
        "sheet": "guide",
    }
    return {**fixed, **known, **other}


def form(place: Place, route: Route) -> dict[str, Any]:
    """What a browser would send to this route, so that a good request is taken."""
    name = route.endpoint
    forms: dict[str, dict[str, Any]] = {
        "questions.ask": {"body": "Khi nào xã có sân bóng đá?", "client_id": "form-1"},
        "questions.correct": {"body": "Khi nào phường có sân bóng đá?"},
        "questions.write_on": {"body": "Khi nào", "client_id": "form-2"},
        "questionnaires.respond": {place.ids.get("item", ""): "Được nghe trả lời", "counter": "1"},
        "questionnaires.create": {"title": "Phiếu mới"},
        "questionnaires.answer_poll": {place.ids.get("poll_item", ""): "Bớt họp"},
        "questionnaires.poll_new": {"kind": "yesno", "label": "Họp tối không?", "keep": "1"},
        "questionnaires.poll_word": {"show": "bot hop"},
        "questionnaires.change": {"title": "Tên mới"},
        "questionnaires.start": {"source": "template:satisfaction"},
        "questionnaires.add_item": {"kind": "text", "label": "Còn gì?"},
        "questionnaires.change_item": {"label": "Chọn gì?", "options": "Lương\nNhà ở"},
        "moderation.topic": {"topic": place.ids.get("topic", "")},
        "moderation.reply": {"reply": "Việc chấm công ngoài giờ"},
        "moderation.redact": {"more": "đoàn viên"},
        "moderation.erase": {"typed": "XÓA", "reason": "off_topic"},
        "moderation.note": {"note": "Sẽ có trong quý này"},
        "moderation.merge": {"others": place.ids.get("pending", "")},
        "moderation.merge_chosen": {"chosen": [place.ids.get("approved", ""), place.ids.get("pending", "")]},
        "desk.create": {"theme": "Đối thoại mới", "to": "draft"},
        "desk.step": {"to": "closed"},
        "desk.choose_entry": {"entry": "tickets"},
        "desk.settings": {"theme": "Chủ đề khác", "minutes": "60", "ask_limit": "5"},
        "desk.topics": {"topics": "Lương\nNhà ở"},
        "desk.hold_order": {"held": "1"},
        "desk.intake_one": {"text": "Ghi từ hội trường", "source": "spoken", "client_id": "form-3"},
        "desk.intake_preview": {"text": "Câu một\n\nCâu hai"},
        "desk.unit_add": {"name": "Chi đoàn mới"},
        "desk.unit_change": {"name": "Chi đoàn đổi tên"},
        "desk.door_add": {"name": "Võ Thị Mới", "reason": "left_out"},
        "desk.door_substitute": {"instead-name": "Đỗ Văn Thay"},
        "desk.door_take_back": {"why": "mistake"},
        "desk.change_site": {"name-1": "Huyện Năm Căn", "cards-1": "40"},
        "desk.add_site": {"name": "Huyện Ngọc Hiển", "cards": "40"},
        "desk.site_ask": {"text": "Nói tại điểm cầu", "source": "spoken", "client_id": "form-4"},
        "desk.site_hands": {"subject": place.ids.get("approved", ""), "hands": "7"},
        "room.choose_site": {"site": "0"},
        "desk.add_sites": {"lines": "Huyện Ngọc Hiển, 40"},
        "desk.print_cards": {"cards": "8", "batch": "b" * 12},
        "desk.site_print": {"cards": "8", "batch": "b" * 12},
        "desk.void_sheets": {"sheets": "1"},
        "desk.site_void_sheets": {"sheets": "1"},
        "desk.take_back": {"lines": "ABCDEFGH"},
        "desk.site_take_back": {"lines": "ABCDEFGH"},
        "roll.person_add": {"name": "Võ Thị Mới", "code": "M-01", "reason": "Đến muộn"},
        "roll.person_correct": {"name": "Võ Thị Mới", "code": "M-01"},
        "roll.person_remove": {"reason": "left"},
        "roll.import_terms": {"purpose": "Cấp phiếu kín", "delete_on": "không rõ"},
        "roll.import_preview": {"purpose": "Cấp phiếu kín", "delete_on": "không rõ"},
        "roll.import_members": {"plan": "tự viết"},
        "roll.head": {"answer": "yes", "remark": ""},
        "roll.open_link": {"token": "sai"},
        "roll.ask_correction": {"kind": "correct", "text": "Tên tôi là An"},
        "desk.rehearse": {"people": "30"},
        "desk.deadline_save": {"applies": "internal"},
        "desk.deadline_contacts": {f"e-{place.ids.get('unit', '')}": "donvi@tinh.example"},
        "desk.deadline_rules_save": {
            "applies": "law",
            "plan_days": "30",
            "conclusion_days": "10",
            "complex_days": "15",
            "soon_days": "3",
            "again_days": "3",
        },
        "desk.prepare_plan": {"due": "20/3/2026", "words": "Ghi ngắn"},
        "desk.prepare_topics": {f"unit-{place.ids.get('topic', '')}": place.ids.get("unit", "")},
        "desk.prepare_questions": {f"to-{place.ids.get('approved', '')}": "-"},
        "desk.prepare_units": {"names": "Sở Y tế"},
        "desk.prepare_keep": {"rows": "tự viết"},
        "followups.recommendation_assign": {"one": place.ids.get("recommendation", ""), "state": "working"},
        "followups.recommendation_publish_many": {"one": place.ids.get("recommendation", "")},
        "followups.recommendation_hide_many": {"one": place.ids.get("recommendation", "")},
        "followups.recommendation_add": {"body": "Mua máy tính"},
        "followups.recommendation_each": {"question": place.ids.get("approved", "")},
        "followups.recommendation_join": {"question": place.ids.get("approved", "")},
        "followups.recommendation_merge": {
            "one": [place.ids.get("recommendation", ""), place.ids.get("free_recommendation", "")]
        },
        "followups.recommendation_change": {"body": "Mua máy tính"},
        "followups.recommendation_step": {"state": "working"},
        "desk.unit_merge": {"into": place.ids.get("unit", "")},
        "followups.tasks_report": {
            f"state-{place.ids.get('recommendation', '')}": "solved",
            f"text-{place.ids.get('recommendation', '')}": "Sân đã xong",
            f"seen-{place.ids.get('recommendation', '')}": Said("working", "Đang làm").mark,
        },
        "followups.reports_approve": {
            "report": place.ids.get("report", ""),
            f"stood-{place.ids.get('report', '')}": place.ids.get("stood", ""),
        },
        "followups.reports_return": {"report": place.ids.get("report", ""), "remark": "Ghi rõ ngày"},
        "followups.reports_type": {
            f"state-{place.ids.get('recommendation', '')}": "solved",
            f"text-{place.ids.get('recommendation', '')}": "Sân đã xong",
            f"seen-{place.ids.get('recommendation', '')}": Said("working", "Đang làm").mark,
        },
        "followups.reports_keep": {"rows": "tự viết"},
        "followups.unit_save": {f"a-{place.ids.get('approved', '')}": "Sẽ làm trong quý này"},
        "exports.begin": {"file": "log.json"},
        "stage.choose": {"mode": "ranking"},
        "stage.lead_length": {"minutes": "95"},
        "stage.lead_hand": {"unit": place.ids.get("unit", "")},
        "stage.lead_group_answer": {"chosen": [place.ids.get("approved", "")], "act": "answer"},
        "public.publish": {"seen-question": place.ids.get("approved", "")},
        "public.publish_paper": {"text": "Kế hoạch đối thoại", "shown": "1"},
        "public.webhook_set": {"url": "https://cong.example/tin"},
        "questions.judge": {"satisfied": "1"},
        "followups.ideas_write": {"body": "Mỗi xã một góc đọc sách", "client_id": "form-5"},
        "followups.ideas_reply": {"body": "Cảm ơn ban tổ chức"},
        "followups.ideas_sign": {"name": "Trần Văn Ký"},
        "followups.unit_ideas_answer": {"body": "Sẽ làm trong quý này"},
        "desk.idea_box": {"until": "26/4/2026"},
        "desk.idea_act": {"body": "Cảm ơn, sẽ làm"},
        "desk.idea_publish": {"text": "Góc đọc sách ở xã", "remark": ""},
        "desk.idea_erase": {"typed": "XÓA", "reason": "off_topic"},
        "questions.judge_by_token": {"token": "t" * 27, "satisfied": "1"},
        "accounts.invite": {"name": "Lê Thị Hoa", "role": "moderator"},
        "accounts.dialogue_invite": {"name": "Lê Thị Hoa", "role": "moderator"},
        "accounts.dialogue_grant": {"staff": place.ids.get("staff", ""), "role": "leader"},
        "accounts.make_link": {"role": "screen"},
        "accounts.hand_over": {"to": place.ids.get("staff", "")},
        "accounts.device": {"code": place.code, "role": "screen"},
        "accounts.sign_in": {"login": f"lan.{place.id}", "password": "sai mật khẩu"},
        "accounts.recover": {"code": "KHONG-PHAI-MA"},
        "accounts.accept_invitation": {"login": "hoa.le", "password": "một câu dài dễ nhớ"},
    }
    return forms.get(name, {})
