"""Plays the recorded answers of shared/streams through a wire format, as the engine would.

`recordings(family)` lists them, `play` makes an Answer of one, and `differences`
says how it departs from its expected.json. What is meant to depart is a function
in DEVIATIONS, whose docstring is the reason.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import from_json

from nbchat.events import Answer, Event, Stop
from nbchat.messages import Text, Thought
from nbchat.wire.contract import load_dialect
from nbchat.wire.framing.contract import Decoder, Frame
from nbchat.wire.framing.json_values import WholeBody
from nbchat.wire.framing.ndjson import NdjsonLines
from nbchat.wire.framing.server_sent_events import ServerSentEvents
from nbchat.wire.problem import ProviderProblem

STREAMS = Path(os.environ.get("NBCHAT_STREAMS") or Path(__file__).parents[3] / "shared" / "streams")
FAMILIES = (
    *("openai-chat", "openai-responses", "anthropic-messages"),
    *("gemini", "ollama", "bedrock-converse", "cohere-v2"),
)
WIRES = {"cohere-v2": "cohere"}  # where a family's name is not the wire format's
OTHER_ROUTES = ("/api/generate",)  # Ollama's completions are no chat


@dataclass(frozen=True)
class Recording:
    """One folder: the bytes as a provider sent them, and what they mean."""

    folder: Path

    @cached_property
    def meta(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "meta.json").read_text("utf-8")))

    @cached_property
    def expected(self) -> dict[str, Any]:
        """What expected.json says, after the deviations."""
        expected = dict(json.loads((self.folder / "expected.json").read_text("utf-8")))
        for deviate in DEVIATIONS:
            deviate(self, expected)
        return expected

    @cached_property
    def body(self) -> bytes:
        return (self.folder / "response.body").read_bytes()

    @property
    def wire(self) -> str:
        return WIRES.get(self.family, self.family)

    @property
    def family(self) -> str:
        return str(self.meta["family"])

    @property
    def kind(self) -> str:
        return str(self.meta["kind"])

    @property
    def silent(self) -> bool:
        """Whether the provider sent a status and no body; the engine has words for that."""
        return not self.body.strip()

    @property
    def tried_again(self) -> bool:
        """Whether it is a refusal of the moment, which is tested with the faults."""
        status = self.meta["status"]
        return status in (408, 409, 429) or status >= 500

    @property
    def whole(self) -> bool:
        """Whether the body is one JSON value.

        Gemini answers so where `alt=sse` was not asked for.
        """
        media_type = str(self.meta["headers"].get("content-type", ""))
        return self.kind != "stream" or media_type.startswith("application/json")


def recordings(
    family: str, *kinds: str, but: Callable[[Recording], bool] = lambda _: False
) -> list[Any]:
    """The recordings of a family as pytest parameters; a skipped one where there are none.

    `but` names those that a test is not about.
    """
    found = [Recording(folder) for folder in sorted(STREAMS.glob(f"{family}--*"))]
    wanted = [
        r
        for r in found
        if r.kind in kinds and not str(r.meta["replay_path"]).startswith(OTHER_ROUTES)
    ]
    if found and not wanted and kinds == ("error",):
        return []  # of some families no refusal was recorded
    if not wanted:
        reason = why_none(family, STREAMS)
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
    chosen = [r for r in wanted if not but(r)]
    return [pytest.param(r, id=r.folder.name.removeprefix(f"{family}--")) for r in chosen]


def why_none(family: str, folder: Path) -> str:
    """Why a test of a family's recordings is skipped."""
    if not folder.is_dir():
        return f"no recorded answers at {folder}; set NBCHAT_STREAMS to their folder"
    return f"no recordings of {family} in {folder}"


# --- cutting and playing -------------------------------------------------------------


def in_one_piece(body: bytes) -> list[bytes]:
    return [body]


def byte_by_byte(body: bytes) -> list[bytes]:
    return [body[at : at + 1] for at in range(len(body))]


def at_random(body: bytes) -> list[bytes]:
    """Cut at some thirty places, the same ones for the same body."""
    dice = random.Random(len(body))
    cuts = sorted(dice.randrange(len(body) + 1) for _ in range(30))
    return [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]


CUTS = (in_one_piece, byte_by_byte, at_random)


@dataclass
class Played:
    """What a reader made of a body."""

    answer: Answer = field(default_factory=Answer)
    events: list[Event] = field(default_factory=list)

    def add(self, event: Event) -> None:
        self.events.append(event)
        self.answer.add(event)

    @property
    def states(self) -> list[Any]:
        """What the provider wants back, in the order of the parts that it came with."""
        return [part.state.data for part in self.answer.parts if getattr(part, "state", None)]


def play(recording: Recording, cut: Callable[[bytes], list[bytes]] = in_one_piece) -> Played:
    """Read a recording to its end. Raises ProviderProblem where it holds an error."""
    reader, played = load_dialect(recording.wire).Reader(), Played()
    for name, data in frames(recording, cut):
        if data == b"[DONE]" or reader.ended:  # nothing after the end marker is looked at
            reader.ended = True
            break
        value = from_json(data)
        for event in reader.read_whole(value) if recording.whole else reader.read(value, name):
            played.add(event)
    for event in reader.finish():
        played.add(event)
    return played


def frames(recording: Recording, cut: Callable[[bytes], list[bytes]]) -> Iterator[Frame]:
    """The frames of a body, with a last one that lacks its end where its JSON is whole."""
    decoder = decoder_for("whole" if recording.whole else load_dialect(recording.wire).FRAMING)
    for piece in cut(recording.body):
        yield from decoder.feed(piece)
    yield from decoder.close()
    if decoder.unfinished:
        try:
            from_json(decoder.unfinished)
        except ValueError:
            return
        yield "", decoder.unfinished


def decoder_for(name: str) -> Decoder:
    match name:
        case "whole":
            return WholeBody()
        case "sse":
            return ServerSentEvents()
        case "ndjson":
            return NdjsonLines()
        case _:
            from nbchat.wire.framing.aws_eventstream import EventStream

            return EventStream()


def check(recording: Recording, cut: Callable[[bytes], list[bytes]]) -> None:
    """Play it and compare; an error inside a stream is raised in the provider's words."""
    if error := recording.expected["error"]:
        with pytest.raises(ProviderProblem) as raised:
            play(recording, cut)
        assert (raised.value.message, raised.value.code) == (
            error["message"],
            str(error["code"] or ""),
        )
        return
    assert differences(recording, play(recording, cut)) == []


# --- comparing -------------------------------------------------------------------------


def differences(recording: Recording, played: Played) -> list[str]:
    """How an answer departs from what is expected; nothing is expected of contested fields."""
    expected, answer = recording.expected, played.answer
    wanted = {
        "text": expected["text"] + (expected["refusal"] or ""),
        "reasoning": expected["reasoning"],
        "tool_calls": [(call["name"], call["arguments"]) for call in expected["tool_calls"]],
        "finish_reason": expected["finish_reason"] or "",
        "usage": {
            name: (expected["usage"] or {}).get(name)
            for name in ("input", "output", "cached", "reasoning")
        },
    }
    usage = answer.usage
    got = {
        "text": joined(answer, Text),  # expected.json joins the parts with nothing
        "reasoning": joined(answer, Thought),
        "tool_calls": [(call.name, call.arguments) for call in answer.tool_calls],
        "finish_reason": answer.stop.detail,
        "usage": {
            "input": usage.input,
            "output": usage.output,
            "cached": usage.cached,
            "reasoning": usage.reasoning,
        },
    }
    wrong = [f"{n}: {got[n]!r} instead of {wanted[n]!r}" for n in wanted if got[n] != wanted[n]]
    wrong = [line for line in wrong if line.split(":")[0] not in expected["contested"]]
    stops = [event for event in played.events if isinstance(event, Stop)]
    if stops != played.events[-1:]:
        wrong.append(f"stop: {stops!r} instead of exactly one, at the end")
    return wrong


def joined(answer: Answer, kind: type[Text] | type[Thought]) -> str:
    """The words of its parts of that kind, without the blank lines between them."""
    return "".join(part.text for part in answer.parts if isinstance(part, kind))


# --- what is meant to depart from expected.json ------------------------------------------


def think_tags_become_thought(recording: Recording, expected: dict[str, Any]) -> None:
    """Hosts that leave `<think>` inside the text: the thinking is Thought here (design.md 3)."""
    if recording.family not in ("openai-chat", "ollama"):
        return
    if inside := re.fullmatch(
        r"\s*<think>\n*(.*?)(?:</think>\s*(.*))?", expected["text"], re.DOTALL
    ):
        expected["reasoning"], expected["text"] = inside[1], inside[2] or ""


def what_stands_before_the_end_of_thinking_is_thought(
    recording: Recording, expected: dict[str, Any]
) -> None:
    """Hosts that leave only `</think>` in the text: the template wrote the tag that opens.

    Four recordings, of qwen3 on Ollama and on llama.cpp, have it in the expected text.
    """
    if recording.family not in ("openai-chat", "ollama") or "<think>" in expected["text"]:
        return
    thought, closed, text = expected["text"].partition("</think>")
    if closed and not expected["reasoning"]:
        expected["reasoning"], expected["text"] = thought, text.lstrip()


def absent_arguments_are_empty(recording: Recording, expected: dict[str, Any]) -> None:
    """A call without an arguments member has none: `{}`, not "not JSON" (design.md 3)."""
    for call in expected["tool_calls"]:
        if call["arguments"] is None and call["arguments_raw"] is None:
            call["arguments"] = {}


def xai_counts_reasoning_beside_the_completion(
    recording: Recording, expected: dict[str, Any]
) -> None:
    """`output` is everything generated.

    Completion + reasoning where the total says so (design.md 3).
    """
    usage, raw = expected["usage"], expected["usage_raw"]
    if recording.family != "openai-chat" or not usage or not raw or not usage["reasoning"]:
        return
    if raw.get("total_tokens") == usage["input"] + usage["output"] + usage["reasoning"]:
        usage["output"] += usage["reasoning"]


def gemini_in_openais_format_counts_thoughts_in_the_total_alone(
    recording: Recording, expected: dict[str, Any]
) -> None:
    """`output` is everything generated: one recording has 35 + 12 tokens and a total of 109."""
    usage, raw = expected["usage"], expected["usage_raw"]
    if recording.family == "openai-chat" and usage and raw and usage["reasoning"] is None:
        usage["output"] = max(usage["output"] or 0, (raw.get("total_tokens") or 0) - usage["input"])


def gemini_counts_thoughts_beside_the_candidates(
    recording: Recording, expected: dict[str, Any]
) -> None:
    """`output` is everything generated: candidates + thoughts (design.md 3).

    The file expected.json leaves thoughts out.
    """
    usage = expected["usage"] or {}
    if recording.family == "gemini" and usage.get("reasoning") is not None:
        usage["output"] = (usage["output"] or 0) + usage["reasoning"]


CACHE = (
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cacheReadInputTokens",
    "cacheWriteInputTokens",
)


def input_is_everything_sent(recording: Recording, expected: dict[str, Any]) -> None:
    """`Usage.input` counts cache reads and writes (design.md 3).

    These providers report them beside it.
    """
    usage, raw = expected["usage"], expected["usage_raw"] or {}
    if (
        recording.family in ("anthropic-messages", "bedrock-converse")
        and usage
        and usage["input"] is not None
    ):
        usage["input"] += sum(raw.get(name) or 0 for name in CACHE)


def the_most_specific_word_is_alone(recording: Recording, expected: dict[str, Any]) -> None:
    """`Stop.detail` is `max_output_tokens`.

    The file expected.json has the status before it, with a colon.
    """
    if recording.family == "openai-responses" and expected["finish_reason"]:
        expected["finish_reason"] = expected["finish_reason"].removeprefix("incomplete:")


def another_format_is_broken(recording: Recording, expected: dict[str, Any]) -> None:
    """Azure answers a Responses request for some models with a chat completion.

    A reader says so.
    """
    if (
        recording.family == "openai-responses"
        and recording.whole
        and b'"choices"' in recording.body[:200]
    ):
        expected["finish_reason"] = "the server answered in another format than openai-responses"


DEVIATIONS = [
    think_tags_become_thought,
    what_stands_before_the_end_of_thinking_is_thought,
    absent_arguments_are_empty,
    xai_counts_reasoning_beside_the_completion,
    gemini_in_openais_format_counts_thoughts_in_the_total_alone,
    gemini_counts_thoughts_beside_the_candidates,
    input_is_everything_sent,
    the_most_specific_word_is_alone,
    another_format_is_broken,
]
