"""What is wrong with a `%%chat` line, its help and what `--show` shows, in Chinese."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from nbchat.catalog.catalog import shipped
from nbchat.errors import BadCommand, BadOption, KeyNotSent, NbchatError
from nbchat.frontends.notebook.arguments import FLAGS, OPTIONS, parse_arguments, refuse_keys
from nbchat.frontends.notebook.line_words import command_argument
from nbchat.frontends.notebook.magic import ChatMagics
from nbchat.frontends.notebook.named_tools import named_tools
from nbchat.frontends.notebook.named_types import named_type
from nbchat.frontends.notebook.stand_ins import command_hint, model_hint, several_hint
from nbchat.languages import translated

from ..fakes.provider import Service, answer, said
from ..running_kernel import RunningKernel
from .left_over import english_left


@pytest.fixture(autouse=True)
def in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBCHAT_LANG", "zh")


def shown(ask: Callable[[], object]) -> str:
    """What a cell shows of the error that this raises."""
    with pytest.raises(NbchatError) as raised:
        ask()
    return "\n".join(raised.value._render_traceback_()).partition(": ")[2]


VARIABLES = {"df": [1], "model": "demo", "many": ["a"], "empty": "", "words": "a b"}

OF_QUESTIONS = [option.flag.split()[0] for option in FLAGS]  # whose help is in the list of options

LINES = {
    "demo --seed x": "--seed 应为整数，例如 42，而不是 'x'。\n%%chat [MODEL]",
    "demo --max-tokens x": "--max-tokens 应为数目（单位：词元），例如 4096，而不是 'x'。",
    "demo --temperature x": "--temperature 应为 0 到 2 的数字，而不是 'x'。",
    "demo --name": "--name 需要一个值。",
    "demo --search=yes": "--search 不带值，不应有 'yes'。",
    "demo --name ''": "--name 需要一个对话的名称。",
    "demo --tools ,": "--tools 需要工具或函数的名称，例如 look,run。",
    "demo --as ''": '--as 需要一个类型或若干字段，例如 "name, age int"。',
    "demo --into 1x": "--into 应为变量名，例如 out，而不是 '1x'。",
    "demo --into print": (
        "--into 应为你自己的变量名，例如 out，而不是 Python 或 IPython 自用的 'print'。"
    ),
    "demo --each a+b": (
        "--each 应为变量名，例如 df，而不是 'a+b'。请先在上面的单元格中写：rows = a+b。"
    ),
    "demo --above x": "--above 应为单元格的数目，例如 3，或 all，而不是 'x'。",
    "demo --frsh": "%%chat 没有选项 --frsh。你是否想用 --fresh？\n%%chat [MODEL]",
    "demo --zzz": "%%chat 没有选项 --zzz。\n%%chat [MODEL]",
    "--model demo": "模型名称前不需要选项。请这样写：\n%%chat kimi-k2.6",
    "demo Why not": (
        "'Why not' 不应写在 %%chat 行上：问题写在它下面。\n"
        '含多个词的文本需要加引号：--system "Be brief."'
    ),
    "kimi k2.6": (
        "没有名为 'kimi k2.6' 的模型。你是否想用 'kimi-k2.6'？请这样输入：\n%%chat kimi-k2.6"
    ),
    "kimi k2.6 Why": (
        "没有名为 'kimi k2.6' 的模型。你是否想用 'kimi-k2.6'？问题写在这一行下面。"
        "请这样输入：\n%%chat kimi-k2.6"
    ),
    "seed=1": "这里不能写成 'seed=1'。请这样写：\n%%chat --seed 1",
    "demo --yes": "--yes 让工具不经询问就运行，但没有指定任何工具。请指定工具，例如：",
    "demo --each df": "--each df 需要一个变量名来保存结果：\n%%chat --each df --into out",
    "demo --each df --into df": "--into df 会用结果覆盖 --each 所提问的数据。请换一个名称：",
    "demo --each df --into out --show": "--show 只显示一个问题，而 --each 会提出许多问题。",
    "demo --each df --into out --raw": (
        "--raw 不能与 --each 一起使用：每一行单独提问，只用该行的值替换 {names}，"
        "不带其他内容。请去掉它。"
    ),
    "demo \\": "%%chat 行以反斜杠（\\）结尾，但不能接到下一行，下面是问题。",
    ": demo": ": 不应出现在 %%chat 行的开头。请这样输入：\n%%chat demo",
    "demo # so": "%%chat 行上不能写注释。请把它移到上面，或者删除。",
    'demo --system "a': "%%chat 行上有一个引号没有配对。请补上引号；问题写在这一行下面。",
    "{x.y}": (
        "%%chat 行上的 {x.y} 不是单纯的变量名，那里只会填入变量的值。"
        "请先在上面的单元格中运行 value = x.y，然后：%%chat {value}"
    ),
    "{}x{a b c}": "%%chat 行上的 {a b c} 不是单纯的变量名，那里只会填入变量的值。",
    "{many}": "%%chat 行上的 {many} 是 list 类型；那里应为文本（str）或数字。",
    "{modle}": (
        "%%chat 行上的 {modle} 所指的变量 modle 不存在。你是否想用 model？"
        "请这样输入：\n%%chat {model}"
    ),
    "demo --each model": "--each model 需要一个变量名来保存结果：",
    "{value}": "%%chat 行上的 {value} 所指的变量 value 不存在。请先设置它，例如 value =",
    "{zzz}": (
        "%%chat 行上的 {zzz} 所指的变量 zzz 不存在。"
        '请先设置它，例如 zzz = "kimi-k2.6"；%chat models 会列出模型名称。'
    ),
    "demo --name {zzz}": "%%chat 行上的 {zzz} 所指的变量 zzz 不存在。请先设置它。",
    "demo --system {zzz}": (
        "%%chat 行上的 {zzz} 所指的变量 zzz 不存在。"
        "请先设置它；如果要让花括号保持原样，请用 --raw。"
    ),
    "{empty}": "%%chat 行上的 {empty} 为空；那里应为模型名称。",
    "{words}": "%%chat 行上的 {words} 是 'a b'，这不是模型名称。变量的值不能当作选项或问题。",
    "demo\u200b": "%%chat 行中有看不见的零宽空格（U+200B）。请这样输入：\n%%chat demo",
    "demo\u3000--raw": "%%chat 行中有全角空格（U+3000），应为空格。请这样输入：",
    "demo —raw": "%%chat 行中有 —（排版用的横线），应为 --。请这样输入：\n%%chat demo --raw",
    "demo --name “a b”": '%%chat 行中有 “ 和 ”（弯引号），应为直引号（"）。请这样输入：',
    "ｄｅｍｏ": "%%chat 行中有 ｄｅｍｏ（全角），应为 demo。请这样输入：\n%%chat demo",
}


@pytest.mark.parametrize(("line", "chinese"), LINES.items(), ids=range(len(LINES)))
def test_what_is_wrong_with_a_line_is_said_in_chinese(line: str, chinese: str) -> None:
    said = shown(lambda: parse_arguments(line, VARIABLES))
    assert said.startswith(chinese)
    prose = said.partition("\n%%chat [MODEL]")[0]  # below it the options, as they are typed
    assert english_left(prose) == []


def test_the_exception_stays_english() -> None:
    with pytest.raises(BadOption) as raised:
        parse_arguments("demo --frsh")
    assert str(raised.value).startswith("%%chat has no option --frsh. Did you mean --fresh?\n")


@pytest.mark.parametrize(
    ("argument", "chinese"),
    [
        ("a\\", "%chat use 行以反斜杠（\\）结尾，后面却没有内容。请删除它。"),
        ('"a', "%chat use 行上有一个引号没有配对。请补上或删除它。"),
        ("{x[0]}", "%chat use 行上的 {x[0]} 不是单纯的变量名，那里只会填入变量的值。"),
    ],
)
def test_what_is_wrong_behind_a_command(argument: str, chinese: str) -> None:
    with pytest.raises(BadCommand):
        command_argument("use", argument, {})
    said = shown(lambda: command_argument("use", argument, {}))
    assert said.startswith(chinese)
    assert english_left(said) == []


@pytest.mark.parametrize(
    ("ask", "chinese"),
    [
        (
            lambda: named_type("Persn", {"Persona": {"type": "x"}}),
            "这里没有类型 'Persn'。你",
        ),
        (lambda: named_type("list[Zzz]", {}), "这里没有 'list[Zzz]' 所用的类型 'Zzz'。\n"),
        (lambda: named_type("int[str]", {}), "--as 中的 'int[str]' 不是类型：int 不接受方括号"),
        (lambda: named_tools("lok", {}), "这里没有名为 'lok' 的工具或函数。你是否想用 look？\n"),
        (lambda: named_tools("n", {"n": 1}), "--tools 中的 'n' 是 int 类型，而工具必须是函数。"),
        (lambda: named_tools("n.a", {"n": 1}), "--tools 中的 'n.a'：只有模块中的函数可以用点号"),
        (
            lambda: named_tools("m.zz", {"m": pytest}),
            "--tools 中的 'm.zz'：模块 pytest 中",
        ),
    ],
)
def test_what_is_wrong_with_a_name(ask: Callable[[], object], chinese: str) -> None:
    said = shown(ask)
    assert said.startswith(chinese)
    assert english_left(said) == []


def test_tools_are_listed_in_chinese() -> None:
    assert "\nlook 和 run 随时可用；%chat tools 会列出本笔记本中的函数。" in shown(
        lambda: named_tools("zzz", {})
    )


@pytest.mark.parametrize(
    ("hint", "chinese"),
    [
        (
            command_hint("models", "models [PATTERN]", "[PATTERN]"),
            "[PATTERN] 只是占位，请换成实际内容。例如：\n%chat models kimi",
        ),
        (
            several_hint(["kimi-k2.6", "--raw"], "%chat use", shipped()),
            "%chat use 只接受一个模型名称。选项随每个问题写在 %%chat 行上。"
            "请这样输入：\n%chat use kimi-k2.6",
        ),
        (
            model_hint("<x>", "%%chat <x>", {}, shipped(), "demo"),
            "'<x>' 不是模型名称，也没有变量 x 存有模型名称。例如：\n%%chat demo",
        ),
        (
            model_hint("MODEL", "%%chat MODEL", {}, shipped(), "demo"),
            "'MODEL' 不是模型名称。例如：\n%%chat demo",
        ),
        (
            model_hint("<m>", "%%chat <m>", {"m": "demo"}, shipped(), "demo"),
            "没有名为 '<m>' 的模型；变量 m 中有一个模型名称。请这样输入：\n%%chat {m}",
        ),
    ],
)
def test_what_was_meant_for_something_else(hint: str, chinese: str) -> None:
    assert translated(hint) == chinese


def test_a_key_on_a_line_is_refused_in_chinese() -> None:
    with pytest.raises(KeyNotSent):
        refuse_keys("demo --key abc")
    said = shown(lambda: refuse_keys("demo --key abc"))
    assert said.startswith("密钥绝不能作为参数。请把它从单元格中删除，")
    assert english_left(said) == []


def test_the_help_has_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    magic = ChatMagics(SimpleNamespace(history_manager=None))  # type: ignore[arg-type]
    magic.chat("--help", "")
    help_text = capsys.readouterr().out
    assert help_text.startswith("向语言模型提问。")
    assert [option for option in OPTIONS if option not in help_text] == []
    assert "{flags}" not in help_text
    assert "Ask a language model." in (ChatMagics.chat.__doc__ or "")
    own = [line for line in help_text.split("\n") if line.partition(" ")[0] not in OF_QUESTIONS]
    prose = "\n".join(own).replace("Which of these columns are redundant?", "")
    assert english_left(prose, known=["--each df --into out"]) == []


# --- in a kernel ----------------------------------------------------------------------------------


@pytest.fixture
def kernel(tmp_path: Path, service: Service) -> RunningKernel:
    kernel = RunningKernel(
        tmp_path,
        {
            "NBCHAT_LANG": "zh",
            "NBCHAT_HISTORY": "off",
            "KIMI_API_KEY": "sk-canary-0123456789abcdef",
            "KIMI_BASE_URL": f"{service.url}/v1",
        },
    )
    return kernel


def test_a_question_is_shown_in_chinese_and_nothing_of_it_changed(
    kernel: RunningKernel, service: Service
) -> None:
    service.always(answer(*said("Rayleigh.")))
    with kernel:
        kernel.run(
            "%load_ext nbchat\nimport pandas\ndf = pandas.DataFrame({'a': ['no such model.']})"
        )
        kernel.run("%%chat kimi-k2.6\nWhy is the sky blue?")
        shown = kernel.run("%%chat --show --above 2\nDid you mean this? {df}")
    text = shown.text
    assert text.startswith("没有发送任何内容。以下是将会发送的内容：\n")
    assert "Moonshot AI (Kimi) 的 kimi-k2.6：POST http://" in text
    assert "，使用 KIMI_API_KEY 中的密钥\n" in text
    assert "\n文本 ~" in text
    assert "\n附带 df（1 × 1, ~" in text
    assert "）、上面的 2 个单元格（~" in text
    assert "\nDid you mean this? df\n" in text  # what is sent stays as it is
    assert "no such model." in text
    assert "问题之前有 2 条消息，~" in shown.html
    assert "[将要发送的请求体：" in text
    head = text.partition("\n\n")[0]
    assert english_left(head, known=["stream true"]) == []
    assert len(service.requests) == 1


def test_a_line_below_code_and_an_answer_that_breaks_off(
    kernel: RunningKernel, service: Service
) -> None:
    service.always(answer(*said("Rayleigh.")[:2]))
    with kernel:
        kernel.run("%load_ext nbchat")
        below = kernel.run("x = 1\n%%chat demo\nWhy?").error
        broken = kernel.run("%%chat kimi-k2.6\nWhy?").error
    assert "%%chat 必须是单元格的第一行，上面只能有注释。没有提问。\n请把它上面的代码" in below
    assert english_left(below.partition(": ")[2]) == []
    assert "回答在 9 个字符之后断开：" in broken
    assert "已收到的内容已保留，并标记为不完整；可以重新运行单元格、继续提问" in broken
