"""What an office writes after the day: minutes, notice of the conclusion, report on the surveys. Gaps stay marked."""

from __future__ import annotations

from collections.abc import Iterator

from survey.exports.paper_making import frame
from survey.exports.paper_words import counted
from survey.exports.paper_words import counted_down
from survey.exports.paper_words import held_on
from survey.exports.paper_words import helps
from survey.exports.paper_words import hour
from survey.exports.paper_words import known
from survey.exports.paper_words import leads
from survey.exports.paper_words import number
from survey.exports.paper_words import place
from survey.exports.paper_words import roman
from survey.exports.paper_words import sentence
from survey.exports.paper_words import share
from survey.exports.paper_words import short_day
from survey.exports.paper_words import theme
from survey.exports.papers import FEW_DOTS
from survey.exports.papers import Bars
from survey.exports.papers import Block
from survey.exports.papers import Grid
from survey.exports.papers import Heading
from survey.exports.papers import Paper
from survey.exports.papers import Run
from survey.exports.papers import Text
from survey.exports.papers import gap
from survey.exports.queries import STEPS
from survey.exports.scene import Scene
from survey.followups.recommended import Recommended
from survey.followups.steps import REASONED
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.results import ItemResult
from survey.questionnaires.results import Results
from survey.questions.queries import Row
from survey.questions.state import State

CHART = "Biểu đồ: số phiếu của từng câu trả lời (0 là dưới 5)"


def minutes(scene: Scene) -> Paper:
    """*Biên bản*: who, where, when, and each question with its answer."""
    dialogue = scene.dialogue
    people = f"; phiếu kín trong phòng: {number(dialogue.ballots)}" if dialogue.ballots else ""
    sites = f" Điểm cầu: {', '.join(scene.sites)}." if scene.sites else ""
    blocks: list[Block] = [
        Text((Run("Thời gian bắt đầu: ", bold=True), Run(f"{hour(dialogue.starts_at)}."))),
        Text((Run("Địa điểm: ", bold=True), Run(f"{place(scene)}.{sites}"))),
        Text((Run("Thành phần tham dự: ", bold=True), gap("thành phần, số người dự"), Run(f"{people}."))),
        Text((Run("Chủ trì (chủ tọa): ", bold=True), known(dialogue.leader, "người chủ trì"), Run("."))),
        Text((Run("Thư ký (người ghi biên bản): ", bold=True), gap("họ tên thư ký"), Run("."))),
        Text((Run("Nội dung (theo diễn biến hội nghị):", bold=True),)),
        Heading("I. Câu hỏi, ý kiến và trả lời tại hội nghị"),
    ]  # fmt: skip
    spoken = [row for row in scene.board if row.state in {State.ANSWERED, State.ANSWERING}]
    blocks += [block for at, row in enumerate(spoken, start=1) for block in _answered(scene, at, row)]
    blocks += [] if spoken else [Text("Không có câu hỏi nào được ghi là đã trả lời.")]
    blocks += _left(scene)
    blocks += _concluding(scene)
    blocks.append(Text(f"Hội nghị kết thúc vào {hour(scene.ended)}./."))
    return frame(scene, "minutes", "Biên bản", theme(scene), blocks, sign="BB")


def _answered(scene: Scene, at: int, row: Row) -> Iterator[Block]:
    who = scene.asker(row)
    told = f" ({who}; {number(row.supporters)} lượt ủng hộ)" if who else f" ({number(row.supporters)} lượt ủng hộ)"
    yield Text((Run(f"{at}. Câu hỏi{told}: ", bold=True), Run(row.body)))
    said = f"Trả lời ({row.answerer}): " if row.answerer else "Trả lời: "
    yield Text((Run(said, italic=True), known(row.note, "tóm tắt trả lời")))


def _left(scene: Scene) -> Iterator[Block]:
    written = [row for row in scene.board if row.state == State.IN_WRITING]
    waiting = [row for row in scene.board if row.state == State.APPROVED]
    if not (written or waiting):
        return
    yield Heading("II. Câu hỏi trả lời bằng văn bản")
    if written:
        yield Text(f"{number(len(written))} câu hỏi sau được trả lời bằng văn bản:")
        for at, row in enumerate(written, start=1):
            who = scene.asker(row)
            yield Text(f"{at}. {row.body}" + (f" ({who})" if who else ""))
    if waiting:
        yield Text(
            (
                Run(f"Còn {number(len(waiting))} câu hỏi chưa được trả lời: "),
                gap("cách xử lý các câu chưa trả lời"),
                Run("."),
            )
        )


def _concluding(scene: Scene) -> Iterator[Block]:
    part = 3 if any(row.state in {State.IN_WRITING, State.APPROVED} for row in scene.board) else 2
    if scene.votes:
        yield Heading(f"{roman(part)}. Biểu quyết")
        yield from (Text(f"{at}. {line}.") for at, line in enumerate(scene.votes, start=1))
        part += 1
    yield Heading(f"{roman(part)}. Kết luận của chủ tọa")
    yield Text((gap("ý kiến kết luận của chủ tọa"),))
    for one in _to_do(scene.in_hall()):
        yield Text(_task(one, f"{one.number}. "))


def _to_do(found: list[Recommended]) -> list[Recommended]:
    """Those that a conclusion hands to somebody: what was refused or passed up since is no task with a day any more."""
    return [one for one in found if one.state not in REASONED]


def _task(one: Recommended, lead: str) -> tuple[Run, ...]:
    """What is to be done, by whom, with whom, until when."""
    helping = f", {helps(one)} phối hợp" if one.cooperating else ""
    due = Run(f"chậm nhất ngày {short_day(one.due)}") if one.due else gap("thời hạn")
    return (Run(f"{lead}{sentence(one.body)} Giao "), leads(one), Run(f" chủ trì{helping}, hoàn thành "), due, Run("."))


def notice(scene: Scene) -> Paper:
    """*Thông báo kết luận*: the draft from answers and assignments."""
    dialogue = scene.dialogue
    leader = dialogue.leader or f"đồng chí {FEW_DOTS * 2}"
    blocks: list[Block] = [
        Text((Run(f"{held_on(dialogue).capitalize()}, tại {place(scene)}, "), known(dialogue.leader, "người chủ trì"),
              Run(f" đã chủ trì {theme(scene)}. Dự hội nghị có "), gap("thành phần dự"), Run("."))),
        Text((Run("Sau khi nghe ý kiến của đoàn viên, thanh niên và phát biểu của các đơn vị, "),
              known(dialogue.leader, "người chủ trì"), Run(" kết luận như sau:"))),
        Heading("I. Đánh giá chung"),
        Text(f"{counted(scene)}."),
        Text((gap("nhận xét chung của người chủ trì"),)),
        Heading("II. Kết luận từng nhóm vấn đề"),
    ]  # fmt: skip
    topics = list(scene.by_topic())
    for at, (topic, asked, todo) in enumerate(topics, start=1):
        blocks += [Heading(f"{at}. {topic}", 2), *_topic(asked, todo)]
    blocks += [] if topics else [Text((gap("kết luận theo nhóm vấn đề"),))]
    blocks += [Heading("III. Tổ chức thực hiện"), *_carrying_out(scene)]
    about = f"Kết luận của {leader} tại {theme(scene)}"
    return frame(scene, "notice", "Thông báo", about, blocks, sign="TB")


def _topic(asked: list[Row], todo: list[Recommended]) -> Iterator[Block]:
    direct = [row for row in asked if row.state == State.ANSWERED]
    if direct:
        noted = [row for row in direct if row.note]
        yield Text(f"Đã trả lời trực tiếp {number(len(direct))} câu hỏi" + (":" if noted else "."))
        yield from (Text(f"- {sentence(row.body)} Trả lời: {row.note}") for row in noted)
        if len(noted) < len(direct):
            yield Text((gap("tóm tắt trả lời"), Run(f" cho {number(len(direct) - len(noted))} câu.")))
    handed = _to_do(todo)
    yield from (Text(_task(one, f"{'abcdefghijklmnopqrstuvxy'[at % 24]}) ")) for at, one in enumerate(handed))
    covered = {source.id for one in todo for source in one.questions}
    left = [row for row in asked if row.state != State.ANSWERED and row.id not in covered]
    if left:
        yield Text((Run(f"{number(len(left))} câu chưa giao đơn vị nào: "), gap("kết luận, đơn vị và thời hạn")))
    if not (direct or handed or left):
        yield Text((gap("kết luận"),))


def _carrying_out(scene: Scene) -> Iterator[Block]:
    days = scene.dialogue.writing_days
    yield Text("1. Các đơn vị được giao giải quyết, trả lời kiến nghị đúng thời hạn; câu hỏi chuyển trả lời "
               "bằng văn bản "
               f"được trả lời trong {days} ngày làm việc kể từ ngày kết thúc hội nghị.")  # fmt: skip
    yield Text(
        "2. Việc vượt thẩm quyền, đơn vị chủ trì đề xuất người có thẩm quyền xem xét và thông báo lại cho đoàn "
        "viên, thanh niên."
    )
    yield Text((Run("3. Giao "), gap("đơn vị theo dõi, đôn đốc"),
                Run(" theo dõi, đôn đốc và báo cáo kết quả thực hiện; công khai kết quả để đoàn viên, thanh "
                    "niên biết.")))  # fmt: skip
    yield Text("Trên đây là kết luận tại hội nghị, đề nghị các đơn vị nghiêm túc thực hiện./.")


def surveys(scene: Scene) -> Paper:
    """*Báo cáo kết quả khảo sát*: figures of what was published, with charts; nothing that anybody wrote."""
    blocks: list[Block] = [
        Text(f"Phục vụ {theme(scene)}, ban tổ chức lấy ý kiến bằng phiếu kín, không ghi tên người trả lời. {STEPS}")
    ]
    if not scene.surveys:
        blocks.append(Text((gap("kết quả khảo sát: chưa có phiếu nào được mở"),)))
    for at, results in enumerate(scene.surveys, start=1):
        blocks += [Heading(f"{roman(at)}. {results.title}"), *_survey(results)]
    last = len(scene.surveys) + 1
    blocks += [Heading(f"{roman(last)}. Nhận xét, đề xuất"), Text((gap("nhận xét, đề xuất"), Run("./.")))]
    about = f"Kết quả khảo sát phục vụ {theme(scene)}"
    return frame(scene, "surveys", "Báo cáo", about, blocks, sign="BC")


def _survey(results: Results) -> Iterator[Block]:
    if not results.enough:
        yield Text("Chưa đủ năm phiếu trả lời nên không có số liệu.")
        return
    yield Text(f"{number(results.responses)} phiếu trả lời.")
    asked = [item for item in results.items if KINDS[item.kind].asks]
    for at, item in enumerate(asked, start=1):
        yield Heading(f"{at}. {item.label}", 2)
        yield from _item(item)


def _item(item: ItemResult) -> Iterator[Block]:
    yield Text(f"Ít nhất {number(item.answered)} người trả lời." if item.answered else "Chưa đủ năm người trả lời.")
    if item.rows:
        yield Bars(CHART, tuple((row.label, row.count) for row in item.rows))
        yield Grid(
            ("Câu trả lời", "Số phiếu", "Tỷ lệ"),
            tuple((row.label, counted_down(row.count), share(row.share) if row.count else "–") for row in item.rows),
            (104, 28, 28), (1, 2),
        )  # fmt: skip
    if item.mean is not None:
        yield Text(f"Điểm trung bình: {item.mean:.2f}".replace(".", ",") + ".")
    if item.parts:
        yield Grid(
            ("Nội dung", "Câu trả lời", "Số phiếu", "Tỷ lệ"),
            tuple((part.label if place == 0 else "", row.label, counted_down(row.count), share(row.share) if row.count else "–")
                  for part in item.parts for place, row in enumerate(part.rows)),
            (64, 48, 24, 24), (2, 3),
        )  # fmt: skip
    if item.answered and not item.rows and not item.parts:
        yield Text((gap("tóm tắt ý kiến tự viết (có trong tệp của phiếu khảo sát)"),))
