"""Functions among the tools of `ask`: what is sent of them, and what the model hears."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest

import nbchat

from ..fakes.provider import Service, said, sse

RAN: list[Any] = []


@nbchat.tool
def find(city: Annotated[str, "where to look"], nights: int = 1) -> dict[str, Any]:
    """Find an offer."""
    RAN.append((city, nights))
    if city == "Atlantis":
        raise LookupError(f"{city} is under water")
    return {"city": city, "price": 40 * nights}


@nbchat.tool(approve=True)
def book(city: str) -> None:
    """Book it."""
    RAN.append(city)


@pytest.fixture(autouse=True)
def kimi(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    RAN.clear()
    monkeypatch.setenv("KIMI_API_KEY", "sk-4dG7hQ2xW9pLr5Tz")
    monkeypatch.setenv("KIMI_BASE_URL", service.url)


def calling(name: str, **arguments: Any) -> bytes:
    function = {"name": name, "arguments": json.dumps(arguments)}
    call = {"index": 0, "id": "call_1", "type": "function", "function": function}
    deltas: list[tuple[Any, Any]] = [({"tool_calls": [call]}, None), ({}, "tool_calls")]
    return sse(*({"choices": [{"index": 0, "delta": d, "finish_reason": f}]} for d, f in deltas))


def asked(service: Service, call: bytes, *tools: Any, **options: Any) -> tuple[nbchat.Answer, str]:
    """The answer, and the result that the model was told."""
    service.answers(call)
    service.answers(*said("Done."))
    answer = nbchat.ask("kimi:kimi-k2.6", "Where?", tools=tools, **options)
    told = service.requests[1].json["messages"][-1]
    assert told["role"] == "tool"
    return answer, told["content"]


def test_a_function_is_told_run_and_answered(service: Service) -> None:
    answer, told = asked(service, calling("find", city="Rome", nights="3"), find)

    assert RAN == [("Rome", 3)]
    assert told == "dict, 2 items:\n{'city': 'Rome', 'price': 120}"
    assert str(answer) == "Done."
    [sent] = service.requests[0].json["tools"]
    assert sent["function"]["name"] == "find"
    assert sent["function"]["description"] == "Find an offer."
    assert sent["function"]["parameters"]["properties"] == {
        "city": {"type": "string", "description": "where to look"},
        "nights": {"type": "integer", "default": 1},
    }


def test_an_error_of_a_function_is_what_the_model_hears(service: Service) -> None:
    answer, told = asked(service, calling("find", city="Atlantis"), find)

    assert answer.stop.reason == "end"
    assert told.endswith("LookupError: Atlantis is under water")
    assert "---->" in told


def test_arguments_that_do_not_fit_run_nothing_and_ask_nobody(service: Service) -> None:
    approved: list[Any] = []
    _, told = asked(service, calling("book", town="Rome"), book, approve=approved.append)

    assert RAN == approved == []
    assert "there is no argument 'town'" in told
    assert "city is missing" in told


def test_a_lambda_with_a_name_is_a_tool(service: Service) -> None:
    plus = nbchat.tool(lambda number: number + 1, name="plus")

    _, told = asked(service, calling("plus", number=1), plus)

    assert told == "2"
