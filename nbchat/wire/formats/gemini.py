"""Google's Gemini API: `streamGenerateContent`, on the Gemini API and on Vertex AI.

Facts: google-genai 3.4.0 `types.py`; ai.google.dev/gemini-api/docs/thought-signatures:
a signature goes back on the very part it came on, and parts that have one are never
joined. So an answer with signatures goes back part by part, as it came.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from nbchat.catalog.rows import ThinkingFields
from nbchat.events import Event, Notice, StopReason, Usage
from nbchat.messages import File, Image, Message, Part, Text, Thought, ToolCall
from nbchat.wire.answer_parts import PartEvents, state_of
from nbchat.wire.contract import Framing, HttpRequest, ModelRequest, merge_into
from nbchat.wire.gemini_schema import gemini_schema
from nbchat.wire.known_items import CallIds
from nbchat.wire.parameters import left_out_notices, place
from nbchat.wire.partial_arguments import place_piece
from nbchat.wire.pictures import with_places
from nbchat.wire.problem import raise_problem
from nbchat.wire.requests import (
    alternate_roles,
    state_blocks,
    text_file_as_text,
    with_tool_names,
)
from nbchat.wire.schema import held_to, system_text
from nbchat.wire.shapes import count, items, mapping, string
from nbchat.wire.stop import end_events, finish_word
from nbchat.wire.tool_calls import tool_call
from nbchat.wire.tool_results import files_behind_results, result_words
from nbchat.wire.usage import merge_counts, output_count

FRAMING: Framing = "sse"

FIELDS = {  # of generationConfig
    "max_tokens": "maxOutputTokens",
    "temperature": "temperature",
    "top_p": "topP",
    "seed": "seed",
    "stop": "stopSequences",
}
TOOL_CHOICES = {"auto": "AUTO", "none": "NONE", "required": "ANY"}

# Gemini 3 refuses the first function call of a turn without a signature. This word stands in
# for it where another model made the call (@ai-sdk/google 4.0.121). Older models accept it,
# too (pydantic-ai 2.68.0).
NO_SIGNATURE = "skip_thought_signature_validator"


# --- asking ------------------------------------------------------------------------------


def render(ask: ModelRequest) -> HttpRequest:
    """The POST to `…:streamGenerateContent`.

    Contents come last, so that the bytes before the new message repeat.
    """
    ask, schema, in_words = held_to(ask, gemini_schema)
    body: dict[str, Any] = {}
    if system := system_text(ask):
        body["systemInstruction"] = {"parts": [{"text": system}]}
    if config := _config(ask, schema):
        body["generationConfig"] = config
    merge_into(body, ask.quirks.body)
    merge_into(body, ask.thinking.body)
    if ask.tools:
        body["tools"] = [
            {
                "functionDeclarations": [
                    {
                        "name": t.name,
                        "description": t.description,
                        "parametersJsonSchema": dict(t.parameters),
                    }
                    for t in ask.tools
                ]
            }
        ]
        if ask.tool_choice:
            body["toolConfig"] = {"functionCallingConfig": _tool_choice(ask.tool_choice)}
        merge_into(body, ask.quirks.tools_body)
    body["contents"] = _contents(ask)
    notices = [*left_out_notices(ask, FIELDS, "gemini"), *in_words]
    return HttpRequest(ask.url(_path(ask.model)), body, notices=notices)


def _path(model: str) -> str:
    """
    >>> _path("gemini-3-pro")
    '/models/gemini-3-pro:streamGenerateContent?alt=sse'
    >>> _path("tunedModels/mine")
    '/tunedModels/mine:streamGenerateContent?alt=sse'
    """
    folder, slash, name = model.partition("/")
    if folder not in ("models", "tunedModels") or not slash:
        folder, name = "models", model
    return f"/{folder}/{quote(name, safe='@')}:streamGenerateContent?alt=sse"


def _config(ask: ModelRequest, schema: Mapping[str, Any] | None) -> dict[str, Any]:
    config = place(ask, FIELDS)
    if ask.schema is not None and ask.quirks.schema_mode != "none":
        held = {"responseJsonSchema": schema} if schema else {}
        config |= {"responseMimeType": "application/json", **held}
    if thinking := _thinking(ask.thinking):
        config["thinkingConfig"] = thinking
    return config


def _tool_choice(choice: str) -> dict[str, Any]:
    if choice in TOOL_CHOICES:
        return {"mode": TOOL_CHOICES[choice]}
    return {"mode": "ANY", "allowedFunctionNames": [choice]}


def _thinking(fields: ThinkingFields) -> dict[str, Any]:
    """A level or a budget, never both: the API refuses the pair."""
    if fields.effort:
        return {"includeThoughts": True, "thinkingLevel": fields.effort.upper()}
    if fields.budget:
        return {"includeThoughts": True, "thinkingBudget": fields.budget}
    return {} if fields.budget is None else {"thinkingBudget": 0}


def _contents(ask: ModelRequest) -> list[dict[str, Any]]:
    """The conversation. As many results as there were calls, and nothing else, make a content.

    Google counts the parts behind calls (google-gemini/gemini-cli#17068), so the question that
    follows has a content of its own, and so have pictures for models that read none in results.
    """
    messages = list(with_tool_names(ask.messages))
    takes_files = ask.quirks.files_in_results
    behind = {} if takes_files else files_behind_results(messages)
    turns = []
    for at, message in enumerate(messages):
        made = _result(message, takes_files) if message.role == "tool" else list(_parts(message))
        turns.append((message.role, made))
        if at in behind:
            turns.append(("user", list(_parts(behind[at]))))
    roles = {"assistant": "model"}
    contents = alternate_roles(turns, "parts")
    return [{**content, "role": roles.get(content["role"], "user")} for content in contents]


def _result(message: Message, takes_files: bool) -> list[dict[str, Any]]:
    """A tool's result; since Gemini 3, what is attached stands in it."""
    words = message.text if takes_files else result_words(message)
    said = {"error" if message.error else "output": words}
    result: dict[str, Any] = {"name": message.name, "response": said}
    files = [part for part in message.parts if not isinstance(part, str)]
    if files and takes_files:
        result["parts"] = list(map(_part, files))
    return [{"functionResponse": _with_id(message.tool_call_id, result)}]


def _parts(message: Message) -> Iterator[dict[str, Any]]:
    if _is_signed(message):
        yield from _signed(message)
        return
    yield from (_part(text_file_as_text(part)) for part in message.parts)
    for nth, call in enumerate(message.tool_calls):
        asked = _function_call(call)
        yield asked if nth else {**asked, "thoughtSignature": NO_SIGNATURE}


def _is_signed(message: Message) -> bool:
    return any(
        isinstance(part, Text | Thought | ToolCall) and part.state for part in message.ordered_parts
    )


def _signed(message: Message) -> Iterator[dict[str, Any]]:
    """An answer part by part: what has a signature as it came, plain words between joined."""
    words: list[str] = []
    for part in with_places(message.ordered_parts):
        if isinstance(part, Text) and not part.state:
            words.append(part.spaced if words else part.text)
            continue
        if not isinstance(part, Text | Thought | ToolCall | Image):
            continue
        if words and (part.state or isinstance(part, ToolCall)):
            yield {"text": "".join(words)}
            words.clear()
        if isinstance(part, ToolCall):
            yield {**_function_call(part), **dict(*state_blocks(part))}
        elif isinstance(part, Image):
            yield from ({**state, **_part(part)} for state in state_blocks(part))
        else:
            yield from state_blocks(part)
    if words:
        yield {"text": "".join(words)}


def _function_call(call: ToolCall) -> dict[str, Any]:
    return {"functionCall": _with_id(call.id, {"name": call.name, "args": call.arguments or {}})}


def _with_id(call_id: str, members: dict[str, Any]) -> dict[str, Any]:
    return {"id": call_id, **members} if call_id else members


def _part(part: Part) -> dict[str, Any]:
    match part:
        case Image() | File():
            return {"inlineData": {"mimeType": part.media_type, "data": part.base64}}
        case _:
            return {"text": part}


# --- understanding the answer --------------------------------------------------------------


class Reader:
    """One answer, of candidate 0. There is no end marker: a finish reason must have come."""

    def __init__(self) -> None:
        self.ended = False
        self._parts = PartEvents()
        self._text_number = 0
        self._ends_a_sentence = False
        self._answers = False  # something came that may go back
        self._calls = 0
        self._ids = CallIds()
        self._open: dict[str, Any] | None = None  # the call whose arguments still come
        self._signature: Any = None  # of that call
        self._usage: dict[str, Any] = {}
        self._answer_id = ""
        self._finish = self._blocked = self._why = ""

    def read(self, value: Any, event: str = "") -> Iterable[Event]:
        if isinstance(value, list):  # the whole stream as an array: what comes without `alt=sse`
            return [made for item in value for made in self.read(item)]
        said = mapping(value)
        if said.get("error") or "candidates" not in said:
            raise_problem(said)
        self._note(said)
        chosen = [
            c
            for c in items(said.get("candidates"))
            if isinstance(c, dict) and c.get("index") in (None, "", 0, "0")
        ]
        return self._candidate(chosen[0]) if chosen else []

    def read_whole(self, body: Any) -> Iterable[Event]:
        events = list(self.read(body))
        self.ended = self._answers
        return events

    def _note(self, value: Mapping[str, Any]) -> None:
        """What stands beside the candidates."""
        self._answer_id = string(value.get("responseId")) or self._answer_id
        usage, feedback = mapping(value.get("usageMetadata")), mapping(value.get("promptFeedback"))
        # Counts are cumulative, but not every chunk has all of them; some have only a traffic type.
        self._usage = merge_counts(self._usage, usage)
        self._blocked = string(feedback.get("blockReason")) or self._blocked
        self._why = string(feedback.get("blockReasonMessage")) or self._why

    def _candidate(self, candidate: Mapping[str, Any]) -> list[Event]:
        self._finish = finish_word(candidate.get("finishReason")) or self._finish
        self._why = string(candidate.get("finishMessage")) or self._why
        events: list[Event] = []
        before: bool | None = None
        for part in map(mapping, items(mapping(candidate.get("content")).get("parts"))):
            is_plain = isinstance(part.get("text"), str) and not part.get("thoughtSignature")
            kind = bool(part.get("thought")) if is_plain else None
            if kind is not None and kind == before:  # the next piece of a text has its own chunk
                self._text_number += 1
            before = kind
            events += self._part(part)
        return events + self._parts.sources.read(candidate)

    def _part(self, part: Mapping[str, Any]) -> list[Event]:
        if part.keys() == {"thoughtSignature"}:
            # An empty text is left out by some servers, but must be there to go back.
            part = {"text": "", **part}
        if isinstance(text := part.get("text"), str):
            return self._text(part, text)
        if isinstance(call := part.get("functionCall"), Mapping):
            return self._call(call, part.get("thoughtSignature"))
        if not part or "text" in part:
            return []
        self._answers = True
        if isinstance(data := part.get("inlineData"), Mapping):
            return self._data(part, data)
        state = self._parts.thought_state(dict(part))  # the model's own tools
        if isinstance(file := part.get("fileData"), Mapping):
            return [*state, _not_shown(string(file.get("mimeType")))]
        return state

    def _data(self, part: Mapping[str, Any], data: Mapping[str, Any]) -> list[Event]:
        """A picture, which goes back as it came; of other data, its kind is told."""
        kind = string(data.get("mimeType"))
        events = [] if part.get("thought") else self._parts.pictures(dict(data))
        if any(isinstance(event, Image) for event in events):
            place = {**part, "inlineData": {"mimeType": kind}}  # the picture itself follows
            return [*self._parts.thought_state(place), *events]
        if part.get("thought") and not part.get("thoughtSignature"):
            return []  # a draft
        return [*self._parts.thought_state(dict(part)), _not_shown(kind)]

    def _text(self, part: Mapping[str, Any], text: str) -> list[Event]:
        """Words or thinking. With a signature they are a part of their own.

        Thinking without one need not go back.
        """
        is_thought = bool(part.get("thought"))
        signed = bool(part.get("thoughtSignature"))
        self._answers = self._answers or signed or bool(text and not is_thought)
        if signed and not text:
            kind = Thought if is_thought else Text
            return [kind("", state_of(dict(part)), begins=True)]
        if is_thought and text.startswith("**") and self._ends_a_sentence:
            self._text_number += 1  # every section of a summary begins with its heading
        self._ends_a_sentence = is_thought and text.endswith((".", "!", "?", ":"))
        make = self._parts.thought if is_thought else self._parts.text
        events = make(text, place=self._text_number)
        for event in events:
            if signed and isinstance(event, Text | Thought):
                event.state = state_of(dict(part))
        return events

    def _call(self, call: Mapping[str, Any], signature: Any) -> list[Event]:
        """A function call: whole, or (Vertex, where asked for) its arguments in pieces."""
        events: list[Event] = []
        if name := string(call.get("name")):
            events += self._cut_call()
            self._calls += 1
            self._answers = True
            call_id = self._ids.given(call.get("id"), self._answer_id)
            args = {} if call.get("args") is None else call["args"]
            self._open = {"id": call_id, "name": name, "args": args}
            self._signature = signature
        if self._open is None:
            return events
        for piece in items(call.get("partialArgs")):
            place_piece(self._open["args"], mapping(piece))
        if not call.get("willContinue"):
            events += self._parts.call(self._made())
            self._open = None
        return events

    def _made(self) -> ToolCall:
        call = self._open or {}
        made = tool_call(call["id"], call["name"], json.dumps(call["args"], ensure_ascii=False))
        if self._signature:
            made.state = state_of({"thoughtSignature": self._signature})
        return made

    def _cut_call(self) -> list[Event]:
        """The call whose arguments never ended: not to be run."""
        if self._open is None:
            return []
        made = replace(self._made(), arguments=None)
        self._open = None
        return self._parts.call(made)

    def finish(self) -> list[Event]:
        own: dict[str, StopReason] = {}
        if self._blocked and not self._finish:
            own[self._blocked] = "filter"
        return end_events(
            self._finish or self._blocked,
            ended=self.ended,
            calls=[call for call in self._cut_call() if isinstance(call, ToolCall)],
            called=self._calls > 0,
            usage=usage_of(self._usage) if self._usage else None,
            own=own,
            unknown="broken",  # only STOP is a natural end, so a new word is none
            why=self._why,
        )


def _not_shown(kind: str) -> Notice:
    return Notice(f"The answer holds {kind or 'data'}, which is not shown here.")


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """Gemini's counts, in tokens; what it generated is candidates and thoughts together.

    >>> usage_of({"promptTokenCount": 9, "candidatesTokenCount": 5, "thoughtsTokenCount": 30})
    Usage(input=9, output=35, cached=None, written=None, reasoning=30)
    """
    said, thought = count(usage.get("candidatesTokenCount")), count(usage.get("thoughtsTokenCount"))
    output = None if said is None and thought is None else (said or 0) + (thought or 0)
    given = count(usage.get("promptTokenCount"))
    sent = None if given is None else given + (count(usage.get("toolUsePromptTokenCount")) or 0)
    return Usage(
        given,
        output_count(sent, output, total=usage.get("totalTokenCount"), reasoning=None),
        count(usage.get("cachedContentTokenCount")),
        None,
        thought,
    )
