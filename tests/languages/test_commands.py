"""What `%chat` and its commands show in a Chinese session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import nbchat
from nbchat.engine.findings import Finding, fits, no_answer, unseen, wrong
from nbchat.frontends.check_report import report_lines
from nbchat.frontends.notebook.commands.tools import SAID
from nbchat.frontends.trust_file import forget_file, trust_file
from nbchat.render.terminal.clean import columns
from nbchat.store.spent_table import NOTHING
from nbchat.tools import READY, ready_tool

from ..every_command import CELLS
from ..running_kernel import RunningKernel
from .left_over import english_left

HAN = re.compile(r"[\u4e00-\u9fff]")
# What a person has asked and the demo has answered, what the system says, what is sent, and what
# a notebook keeps of a panel.
KNOWN = (
    "What did I just ask?",
    "This is the first question of our conversation.",
    "Just before this you asked:",
    "No such file or directory",
    "stream true",
    "saved copy; run this cell for the panel",
)
IS_ANSWER = re.compile(r"%chat ask|%%chat(?!.*--show)|import nbchat")
OF_IPYTHON = ("%load_ext", "%unload_ext", "import threading")
MORE = (  # what is typed wrong, or at a wrong time
    "%chat undoo", "%chat new", "%chat load x", "%chat open 3", "%chat undo all",
    "%chat help xx", "%chat help undo", "%chat redo undo", "%chat redo 3", "%chat models zzz",
    "%chat providers zzz", "%chat models --live", "%chat hide 3", "%chat pin 99", "%chat hide x",
    "%chat pin", "%chat hide 3 --forget", "%chat goto 7", "%chat history 9", "%chat history last",
    "%chat kimi-k2.6", "%chat what is this thing about", "%chat export", "%chat import",
    "%chat trust", "%chat use kimi-k2.5", "%chat", "%chat search", "%chat search zzz",
    "%chat delete", "%chat delete zzz", "%chat resume zzz", "%chat switch other",
    "%chat usage foo", "%chat usage --by", "%chat key", "%chat quit", "%chat variables",
    "%chat retry", "%chat temperature 1", "%chat ask", "%chat insert x", "%chat copy",
    "%chat help NAME", "%chat tools", "%chat check a b", "%chat check nosuch", "%chat models 搜索",
)  # fmt: skip


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKernel]:
    """A kernel of somebody who reads Chinese, with folders of its own."""
    folder = tmp_path_factory.mktemp("chinese")
    (folder / "work").mkdir()
    env = {"NBCHAT_LANG": "zh", "OLLAMA_BASE_URL": "http://127.0.0.1:9"}
    env |= {f"XDG_{kind}_HOME": str(folder / kind) for kind in ("CONFIG", "DATA")}
    with RunningKernel(cwd=folder / "work", env=env) as kernel:
        kernel.run("%load_ext nbchat")
        yield kernel


def said_by(kernel: RunningKernel, cell: str) -> str:
    ran = kernel.run(cell)
    html = re.sub(r"<style>.*?</style>", "", ran.html, flags=re.S)
    return "\n".join([ran.text, ran.error, re.sub(r"<[^>]+>", "\n", html)])


def test_every_command_says_all_of_it_in_chinese(chinese: RunningKernel) -> None:
    cells = [cell for cell in CELLS if not cell.startswith(OF_IPYTHON)]
    said = {cell: said_by(chinese, cell) for cell in cells}
    said = {cell: words for cell, words in said.items() if not IS_ANSWER.match(cell)}
    left = {cell: english_left(words, KNOWN) for cell, words in said.items()}
    assert not {cell: found for cell, found in left.items() if found}
    silent = {cell for cell, words in said.items() if not HAN.search(words)}
    assert silent <= {"%chat panel", "%chat history"}  # a panel, and the person's own words


def test_a_line_that_cannot_be_run_is_told_in_chinese(chinese: RunningKernel) -> None:
    left = {cell: english_left(said_by(chinese, cell), KNOWN) for cell in MORE}
    assert not {cell: found for cell, found in left.items() if found}


def test_taking_a_mark_back_is_told_in_one_sentence(chinese: RunningKernel) -> None:
    lines = (
        "hide 1 --forget",
        "hide 1",
        "hide 1 --forget",
        "pin 1 --forget",
        "pin 1",
        "pin --forget 1",
    )
    told = [chinese.run(f"%chat {line}").text.strip() for line in lines]
    assert [told[0], *told[2:4], told[5]] == [
        "In[1]：之前也没有隐藏。",
        "In[1]：不再隐藏。",
        "In[1]：之前也没有固定。",
        "In[1]：不再固定。",
    ]


def test_the_help_of_the_magic_is_chinese(chinese: RunningKernel) -> None:
    for asked in ("%%chat?", "%%chat --help"):
        ran = chinese.run(asked)
        pages = [page["data"]["text/plain"] for page in ran.reply["content"]["payload"]]
        text = "".join([ran.text, *pages])
        assert "向语言模型提问。" in text
        assert "--above N             附带上面 N 个单元格" in text
        assert "The answer streams" not in text


def test_what_a_model_can_do_is_told_and_found_in_chinese(chinese: RunningKernel) -> None:
    text = chinese.run("%chat models kimi").text
    assert re.search(r"kimi-k3 .*图片、视频、思考、搜索", text)
    assert chinese.run("%chat models 搜索").text == chinese.run("%chat models search").text


def test_how_a_command_is_typed_stays(chinese: RunningKernel) -> None:
    help_text = chinese.run("%chat help").text
    for usage in ("%chat models [PATTERN] ", "%chat fix [--run] [TEXT] ", "%chat use MODEL "):
        assert usage in help_text
    lines = [line for line in help_text.splitlines() if line.startswith("  %chat ")]
    starts = {found.start() for line in lines if (found := HAN.search(line))}
    assert len(lines) > 25
    assert max(starts) - min(starts) < 12  # a description may begin with a name


def test_names_of_settings_and_their_values_stay(chinese: RunningKernel) -> None:
    text = chinese.run("%chat settings").text
    for name in ("model ", "display ", "data ", "plain_http ", "timeouts.first_byte    300 s"):
        assert f"\n{name}" in text
    assert "\n当前模型 " in text
    assert "\nollama 基础 URL " in text


def test_a_table_stands_in_columns_of_a_terminal(chinese: RunningKernel) -> None:
    head, *rows = chinese.run("%chat providers").text.splitlines()
    at = columns(head[: head.index("密钥变量")])
    assert all(row[at - 2 : at] == "  " for row in rows)  # what is before that is in ASCII
    states = [row.index("未设置") for row in rows if "未设置" in row and "或" not in row]
    assert len(states) > 10
    assert len({*states}) == 1


def test_a_value_is_shown_in_chinese_and_its_text_stays_english(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NBCHAT_LANG", "zh")
    table = nbchat.usage(by="day")
    shown = table._repr_mimebundle_()
    assert shown["text/plain"].split()[:4] == ["日期", "请求数", "词元", "费用"]
    assert "没有任何花费。" in shown["text/plain"]
    assert "请求数</th>" in shown["text/html"]
    assert repr(table) == f"<usage by day: {NOTHING}>"
    assert list(table.frame().columns)[:3] == ["day", "requests", "input"]


def test_what_a_ready_tool_says_is_what_is_known_in_chinese() -> None:
    for name in READY:
        assert ready_tool(name).description.startswith(SAID[name])


FINDINGS: tuple[Finding, ...] = (
    fits("model", "kimi-k2.6 (named here), at Moonshot AI (Kimi)"),
    wrong("key", "KIMI_API_KEY is set, and empty.", "Set the key:\n%chat providers kimi"),
    wrong("base URL", "KIMI_API_KEY holds a placeholder, and no key.", "Set it again:\n%chat help"),
    fits("connection", "api.example.com takes connections"),
    fits("TLS", "the certificate fits, issued by 'R3 of X', until 2027-01-02; trusted by the "
         "system's authorities"),
    no_answer("proxy", "looking up proxy.lan"),
    unseen("answer"), unseen("in its list"),
    fits("streaming", "it came bit by bit, 1,204 times"),
)  # fmt: skip


def test_a_check_is_told_in_chinese_in_lines_of_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBCHAT_LANG", "zh")
    lines = [*report_lines(FINDINGS, 60)]
    text = "\n".join(lines)
    assert english_left(text, ("R3 of X",)) == []
    assert all(columns(line) <= 60 for line in lines)
    assert "密钥：KIMI_API_KEY 已设置，但是空的。\n  设置密钥：\n  %chat providers kimi" in text
    assert "未检查：回答、模型列表" in text
    rows = lines[lines.index("") + 1 :]
    states = [
        columns(row[: found.start()]) for row in rows if (found := re.search("正常|有问题", row))
    ]
    assert len({*states}) == 1


SETTINGS = """model = "mine:kimi-x"
plain_http = ["x.example"]
[[providers]]
type = "mine"
name = "Moonshot AI (Kimi)"
base_url = "https://llm.example.com/v1"
env_keys = ["KIMI_API_KEY"]
headers = {"X-Team" = "Nothing was changed. To trust the file"}
[aliases]
fast = "kimi-k2.6"
"""


def test_what_a_file_would_change_is_told_in_chinese_and_the_file_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NBCHAT_LANG", "zh")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nbchat.toml").write_text(SETTINGS)
    asked: list[str] = []

    def yes(question: str) -> str:
        asked.append(question)
        return "是"

    trust_file("", yes)
    said = capsys.readouterr().out
    assert asked == ["信任此文件，直到它被更改？[y/N]"]
    for line in SETTINGS.splitlines():
        assert f"  | {line}\n" in said
    assert "    会发送         请求头 X-Team: Nothing was changed. To trust the file\n" in said
    assert "    绝不发送       KIMI_API_KEY" in said
    ours = re.sub(r"  \| .*|.*X-Team.*", "", said)
    assert english_left(ours, (str(tmp_path),)) == []
    forget_file("")
    assert capsys.readouterr().out == f"{tmp_path / 'nbchat.toml'} 不再受信任。\n"
