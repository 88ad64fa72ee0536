"""A Chinese session at a cell and in the panel: what is looked at is Chinese, what is kept is not.

Names, commands, code and a model's own words are the same in both.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

import nbchat
from nbchat import languages
from nbchat.dataframes.progress import Progress as RowsProgress
from nbchat.errors import NbchatError
from nbchat.events import Event, Notice, Partial
from nbchat.frontends.jupyterlab.comm import COMM
from nbchat.frontends.notebook.consent_words import prompt
from nbchat.frontends.notebook.growing_answer import GrowingAnswer
from nbchat.frontends.notebook.printed import Printed
from nbchat.frontends.notebook.terminal import Drawn
from nbchat.frontends.panel import source
from nbchat.frontends.rows.in_cell import ending_output
from nbchat.frontends.rows.in_terminal import PrintedLines
from nbchat.frontends.rows.words import state_words
from nbchat.frontends.turn_output import turn_output
from nbchat.languages import translated
from nbchat.languages.live import live
from nbchat.messages import PROPOSE_PLAN, Image, Text, Thought, ToolCall, ToolResult
from nbchat.picture_words import picture_words
from nbchat.render.terminal.rich_page import THEME
from nbchat.render.tool_calls import call_html
from nbchat.tools.consent import ConsentQuestion, Step
from nbchat.tools.running import Job
from nbchat.tools.tool import FunctionTool

from ..fakes.page import Desk
from ..fakes.provider import Service, answer, said
from ..frontends.notebook.calling import calls, next_box, reply_to_next
from ..pictures import png
from ..running_kernel import RunningKernel
from .chinese_kernel import pages, plain
from .left_over import english_left

CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\r")
RUN = FunctionTool("run", code="code", approve=True)
CALL = ToolCall("1", "run", {"code": "df.mean()\ndf.sum()"})
STEPS = [{"purpose": "", "tool": "run", "arguments": {"code": "1"}}]
PLAN = ToolCall("2", PROPOSE_PLAN, {"steps": STEPS})


@pytest.fixture(autouse=True)
def no_other_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in languages.LOCALE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(languages, "_page_is_chinese", False)


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBCHAT_LANG", "zh")


def grown(*events: Event) -> GrowingAnswer:
    growing = GrowingAnswer("kimi-k2.6", 0.0)
    for event in events:
        growing.take(event, 1.0)
    return growing


# --- a cell while its answer streams -------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "line"),
    [
        ((), "kimi-k2.6 · 等待中… 3 s"),
        ((Thought("hm"),), "kimi-k2.6 · 思考中… 3 s"),
        ((Text("word" * 50),), "kimi-k2.6 · 3 s · 25 tok/s"),
        ((Partial([{"a": 1}, {"a": 2}]),), "kimi-k2.6 · 2 行 · 3 s"),
        ((CALL, ToolResult("1", "run", "ok")), "kimi-k2.6 · 等待中… 3 s"),
    ],
)
@pytest.mark.usefixtures("chinese")
def test_the_line_below_an_answer(events: tuple[Event, ...], line: str) -> None:
    assert grown(*events).status_line(3.0) == f"{line} · 仍在接收；可用 %chat history 查看"


@pytest.mark.usefixtures("chinese")
def test_a_tool_that_runs_and_one_that_waits() -> None:
    growing = grown(CALL)
    question = ConsentQuestion(CALL, RUN, CALL.arguments or {})
    growing.ask(question)

    assert plain(growing.tail(2.0)) == "run, 2 行 · 等待你在下方答复 df.mean() df.sum()"
    assert growing.progress.status_line(2.0) == "kimi-k2.6 · 等待你的答复 2 s"

    growing.ask(None)
    growing.run(Job(CALL, RUN, CALL.arguments or {}), 2.0)
    assert growing.progress.status_line(3.0) == "kimi-k2.6 · run 运行中… 3 s"


@pytest.mark.usefixtures("chinese")
def test_notices_thinking_values_and_pictures_of_an_answer_so_far() -> None:
    rows = [{"n": n} for n in range(20)]
    growing = grown(Notice("Did you mean 'a'?"), Partial(rows))
    assert growing.notices == ["你是否想用 'a'？"]
    assert plain(growing.tail(1.0)).startswith("上方还有 5 行。 n 5 6")

    picture = Image(png(8, 8), "image/png")
    assert "[图片，8 × 8, " in plain(grown(picture, Text(" ")).tail(1.0))


@pytest.mark.usefixtures("chinese")
def test_what_came_of_a_call_is_chinese_while_it_is_looked_at_and_english_where_it_is_kept() -> (
    None
):
    refused = ToolResult("1", "run", "refused by the user: not now", error=True)
    (settled,) = grown(CALL, refused).settled

    assert plain(settled).startswith("run · 已拒绝 · df.mean()")
    assert plain(call_html(CALL, refused)).startswith("run · refused · df.mean()")
    with live():
        shown = plain(call_html(PLAN, ToolResult("2", PROPOSE_PLAN, "agreed")))
    assert "已同意 · 1 步: 未说明用途" in shown
    assert "refused by the user: not now" in plain(settled)  # what the model was told


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(
    ("steps", "mark", "line"),
    [
        ((), "", "[y] 仅此一次  [a] 本次回答中都允许此工具  [e] 编辑  [n] 拒绝并说明原因： "),
        ((), "2", "[y2] 仅此一次  [a2] 本次回答中都允许此工具  [e2] 编辑  [n2] 拒绝并说明原因： "),
        ((Step("", "run", {}),), "", "[y] 整个计划  [n] 拒绝并说明原因： "),
    ],
)
def test_the_keys_of_a_question_for_consent(steps: tuple[Step, ...], mark: str, line: str) -> None:
    assert prompt(ConsentQuestion(CALL, RUN, {}, steps), mark) == line


def test_a_cell_asks_in_chinese_and_saves_in_english(
    session: RunningKernel, service: Service
) -> None:
    service.answers(calls(("act", {"code": "done = 1"})))
    service.plays(answer(*said("好的。", thought=["想", "一想"])))
    started = session.start("%%chat kimi-k2.6 --tools act\n做吧", cell="a")
    first = reply_to_next(session, "maybe")
    second = next_box(session)
    session.client.input("y")
    ran = session.finish(started)

    assert first == "[y] 仅此一次  [a] 本次回答中都允许此工具  [e] 编辑  [n] 拒绝并说明原因："
    assert second.startswith("这不是可选的答复。\n[y] 仅此一次")
    *seen, kept = pages(ran)
    assert any("act · 等待你在下方答复 done = 1" in page for page in seen)
    assert not [left for page in seen for left in english_left(page, ["python", "ran done = 1"])]
    assert kept.startswith("Thinking, ")
    assert "tokens" in kept
    assert not re.search("等待|思考|词元", kept)


def test_what_is_saved_is_the_same_to_the_byte(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", "k")
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    kept = []
    for language in ("en", "zh"):
        monkeypatch.setenv("NBCHAT_LANG", language)
        service.plays(answer(*said("好的。", thought=["想", "一想"])))
        chat = nbchat.chat(language)
        chat.ask("做吧", "kimi-k2.6", max_tokens=5)
        kept.append(json.dumps(turn_output(chat.turns[-1]), ensure_ascii=False))

    assert kept[0] == kept[1]
    assert "Thinking, 3 words" in kept[0]


# --- a terminal, and rows ------------------------------------------------------------------------


@pytest.mark.usefixtures("chinese")
def test_what_is_printed_of_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    failed = ToolResult("1", "run", "\n".join(map(str, range(30))), error=True)
    printed = Printed()
    printed.feed([Text("好。"), Image(png(8, 8), "image/png"), CALL, failed])
    printed.say("What was typed was not used: the panel had answered before.")
    told = capsys.readouterr().out

    assert "[图片，8 × 8" in told
    assert "[run, 失败: df.mean()]" in told
    assert "… 还有 10 行" in told
    assert "（输入的内容未被使用：面板已先答复。）" in told
    assert not english_left(told)


@pytest.mark.usefixtures("chinese")
def test_how_far_rows_are(capsys: pytest.CaptureFixture[str]) -> None:
    progress = RowsProgress("kimi-k2.6", 5000, done=4000, failed=3, skipped=12, seconds_left=9)
    assert " · ".join(map(translated, state_words(progress))).endswith(" · 剩余 9 s")
    PrintedLines().end(progress)

    assert capsys.readouterr().out == "kimi-k2.6 · 4,015/5,000 行 · 失败 3 · 跳过 12\n"
    kept = "kimi-k2.6 · 4,015 of 5,000 rows · 3 failed · 12 skipped"
    assert ending_output(progress)["text/plain"] == kept


@pytest.mark.usefixtures("chinese")
def test_what_is_drawn_in_a_terminal() -> None:
    file = io.StringIO()
    drawn = Drawn("kimi-k2.6", Console(file=file, force_terminal=True, width=80, theme=THEME))
    drawn.feed([Thought("想"), Notice("Did you mean 'a'?")])
    drawn.tick()
    drawn.feed([CALL, ToolResult("1", "run", "refused by the user", error=True), Text("好。")])
    drawn.finish(None)
    told = CODES.sub("", file.getvalue())

    assert "kimi-k2.6 · 思考中… " in told
    assert "你是否想用 'a'？" in told
    assert "[run, 已拒绝: df.mean()]" in told


# --- the panel -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"NBCHAT_LANG": "zh"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, ""),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"NBCHAT_LANG": "ZH"}, "zh"),
        ({"NBCHAT_LANG": "fr", "LANG": "zh_CN.UTF-8"}, "en"),
        ({}, ""),
    ],
)
def test_the_page_has_the_language_that_the_kernel_was_given(
    variables: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert source.script().startswith(f'const LANGUAGE = "{language}";\n')


@pytest.mark.parametrize(
    ("given", "of_page", "language"),
    [("", "zh-CN", "zh"), ("", "en-US", "en"), ("en", "zh-CN", "en"), ("zh", "en-US", "zh")],
)
def test_a_page_tells_its_language_to_a_kernel_without_one(
    given: str, of_page: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBCHAT_LANG", given)
    desk = Desk()
    desk.say("sync", view="w", language=of_page)
    desk.wait("state", 2)

    assert languages.language() == language


@pytest.mark.usefixtures("chinese")
def test_notes_and_refusals_of_the_panel() -> None:
    desk = Desk()
    desk.say("again", request_id="r", id="gone")
    assert desk.wait("note")["text"] == "这个问题已不存在，请重新提问。"

    desk.ask("x" * 200_001)
    text = desk.wait("note", 2)["text"]
    assert text.startswith("问题有 200,001 个字符，面板最多接受 200,000 个。")

    desk.say("peek", of="variable", name="nothing")
    assert desk.wait("peek")["label"] == "没有 nothing"


@pytest.mark.usefixtures("chinese")
def test_a_turn_of_the_panel_is_chinese_and_its_copy_in_the_notebook_is_not() -> None:
    desk = Desk()
    desk.ask("show me a table", request_id="r")
    end = desk.wait("end")

    assert any(fact.endswith(" 词元") for fact in end["footer"])
    desk.wait("state", when=lambda message: bool(message["ids"]))
    copy = desk.published[-1]["text/html"]
    assert "(saved copy; run this cell for the panel)" in copy
    assert " tokens" in copy
    assert "词元" not in copy


@pytest.mark.parametrize(("language", "spoken"), [("zh-CN", "zh"), ("en", "en")])
def test_jupyterlab_tells_its_language_to_a_kernel_without_one(
    kernel: RunningKernel, language: str, spoken: str
) -> None:
    content = {"kind": "language", "request": "1", "language": language}
    message = kernel.client.session.msg("comm_msg", {"comm_id": COMM, "data": content})
    kernel.client.shell_channel.send(message)

    asked = kernel.run("from nbchat import languages\nprint(languages.language(), end='')")
    assert asked.text == spoken


@pytest.mark.parametrize("answered", ["我会画图。", "```python\n" + "1\n" * 99 + "```"])
def test_why_there_is_no_proposal(session: RunningKernel, service: Service, answered: str) -> None:
    service.answers(*said(answered))
    session.run("os.environ['NBCHAT_MODEL'] = 'kimi-k2.6'")
    content = {"kind": "proposal", "request": "1"}
    message = session.client.session.msg("comm_msg", {"comm_id": COMM, "data": content})
    session.client.shell_channel.send(message)

    assert re.fullmatch("模型没有给出代码。|模型给出的代码太长，无法一眼看完。", why_told(session))


def why_told(kernel: RunningKernel) -> str:
    """Why nothing is proposed, as the extension is told."""
    while True:
        heard = kernel.client.get_iopub_msg(timeout=60)
        data = heard["content"].get("data", {})
        if heard["header"]["msg_type"] == "comm_msg" and data["kind"] == "proposal":
            return str(data["said"])


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(
    "wrong",
    [
        lambda: nbchat.tool(lambda x: x),
        lambda: nbchat.tool(dict),
        lambda: nbchat.tool(max),
        lambda: nbchat.tool(str, name="1 2"),
        lambda: nbchat.chat().undo(0),
        lambda: nbchat.chat().goto("nowhere"),
        lambda: setattr(nbchat.chat(), "title", 3),
    ],
)
def test_a_wrong_call_is_told_in_chinese(wrong: Callable[[], Any]) -> None:
    with pytest.raises(NbchatError) as told:
        wrong()
    (shown, *_) = told.value._render_traceback_()

    assert not english_left(shown, ["lambda x: x"])
    assert re.search("[\u4e00-\u9fff]", shown)
    assert english_left(str(told.value))


def test_a_picture_in_words_is_english_where_nobody_looks() -> None:
    assert picture_words(Image(png(8, 8), "image/png")).startswith("[picture, 8 × 8, ")
