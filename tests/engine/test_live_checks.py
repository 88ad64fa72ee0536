"""What two questions show of a gateway: that it buffers, strips tools or counts, or the like."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from nbchat.engine import checks, live_checks, local_servers
from nbchat.engine.findings import Finding
from nbchat.engine.live_checks import ABOUT
from nbchat.settings_file import FILE, config_folder

from ..fakes.provider import Play, Request, Service, answer, said, sse
from ..network.faults.families import FAMILIES, Family
from .check_stage import KEY, MODEL, as_json, called_wrong, look, openai_list, told

NUMBERS = [f"{number} " for number in range(1, 81)]
TENS = ["".join(NUMBERS[at : at + 10]) for at in range(0, 80, 10)]
CALL = {
    "index": 0,
    "id": "call_1",
    "type": "function",
    "function": {"name": "nbchat_check", "arguments": '{"word": "ok"}'},
}


@pytest.fixture(scope="module")
def shared() -> Iterator[Service]:
    with Service() as service:
        yield service


@pytest.fixture
def gateway(shared: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Kimi is asked there; it lists the model."""
    monkeypatch.setenv("KIMI_BASE_URL", f"{shared.url}/v1")
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    monkeypatch.setattr(checks, "SECONDS", 20.0)  # on a busy machine, too
    monkeypatch.setattr(live_checks, "LEAST_WAIT", 0.1)
    shared.requests.clear()
    return shared


def calls_a_tool(tokens: int = 60) -> Play:
    usage = {"prompt_tokens": tokens, "completion_tokens": 9, "total_tokens": tokens + 9}
    ends = {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}
    call = {"choices": [{"index": 0, "delta": {"role": "assistant", "tool_calls": [CALL]}}]}
    return answer(sse(call, ends, {"choices": [], "usage": usage}))


def streamed(**more: Any) -> Play:
    return answer(*said(*TENS, **more), gap=0.07)  # as long as a busy machine may sleep, in all


def only_when_it_has_to(else_: Play | None = None, then: Play | None = None) -> Play:
    """A call where the choice says so, and words elsewhere."""

    async def play(request: Request, writer: asyncio.StreamWriter) -> bool | None:
        must = json.loads(request.body).get("tool_choice") == "required"
        words = else_ or answer(*said(*NUMBERS, usage=None))
        return await ((then or calls_a_tool()) if must else words)(request, writer)

    return play


def held(seconds: float = 0.2) -> Play:
    """All of it, when it is whole."""

    async def play(request: Request, writer: asyncio.StreamWriter) -> bool | None:
        await asyncio.sleep(seconds)
        return await answer(b"".join(said(*NUMBERS)))(request, writer)

    return play


def asked(plain: Play, with_tool: Play | None = None) -> Play:
    """A list, an answer to the question, and one where a tool comes with it."""

    async def play(request: Request, writer: asyncio.StreamWriter) -> bool | None:
        if request.method == "GET":
            return await as_json(openai_list(MODEL))(request, writer)
        has_tool = "tools" in json.loads(request.body)
        return await (with_tool or calls_a_tool() if has_tool else plain)(request, writer)

    return play


WHOLE = {
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "".join(NUMBERS)},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 9, "completion_tokens": 80},
}
FAULTS: dict[str, tuple[Callable[[], Play], str, tuple[str, ...]]] = {
    "buffers": (
        lambda: asked(held()),
        "streaming",
        ("came at once", "holds answers back", "nginx"),
    ),
    "does not stream": (lambda: asked(as_json(WHOLE)), "streaming", ("as one JSON value",)),
    "drops usage": (lambda: asked(streamed(usage=None)), "counts", ("nothing of the tokens",)),
    "strips tools": (
        lambda: asked(streamed(), answer(*said(*NUMBERS))),
        "tools",
        ("9 tokens with the tool, and as many without", "takes tools out"),
    ),
    "no tools, and no counts of the question with one": (
        lambda: asked(streamed(), answer(*said(*NUMBERS, usage=None))),
        "tools",
        ("has to call a tool", "answers as if it had none", "The model may have none"),
    ),
    "refuses tools": (
        lambda: asked(streamed(), as_json({"error": {"message": "tools: no such member"}}, 400)),
        "tools",
        ("tools: no such member",),
    ),
    "an empty answer": (lambda: asked(answer(*said(""))), "question", ("gives an empty answer",)),
    "thinking alone": (
        lambda: asked(answer(*said("", thought=["hm"], finish="length"))),
        "question",
        ("no word was said", "--think off"),
    ),
    "breaks off": (
        lambda: asked(answer(*said(*NUMBERS)[:40])),
        "question",
        ("the answer broke off",),
    ),
    "no such model": (
        lambda: asked(as_json({"error": {"message": "x", "code": "model_not_found"}}, 404)),
        "question",
        ("has no model 'kimi-k2.6'",),
    ),
    "a key that may list, and not ask": (
        lambda: asked(as_json({"error": {"message": "Not yours"}}, 403)),
        "account",
        ("does not allow", "Not yours"),
    ),
    "no credit": (
        lambda: asked(as_json({"error": {"message": "Insufficient balance"}}, 402)),
        "account",
        ("no credit",),
    ),
}


def of_questions(findings: list[Finding]) -> list[Finding]:
    """What the questions showed, which comes last."""
    return findings[next(n for n, one in enumerate(findings) if one.about == "local servers") + 1 :]


@pytest.mark.parametrize("name", FAULTS)
async def test_what_a_question_shows_is_named_and_nothing_else(name: str, gateway: Service) -> None:
    play, about, words = FAULTS[name]
    gateway.always(play())

    findings = await look(live=True)

    wrong = [finding for finding in findings if finding.to_do]
    assert [one.about for one in wrong] == [about], told(findings)
    said_of_it = f"{wrong[0].seen} {wrong[0].to_do}"
    assert [word for word in words if word not in said_of_it] == [], said_of_it
    assert KEY not in told(findings)
    posts = [request for request in gateway.requests if request.method == "POST"]
    asked_again = "no counts" in name  # with a tool that has to be called
    assert len(posts) == (1 if about in ("question", "account") else 2 + asked_again)


async def test_nothing_is_wrong_with_a_gateway_that_passes_all_on(gateway: Service) -> None:
    gateway.always(asked(streamed()))

    findings = of_questions(await look(live=True))

    assert [one.about for one in findings] == [*ABOUT]
    assert all(one.state == "ok" for one in findings), told(findings)
    assert "it came bit by bit" in told(findings)
    assert "9 tokens in, 12 out" in told(findings)


async def test_an_answer_that_is_whole_at_once_is_not_called_held(
    gateway: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_checks, "LEAST_WAIT", 20.0)
    gateway.always(asked(answer(b"".join(said(*NUMBERS)))))

    findings = await look(live=True)

    assert called_wrong(findings) == []
    assert "the whole answer came within 20 s" in told(findings)


async def test_an_answer_without_an_end_is_not_called_broken(
    gateway: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_checks, "SECONDS", 4.0)
    endless = [*said(*NUMBERS)[:-3], *said("and on ")[:1] * 10_000]
    gateway.always(asked(answer(*endless, gap=0.004)))

    findings = await look(live=True)

    assert called_wrong(findings) == [], told(findings)
    assert "in 4 s, and it was still at it: the answer was not heard to its end" in told(findings)
    assert "it came bit by bit" in told(findings)
    assert "tools unknown: not looked at: the answer was not heard to its end" in told(findings)


async def test_signs_of_life_before_the_answer_do_not_hide_that_it_was_held(
    gateway: Service,
) -> None:
    whole = b"".join(said(*NUMBERS))
    gateway.always(asked(answer(*[b": wait\n\n"] * 20, whole, gap=0.01)))

    findings = await look(live=True)

    assert called_wrong(findings) == ["streaming"], told(findings)


async def test_a_tool_that_arrived_and_was_not_called_is_no_fault(gateway: Service) -> None:
    gateway.always(asked(streamed(), answer(*said(*NUMBERS, usage=(70, 12)))))

    findings = await look(live=True)

    assert called_wrong(findings) == []
    assert "the tool arrived (61 tokens more with it), and was not called" in told(findings)
    assert "and neither when it had to be" in told(findings)


async def test_a_model_that_calls_only_when_it_has_to_is_no_fault(gateway: Service) -> None:
    gateway.always(asked(streamed(usage=None), only_when_it_has_to()))

    findings = await look(live=True)

    assert called_wrong(findings) == ["counts"], told(findings)
    assert "the model called one, when it had to" in told(findings)


async def test_a_host_that_knows_no_such_choice_is_told_as_before(gateway: Service) -> None:
    refused = as_json({"error": {"message": "tool_choice: no such member"}}, 400)
    gateway.always(
        asked(streamed(), only_when_it_has_to(answer(*said(*NUMBERS, usage=None)), refused))
    )

    findings = await look(live=True)

    assert called_wrong(findings) == ["tools"], told(findings)
    assert "no such member" not in told(findings)


async def test_a_gateway_that_strips_tools_before_a_host_that_takes_them_is_named(
    gateway: Service,
) -> None:
    good = asked(streamed(usage=None))

    async def stripped(request: Request, writer: asyncio.StreamWriter) -> bool | None:
        body = json.loads(request.body or b"{}")
        kept = {name: body[name] for name in body if name not in ("tools", "tool_choice")}
        return await good(replace(request, body=json.dumps(kept).encode()), writer)

    gateway.always(stripped)

    findings = await look(live=True)

    assert called_wrong(findings) == ["counts", "tools"], told(findings)
    assert "the model has to call a tool (tool_choice), and answers as if it had none" in told(
        findings
    )


async def test_no_tool_is_sent_to_a_model_that_cannot_call_any(
    gateway: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERPLEXITY_BASE_URL", gateway.url)
    monkeypatch.setenv("PERPLEXITY_API_KEY", KEY)
    gateway.always(asked(streamed()))

    findings = await look("perplexity:sonar-pro", live=True)

    assert "the model cannot call any" in told(findings)
    assert not any(b'"tools"' in request.body for request in gateway.requests)


@pytest.mark.parametrize("family", FAMILIES[1:], ids=lambda family: family.name)
async def test_another_wire_format_is_named(family: Family, gateway: Service) -> None:
    gateway.always(asked(answer(*family.events(), headers={"content-type": family.content_type})))

    findings = await look(live=True)

    assert called_wrong(findings) == ["question"], told(findings)
    assert f"asked in the format openai-chat, and answers in {family.name}." in told(findings)
    assert f"wire = '{family.name}'" in told(findings)


async def test_where_something_else_is_wrong_no_question_is_asked(
    gateway: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", "")
    gateway.always(asked(streamed()))

    findings = await look(live=True)

    assert [one.seen for one in of_questions(findings)] == ["not looked at"] * len(ABOUT)
    assert [request.method for request in gateway.requests if request.method == "POST"] == []


async def test_of_a_local_server_that_is_named_alone_the_first_model_is_asked(
    gateway: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMACPP_BASE_URL", f"{gateway.url}/v1")
    monkeypatch.setattr(local_servers, "SEARCH_SECONDS", 20.0)
    gateway.always(asked(streamed()))

    findings = await look("llama.cpp", live=True)

    assert [one.about for one in of_questions(findings)] == [*ABOUT]
    assert "llamacpp:kimi-k2.6, the first in its list: answered with 231" in told(findings)


async def test_of_a_service_that_is_named_alone_nothing_is_asked(
    gateway: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    config_folder().mkdir(parents=True, exist_ok=True)
    row = f'type = "mine"\nname = "Mine"\nbase_url = "{gateway.url}/v1"\nenv_keys = ["MY_KEY"]'
    (config_folder() / FILE).write_text(f"[[providers]]\n{row}\n")
    gateway.always(asked(streamed()))

    findings = await look("mine", live=True)

    assert "question unknown: not looked at: it needs the name of a model" in told(findings)
    assert "POST" not in [request.method for request in gateway.requests]


async def test_the_demo_is_asked_in_process() -> None:
    findings = await look("demo", live=True)

    assert all(one.state == "ok" for one in findings), told(findings)
