"""`%chat usage`: all that was paid for, model by model; what is not known is said."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbchat import runtime
from nbchat.conversation.export import read_export
from nbchat.errors import NbchatError
from nbchat.events import Answer, Stop, Usage
from nbchat.frontends.notebook.commands import history
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.usage_table import WITHOUT_WORD, usage_rows
from nbchat.messages import Message, Text, ToolCall, ToolResult
from nbchat.turns import Turn

from ....fakes.provider import Service, answer, said, sse
from ....running_kernel import RunningKernel


def turn_of(
    model: str, provider: str, usage: Usage, *, seconds: float = 0.0, host: str = ""
) -> Turn:
    given = Answer(model=model, provider=provider, usage=usage, host=host)
    given.add(Text("Yes."))
    given.add(Stop("end"))
    return Turn(Message("user", "?"), given, seconds=seconds)


@pytest.mark.field("P6")
def test_what_was_taken_back_asked_again_edited_or_fresh_is_counted(
    kernel: RunningKernel, kimi: Service
) -> None:
    kimi.always(answer(*said("Yes.", usage=(1_000_000, 10))))
    kernel.run("%chat use kimi-k2.6")
    for cell in ("a", "b", "b", "c"):  # b is run again
        kernel.run("%%chat\nQuestion", cell=cell)
    kernel.run("%chat undo")
    kernel.run("%%chat --fresh\nAside", cell="d")
    kernel.run("%%chat demo\nHello", cell="e")
    kernel.run("%chat reset")
    kernel.run("%%chat kimi-k2.6\nFrom the beginning", cell="f")

    head, kimi_row, demo, together, below = kernel.run("%chat usage").text.splitlines()

    assert head.split() == ["model", "requests", "tokens", "tokens/s", "cost", "time"]
    assert kimi_row.split()[:5] == ["kimi-k2.6", "6", "6,000,000", "→", "60"]
    assert "$5.70" in kimi_row
    assert demo.split()[:2] == ["demo", "1"]
    assert "free" in demo
    assert together.split()[:2] == ["all", "7"]
    assert "$5.70" in together
    assert below == (
        "7 questions, 1 on the current branch. "
        f"What was taken back, asked again or set aside is counted, too. {WITHOUT_WORD}"
    )


@pytest.mark.field("P6")
def test_a_request_without_a_word_is_counted_where_its_provider_has_said_the_tokens(
    kernel: RunningKernel, kimi: Service
) -> None:
    counted, *_ = said(usage=(500, 7))[-2:]
    refused = answer(counted, sse({"error": {"message": "no"}}))
    busy = {"error": {"message": "busy", "code": 503}}
    again = answer(counted, sse(busy), headers={"retry-after-ms": "1"})
    kimi.plays(answer(sse({"error": {"message": "no"}})), refused, again)
    kimi.always(answer(*said("Yes.", usage=(1_000_000, 10))))
    kernel.run("%%chat kimi-k2.6\nNot counted")
    nothing = kernel.run("%chat usage").text.strip()

    kernel.run("%%chat kimi-k2.6\nRefused")
    only_refused = kernel.run("%chat usage").text.splitlines()
    kernel.run("%%chat kimi-k2.6\nSent again")
    _, row, _, below = kernel.run("%chat usage").text.splitlines()

    assert nothing == f"Nothing has been answered yet. {WITHOUT_WORD}"
    assert "500 → 7 tokens" in only_refused[1]
    assert only_refused[-1].startswith("Nothing has been answered yet. 1 request without a word is")
    assert len(kimi.requests) == 4
    assert row.split()[:5] == ["kimi-k2.6", "3", "1,001,000", "→", "24"]
    assert below == (
        "1 question, 1 on the current branch. 2 requests without a word are counted, too. "
        f"{WITHOUT_WORD}"
    )


@pytest.mark.field("P6")
def test_what_was_counted_without_a_word_is_stored_and_goes_with_its_conversation(
    shell: InteractiveShell, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "history.sqlite"
    for name, value in {
        "KIMI_API_KEY": "k",
        "KIMI_BASE_URL": f"{service.url}/v1",
        "NBCHAT_HISTORY": str(path),
    }.items():
        monkeypatch.setenv(name, value)
    counted, *_ = said(usage=(500, 7))[-2:]
    again = {"error": {"message": "busy", "code": 503}}
    service.plays(
        answer(counted, sse({"error": {"message": "no"}})),
        answer(counted, sse(again), headers={"retry-after-ms": "1"}),
        answer(*said("Yes.", usage=(9, 1))),
    )
    chat = opened(shell)
    with pytest.raises(NbchatError):
        chat.conversation.ask("Refused", "kimi-k2.6")
    chat.conversation.ask("Sent again", "kimi-k2.6")
    rows = usage_rows(chat.conversation.all_turns, chat.conversation.unanswered)
    assert rows[0][1:3] == ["3", "1,009 → 15 tokens"]
    runtime.reset()

    chat = opened(shell)
    history.resume(chat)
    again_rows = usage_rows(chat.conversation.all_turns, chat.conversation.unanswered)

    assert [row[:5] for row in again_rows] == [row[:5] for row in rows]
    assert sorted(spent(path)) == [("paid", 0), ("paid", 0), ("paid", 1)]
    exported = chat.conversation.export(tmp_path / "talk.json")
    _, (turn,) = read_export(exported)
    assert turn.answer.lost == [Usage(500, 7)]
    history.delete(chat, "paid")
    assert chat.conversation.unanswered == []
    assert sorted(spent(path)) == [("", 0), ("", 0), ("", 1)]  # the money is spent all the same
    runtime.reset()


def opened(shell: InteractiveShell) -> ChatCommand:
    """A kernel whose conversation has a name, so that it is stored without a notebook."""
    runtime.current().open(static=False, watched=True)
    chat = ChatCommand(shell, runtime.current(), runtime.current().chat("paid"))
    chat.go_on_in(chat.conversation)
    return chat


def spent(path: Path) -> list[Any]:
    """Whose each request was, and whether a word came."""
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT name, has_word FROM spent").fetchall()
    connection.close()
    return found


@pytest.mark.field("P6")
def test_what_a_provider_did_not_count_and_what_has_no_price_is_said(
    kernel: RunningKernel, kimi: Service
) -> None:
    kimi.plays(
        answer(*said("Yes.", usage=(1_000_000, 10))),
        answer(*said("Yes.", usage=None)),
        answer(*said("Yes.", usage=(5, 5))),
    )
    for model in ("kimi-k2.6", "kimi-k2.6", "kimi:nobody-knows-it"):
        kernel.run(f"%%chat {model}\nQuestion")

    _, known, unknown, together, below = kernel.run("%chat usage").text.splitlines()

    assert "at least 1,000,000 → 10 tokens" in known
    assert "at least $0.95" in known
    assert "5 → 5 tokens" in unknown
    assert "not known" in unknown
    assert "at least 1,000,005 → 15 tokens" in together
    assert "at least $0.95" in together
    assert below == (
        "3 questions, 3 on the current branch. Of 1 answer the provider has not said the tokens. "
        f"What some of it cost is not known. {WITHOUT_WORD}"
    )


@pytest.mark.field("P6")
def test_cached_tokens_speed_currencies_and_providers_are_told_apart() -> None:
    many = Usage(input=1000, output=100, cached=600)
    with_tools = turn_of("kimi-k2.6", "kimi", many, seconds=2.0)
    with_tools.answer.parts = [
        ToolCall("1", "now", {}),
        ToolResult("1", "now", "noon"),
        Text("Noon."),
    ]
    rows = usage_rows(
        [
            with_tools,
            turn_of("kimi-k2.6", "kimi", Usage(input=1000, output=300), seconds=2.0),
            turn_of("kimi-k2.6", "kimi", Usage(), seconds=50.0),
            turn_of("kimi-k2.6", "gateway", many, host="llm.example"),
            turn_of("none", "kimi", Usage()),
        ]
    )

    cells = {row[0]: row[1:] for row in rows}
    assert [*cells] == ["kimi-k2.6 at kimi", "kimi-k2.6 at llm.example", "none", "all"]
    assert cells["kimi-k2.6 at kimi"][:3] == [
        "4",
        "at least 2,000 → 400 tokens, 600 cached",
        "100",
    ]
    assert cells["none"] == ["1", "not known", "", "not known", "0.0 s"]
    assert cells["kimi-k2.6 at llm.example"][2:4] == ["", "not known"]


@pytest.mark.field("P6")
@pytest.mark.parametrize(
    ("usages", "tokens"),
    [
        ([Usage(10, 5), Usage(3, 2)], "13 → 7 tokens"),
        ([Usage(0, 0)], "0 → 0 tokens"),
        ([Usage(10, None)], "10 → ? tokens"),
        ([Usage(None, 5), Usage(None, 2)], "? → 7 tokens"),
        ([Usage(None, 5), Usage()], "? → at least 5 tokens"),
        ([Usage(10, 5), Usage(3, None)], "13 → at least 5 tokens"),
        ([Usage(10, 5), Usage(None, 2)], "at least 10 → 7 tokens"),
        ([Usage(10, 5), Usage()], "at least 10 → 5 tokens"),
        ([Usage(), Usage()], "not known"),
    ],
)
def test_of_each_count_it_is_said_whether_that_is_all(usages: list[Usage], tokens: str) -> None:
    rows = usage_rows([turn_of("m", "kimi", usage) for usage in usages])

    assert [row[2] for row in rows] == [tokens, tokens]


@pytest.mark.field("P6")
@pytest.mark.parametrize(
    ("made", "seconds", "speed", "time"),
    [
        (386, 0.0, "", "0.0 s"),
        (386, 0.04, "", "0.0 s"),
        (0, 2.0, "", "2.0 s"),
        (None, 2.0, "", "2.0 s"),
        (386, 2.0, "193", "2.0 s"),
        (3, 2.0, "1.5", "2.0 s"),
        (1, 3725.4, "<0.1", "3,725.4 s"),
    ],
)
def test_a_speed_is_one_that_can_be_said(
    made: int | None, seconds: float, speed: str, time: str
) -> None:
    (row, _) = usage_rows([turn_of("m", "kimi", Usage(5, made), seconds=seconds)])

    assert [row[3], row[5]] == [speed, time]


@pytest.mark.field("P6")
@pytest.mark.parametrize(
    ("turns", "cost"),
    [
        ([("kimi-k2.6", "kimi", Usage(10, 1))], "<$0.0001"),
        ([("kimi-k2.6", "kimi", Usage(10, 1)), ("kimi-k2.6", "kimi", Usage())], "not known"),
        ([("kimi-k2.6", "kimi", Usage(10**6, 1)), ("x", "kimi", Usage(1, 1))], "at least $0.95"),
        ([("kimi-k2.6", "kimi", Usage(0, 0))], "free"),
        ([("llama", "ollama", Usage(10, 5)), ("llama", "ollama", Usage())], "free"),
        ([("llama", "ollama", Usage()), ("kimi-k2.6", "kimi", Usage(10**6, 1))], "$0.95"),
        ([("llama", "a gateway of before", Usage(10, 5))], "not known"),
    ],
)
def test_a_cost_is_one_amount_or_one_bound_or_not_known(
    turns: list[tuple[str, str, Usage]], cost: str
) -> None:
    rows = usage_rows([turn_of(*turn) for turn in turns])

    assert rows[-1][4] == cost
