"""Tools that real models have called: they run, and go back as their hosts want them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbchat import ToolCall, ToolResult
from nbchat.conversation.conversation import Conversation
from nbchat.messages import Tool
from nbchat.runtime import Runtime
from nbchat.tools.tool import FunctionTool

from ..fakes.chain import answer_in
from ..fakes.provider import Service
from ..fakes.strict_host import StrictHost
from ..wire.replay import FAMILIES, Recording, recordings


@pytest.fixture
def chat() -> Iterator[Conversation]:
    opened = Runtime()
    yield opened.chat("recorded")
    opened.close()


def recorded(*, whole: bool) -> list[object]:
    """The recordings in which a call is whole; or those in which each is cut off."""

    def is_another(recording: Recording) -> bool:
        calls = recording.expected.get("tool_calls") or []
        has_whole = any(call["arguments"] is not None for call in calls)
        return not calls or has_whole is not whole

    return [case for family in FAMILIES for case in recordings(family, "stream", but=is_another)]


def tool_named(name: str) -> FunctionTool:
    """A tool of any arguments, which tells its name."""

    def told(**given: object) -> str:
        return f"{name} was called"

    anything = Tool(name).parameters
    return FunctionTool(name, "", anything, function=told)


@pytest.mark.parametrize("recording", recorded(whole=True))
def test_a_recorded_call_runs_and_its_result_is_taken(
    recording: Recording, service: Service, chat: Conversation
) -> None:
    asked = recording.expected["tool_calls"]
    names = sorted({call["name"] for call in asked})
    host = StrictHost(service, recording.wire)
    host.plays(recording.body, answer_in(recording.wire, words="Done."))
    host.plays(answer_in(recording.wire, words="Yes."))

    answer = chat.ask("Do it.", host.model, tools=list(map(tool_named, names)), **host.asked)
    later = chat.ask("And now?", host.model, **host.asked)

    assert host.refused == []
    calls = [part for part in answer.parts if isinstance(part, ToolCall)]
    assert [(call.name, call.arguments) for call in calls] == [
        (call["name"], call["arguments"]) for call in asked
    ]
    results = [part for part in answer.parts if isinstance(part, ToolResult)]
    assert [(result.id, result.name) for result in results] == [
        (call.id, call.name) for call in calls
    ]
    whole = [call.name for call in calls if call.arguments is not None]
    assert [result.name for result in results if not result.error] == whole
    assert (answer.text.endswith("Done."), later.text) == (True, "Yes.")


@pytest.mark.parametrize("recording", recorded(whole=False))
def test_a_recorded_call_that_is_cut_off_never_runs(
    recording: Recording, service: Service, chat: Conversation
) -> None:
    names = sorted({call["name"] for call in recording.expected["tool_calls"]})
    host = StrictHost(service, recording.wire)
    more = [answer_in(recording.wire, words=words) for words in ("Done.", "Yes.")]
    host.plays(recording.body, *more)

    answer = chat.ask("Do it.", host.model, tools=list(map(tool_named, names)), **host.asked)
    later = chat.ask("And now?", host.model, **host.asked)

    goes_on = answer.stop.reason != "length"  # some hosts do not say that they cut it off
    assert (later.text, host.refused) == ("Yes." if goes_on else "Done.", [])
    results = [part for part in answer.parts if isinstance(part, ToolResult)]
    assert all(result.error and "was called" not in str(result.content) for result in results)
