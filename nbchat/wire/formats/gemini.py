"""Google's Gemini API: `streamGenerateContent`, on the Gemini API and on Vertex AI.

Facts: google-genai 3.4.0 `types.py`; ai.google.dev/gemini-api/docs/thought-signatures:
a signature goes back on the very part it came on, and parts that have one are never
joined. So an answer with signatures is kept part by part, and goes back as it came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from nbchat.catalog.rows import ThinkingFields
from nbchat.events import Notice, StopReason, Usage, WireEvent
from nbchat.messages import File, Image, Message, Part, Text, Thought, ToolCall
from nbchat.wire.contract import Framing, HttpRequest, ModelRequest, merge_into
from nbchat.wire.parameters import left_out_notices, place
from nbchat.wire.partial_arguments import place_piece
from nbchat.wire.problem import raise_problem
from nbchat.wire.requests import alternate_roles, text_file_as_text, with_tool_names
from nbchat.wire.schema import plain_schema, schema_notices, system_text
from nbchat.wire.shapes import count, items, mapping, string
from nbchat.wire.stop import end_events
from nbchat.wire.tool_calls import tool_call

FRAMING: Framing = "sse"

FIELDS = {  # of generationConfig
    "max_tokens": "maxOutputTokens",
    "temperature": "temperature",
    "top_p": "topP",
    "seed": "seed",
    "stop": "stopSequences",
}
TOOL_CHOICES = {"auto": "AUTO", "none": "NONE", "required": "ANY"}

# Only STOP is a natural end, so a word that is not here means that something broke.
STOPS: dict[str, StopReason] = {
    "STOP": "end",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    "SAFETY": "filter",
    "RECITATION": "filter",
    "LANGUAGE": "filter",
    "BLOCKLIST": "filter",
    "PROHIBITED_CONTENT": "filter",
    "SPII": "filter",
    "MODEL_ARMOR": "filter",
    "ESCALATION": "filter",
    "PUP_LIMITED_DISABLED": "filter",
    "IMAGE_SAFETY": "filter",
    "IMAGE_PROHIBITED_CONTENT": "filter",
    "IMAGE_RECITATION": "filter",
}

# Gemini 3 refuses the first function call of a turn without a signature. This word stands in for it where
# another model made the call (@ai-sdk/google 4.0.121; older models accept it too: pydantic-ai 2.68.0).
NO_SIGNATURE = "skip_thought_signature_validator"


# --- asking ------------------------------------------------------------------------------


def render(ask: ModelRequest) -> HttpRequest:
    """The POST to `…:streamGenerateContent`. Contents come last, so that the bytes before the new one repeat."""
    body: dict[str, Any] = {}
    if system := system_text(ask):
        body["systemInstruction"] = {"parts": [{"text": system}]}
    if config := _config(ask):
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
    body["contents"] = alternate_roles(map(_content, with_tool_names(ask.messages)), "parts")
    notices = [*left_out_notices(ask, FIELDS, "gemini"), *schema_notices(ask)]
    return HttpRequest(ask.url(_path(ask.model)), body, notices=notices)


def _path(model: str) -> str:
    """
    >>> _path("gemini-3-pro"), _path("tunedModels/mine")
    ('/models/gemini-3-pro:streamGenerateContent?alt=sse', '/tunedModels/mine:streamGenerateContent?alt=sse')
    """
    name = model if model.startswith(("models/", "tunedModels/")) else f"models/{model}"
    return f"/{quote(name, safe='/@:')}:streamGenerateContent?alt=sse"


def _config(ask: ModelRequest) -> dict[str, Any]:
    config = place(ask, FIELDS)
    if ask.schema is not None and ask.quirks.schema_mode != "none":
        config["responseMimeType"] = "application/json"
    if ask.schema is not None and ask.quirks.schema_mode == "json_schema":
        config["responseJsonSchema"] = plain_schema(ask.schema)
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


def _content(message: Message) -> tuple[str, list[dict[str, Any]]]:
    return "model" if message.role == "assistant" else "user", list(_parts(message))


def _parts(message: Message) -> Iterator[dict[str, Any]]:
    if kept := items(mapping(message.kept.data).get("parts")) if message.kept else []:
        # Calls that the conversation dropped (an answer cut short, say) would go unanswered: a 400.
        yield from (part for part in kept if message.tool_calls or "functionCall" not in part)
        return
    if message.role == "tool":
        result = {"name": message.name, "response": {"output": message.text}}
        yield {"functionResponse": _with_id(message.tool_call_id, result)}
    yield from (
        _part(text_file_as_text(p))
        for p in message.parts
        if message.role != "tool" or not isinstance(p, str)
    )
    for nth, call in enumerate(message.tool_calls):
        asked = {
            "functionCall": _with_id(call.id, {"name": call.name, "args": call.arguments or {}})
        }
        yield asked if nth else {**asked, "thoughtSignature": NO_SIGNATURE}


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
    """One answer. Only candidate 0 is read. There is no end marker: a finish reason must have come."""

    def __init__(self) -> None:
        self.ended = False
        self._parts: list[dict[str, Any]] = []  # as they must go back
        self._words: list[str] = []  # of the unsigned text after them, joined once
        self._calls: list[dict[str, Any]] = []  # the functionCall members among them
        self._open: dict[str, Any] | None = None  # the call whose arguments still come
        self._usage: dict[str, Any] = {}
        self._answer_id = ""
        self._finish = self._blocked = self._why = ""

    def read(self, value: Any, event: str = "") -> Iterable[WireEvent]:
        if isinstance(value, list):  # the whole stream as an array: what comes without `alt=sse`
            return [made for item in value for made in self.read(item)]
        said = mapping(value)
        if said.get("error") or "candidates" not in said:
            raise_problem(said)
        self._note(said)
        chosen = [
            c for c in items(said.get("candidates")) if isinstance(c, dict) and not c.get("index")
        ]
        return self._candidate(chosen[0]) if chosen else []

    def read_whole(self, body: Any) -> Iterable[WireEvent]:
        events = list(self.read(body))
        self.ended = bool(self._parts or self._words)
        return events

    def _note(self, value: Mapping[str, Any]) -> None:
        """What stands beside the candidates."""
        self._answer_id = string(value.get("responseId")) or self._answer_id
        usage, feedback = mapping(value.get("usageMetadata")), mapping(value.get("promptFeedback"))
        # Counts are cumulative, but not every chunk has all of them; some have only a traffic type.
        self._usage |= {name: value for name, value in usage.items() if value is not None}
        self._blocked = string(feedback.get("blockReason")) or self._blocked
        self._why = string(feedback.get("blockReasonMessage")) or self._why

    def _candidate(self, candidate: Mapping[str, Any]) -> list[WireEvent]:
        self._finish = string(candidate.get("finishReason")) or self._finish
        self._why = string(candidate.get("finishMessage")) or self._why
        parts = items(mapping(candidate.get("content")).get("parts"))
        return [made for part in parts for made in self._part(mapping(part))]

    def _part(self, part: Mapping[str, Any]) -> list[WireEvent]:
        if part.keys() == {"thoughtSignature"}:
            part = {
                "text": "",
                **part,
            }  # an empty text is left out by some servers, but must be there to go back
        if isinstance(text := part.get("text"), str):
            self._keep_text(part, text)
            return [Thought(text) if part.get("thought") else Text(text)] if text else []
        if isinstance(call := part.get("functionCall"), Mapping):
            self._call(call, part.get("thoughtSignature"))
            return []
        if part and "text" not in part:
            self._append(dict(part))  # the model's own tools, pictures, signatures alone
        if isinstance(data := part.get("inlineData"), Mapping):
            return [
                Notice(
                    f"The answer holds {string(data.get('mimeType')) or 'data'}, which is not shown here."
                )
            ]
        return []

    def _keep_text(self, part: Mapping[str, Any], text: str) -> None:
        """Join plain text to plain text; a part with a signature stays alone. Unsigned thoughts need not go back."""
        if part.get("thoughtSignature"):
            self._append(dict(part))
        elif text and not part.get("thought"):
            self._words.append(text)

    def _append(self, part: dict[str, Any]) -> None:
        """Keep a part behind the words before it."""
        if self._words:
            self._parts.append({"text": "".join(self._words)})
            self._words.clear()
        if part:
            self._parts.append(part)

    def _call(self, call: Mapping[str, Any], signature: Any) -> None:
        """A function call: whole, or (Vertex, where asked for) its name first and its arguments in pieces."""
        if name := string(call.get("name")):
            call_id = string(call.get("id")) or self._made_id()
            self._open = {
                "id": call_id,
                "name": name,
                "args": {} if call.get("args") is None else call["args"],
            }
            self._calls.append(self._open)
            signed = {"thoughtSignature": signature} if signature else {}
            self._append({"functionCall": self._open, **signed})
        if self._open is None:
            return
        for piece in items(call.get("partialArgs")):
            place_piece(self._open["args"], mapping(piece))
        if not call.get("willContinue"):
            self._open = None

    def _made_id(self) -> str:
        """An id for a call without one: the same for the same bytes, another in the next answer."""
        answer = re.sub(r"[^A-Za-z0-9_-]", "", self._answer_id)[:24]
        return "_".join(filter(None, ("call", answer, str(len(self._calls) + 1))))

    def finish(self) -> list[WireEvent]:
        self._append({})
        signed = any(part.keys() - {"text", "functionCall"} for part in self._parts)
        return end_events(
            self._finish or self._blocked,
            STOPS,
            ended=self.ended,
            calls=[self._called(call) for call in self._calls],
            kept={"parts": self._parts} if signed else None,
            usage=usage_of(self._usage) if self._usage else None,
            unknown="broken" if self._finish else "filter",
            why=self._why,
        )

    def _called(self, call: Mapping[str, Any]) -> ToolCall:
        made = tool_call(call["id"], call["name"], json.dumps(call["args"], ensure_ascii=False))
        return (
            replace(made, arguments=None) if call is self._open else made
        )  # cut short: not to be run


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """Gemini's counts, in tokens; what it generated is candidates and thoughts together.

    >>> usage_of({"promptTokenCount": 9, "candidatesTokenCount": 5, "thoughtsTokenCount": 30})
    Usage(input=9, output=35, cached=None, reasoning=30)
    """
    said, thought = count(usage.get("candidatesTokenCount")), count(usage.get("thoughtsTokenCount"))
    output = None if said is None and thought is None else (said or 0) + (thought or 0)
    return Usage(
        count(usage.get("promptTokenCount")),
        output,
        count(usage.get("cachedContentTokenCount")),
        thought,
    )
