"""The line under an answer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from nbchat.engine.engine import Engine
from nbchat.events import Answer, Stop, Usage
from nbchat.frontends.footer import footer
from nbchat.messages import Message
from nbchat.store.reading import read_turn
from nbchat.store.stored_turn import answer_fields, question_fields
from nbchat.turns import Turn

from ..fakes.provider import Service, answer, said
from ..fakes.wiretap import tap
from ..trusted import write_trusted


def test_the_parts_are_model_tokens_cost_window_and_what_was_sent() -> None:
    usage = Usage(input=1204, output=386, cached=1024)
    answer = Answer(model="kimi-k2-thinking", provider="kimi", usage=usage)
    turn = Turn(Message("user", "hi"), answer, inserted=("df (150 × 5, 1.1 kB)",))

    assert footer(turn) == [
        "kimi-k2-thinking",
        "1,204 → 386 tokens, 1,024 cached",
        "$0.0012",
        "1 % of 262k",
        "sent df (150 × 5, 1.1 kB)",
    ]


def host_of(model: str, **options: str) -> str:
    """The host that an answer names; the footer has it behind the model."""

    async def ask() -> Answer:
        engine = Engine()
        try:
            return await engine.stream(model, "hi", **options).answer()
        finally:
            await engine.aclose()

    given = asyncio.run(ask())
    turn = Turn(Message("user", "hi"), given)
    named = footer(turn)[1] if given.host else ""
    assert named == given.host
    assert footer(turn)[0] == given.model
    return given.host


@pytest.mark.field("T1")
def test_a_host_that_the_table_does_not_know_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tap(monkeypatch)
    monkeypatch.chdir(tmp_path)
    for variable in ("KIMI_API_KEY", "OPENAI_API_KEY", "AZURE_API_KEY", "MY_KEY"):
        monkeypatch.setenv(variable, "k")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://gateway.example:8443/v1")
    row = (
        '[[providers]]\ntype = "mine"\nbase_url = "https://llm.example/v1"\nenv_keys = ["MY_KEY"]\n'
    )
    write_trusted(tmp_path, row)

    assert host_of("kimi-k2.6") == ""
    assert host_of("azure:gpt-5", wire="openai-chat") == ""
    assert host_of("demo") == ""
    assert host_of("openai:x") == "gateway.example:8443"
    assert host_of("mine:x") == "llm.example"
    assert host_of("kimi-k2.6", base_url="https://api.moonshot.cn/v1") == ""
    assert host_of("kimi-k2.6", base_url="https://x.example/v1", api_key="k") == "x.example"


@pytest.mark.field("T1")
def test_this_machine_is_named_where_a_file_has_said_so(
    service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not where the environment has, as people do who run a model of their own."""
    service.always(answer(*said("Yes.")))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIMI_API_KEY", "k")
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    row = f'[[providers]]\ntype = "mine"\nbase_url = "{service.url}/v1"\nkey_needed = false\n'
    write_trusted(tmp_path, row)

    assert host_of("kimi-k2.6") == ""
    assert host_of("mine:x") == service.url.removeprefix("http://")


def test_a_stored_answer_still_names_its_host() -> None:
    turn = Turn(Message("user", "hi"), Answer("m", "p", stop=Stop("end"), host="llm.example"))
    row = question_fields(turn) | answer_fields(turn)

    assert footer(read_turn(row, 1, None))[:2] == ["m", "llm.example"]
    turn.answer.host = ""
    assert "host" not in answer_fields(turn)


@pytest.mark.parametrize(
    ("sent", "made", "filled", "share"),
    [
        (81_000, 100, None, "31 % of 262k"),
        (200_000, 3_000, 81_000, "31 % of 262k"),  # several requests, of which the last counts
        (2_700, 0, None, "1 % of 262k"),
        (1_000, 9, None, ""),
        (None, 9, None, ""),
    ],
)
def test_how_full_the_window_is_stands_behind_the_cost(
    sent: int | None, made: int, filled: int | None, share: str
) -> None:
    usage = Usage(input=sent, output=made)
    answer = Answer("kimi-k2-thinking", "kimi", usage, filled=filled)

    facts = footer(Turn(Message("user", "hi"), answer))

    assert [fact for fact in facts if " % of " in fact] == [share] * bool(share)


def test_of_a_model_with_no_known_window_nothing_is_said() -> None:
    answer = Answer("no-such-model", "kimi", Usage(input=1_000_000, output=0))

    assert not [fact for fact in footer(Turn(Message("user", "hi"), answer)) if "%" in fact]


def test_how_full_it_was_is_still_known_of_a_stored_answer() -> None:
    answer = Answer("kimi-k2-thinking", "kimi", Usage(200_000, 9), stop=Stop("end"), filled=81_000)
    turn = Turn(Message("user", "hi"), answer)
    row = question_fields(turn) | answer_fields(turn)

    assert footer(read_turn(row, 1, None)) == footer(turn)
