"""A conversation's turns and tools, as formats want them in a request.

Text files are text everywhere. For the stricter formats roles alternate and nothing
is empty, and tool-call ids keep to the letters allowed; what a provider wants back
unseen (signed or encrypted thinking) goes back to where it stood in the answer,
because a history in which it has moved is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, TypeAlias

from nbchat.errors import BadAttachment, BadSettings
from nbchat.messages import (
    File,
    Image,
    Message,
    Part,
    Text,
    Thought,
    Tool,
    ToolCall,
    is_picture,
)
from nbchat.picture_words import picture_words
from nbchat.wire.contract import ModelRequest

Block: TypeAlias = dict[str, Any]  # one object of a message's content, in the provider's own words


# --- messages -----------------------------------------------------------------------------


def text_file_as_text(part: Part) -> Part:
    """The part; a text file as a text that begins with its name: no format has a place for it.

    >>> text_file_as_text(File(b"Hi", "text/plain", "a.txt"))
    'a.txt:\\nHi'
    """
    if isinstance(part, File) and part.media_type.startswith("text/"):
        return f"{part.name}:\n{part.data.decode('utf-8', 'replace')}"
    return part


def is_blank(part: object) -> bool:
    """Whether it is text of nothing but white space, which the strict formats refuse."""
    return isinstance(part, str) and not part.strip()


def file_refusal(file: File, model: str) -> BadSettings:
    """The refusal of a document, before anything is sent."""
    return BadAttachment(
        f"{model} takes no {file.media_type} files here. Send its text, or an image of it."
    )


def chat_content(message: Message, model: str, *, files: bool = False) -> str | list[Block]:
    """The content as chat completions and Cohere have it: text alone is a string.

    Models of Moonshot that only read take no list of parts (litellm 1.109.1). Raises
    BadSettings for a document, unless `files` are understood there.
    """
    if all(isinstance(part, str) for part in message.parts):
        return message.text
    return [_chat_part(part, model, files) for part in map(text_file_as_text, message.parts)]


def _chat_part(part: Part, model: str, files: bool) -> Block:
    match part:
        case Image():
            return {"type": "image_url", "image_url": {"url": part.data_url}}
        case File() if files:
            return {"type": "file", "file": {"filename": part.name, "file_data": part.data_url}}
        case File():
            raise file_refusal(part, model)
        case _:
            return {"type": "text", "text": part}


def with_shared_part(ask: ModelRequest) -> tuple[ModelRequest, bool]:
    """The question of a row with what all rows begin with as its first part; whether it has one.

    A mark of a cache can stand between two parts, and not inside a text.
    """
    question, *others = ask.messages or (Message("user"),)
    first, *rest = question.parts or [""]
    shared = ask.shared_start or ""
    if is_blank(shared) or not isinstance(first, str) or not first.startswith(shared):
        return ask, False
    own = first.removeprefix(shared)
    parted = replace(question, content=[shared, *([own] if own.strip() else []), *rest])
    return replace(ask, messages=(parted, *others)), True


def with_tool_names(messages: Iterable[Message]) -> Iterator[Message]:
    """The messages, a tool's result with the name of the function.

    An id used again means the latest call. Gemini gave no ids for years, so histories hold
    `call_1` in every turn.
    """
    names: dict[str, str] = {}
    for message in messages:
        names.update((call.id, call.name) for call in message.tool_calls)
        lacks = message.role == "tool" and not message.name
        yield replace(message, name=names.get(message.tool_call_id, "")) if lacks else message


def alternate_roles(
    turns: Iterable[tuple[str, list[Block]]], content: str = "content"
) -> list[Block]:
    """Messages with neighbours of the same role made one, and without empty ones.

    `content` is the name of the member that holds their blocks.

    >>> alternate_roles([("user", [{"text": "1"}]), ("assistant", []), ("user", [{"text": "2"}])])
    [{'role': 'user', 'content': [{'text': '1'}, {'text': '2'}]}]
    """
    messages: list[Block] = []
    for role, blocks in turns:
        if blocks and messages and messages[-1]["role"] == role:
            messages[-1][content] += blocks
        elif blocks:
            messages.append({"role": role, content: list(blocks)})
    return messages


def accepted_call_id(given: str, allowed: str, made: str = "call_{:.24}") -> str:
    """`given`, or for one that another provider made and this one refuses, its hash as `made` says.

    >>> accepted_call_id("toolu_1", r"[\\w-]+"), accepted_call_id("functions.add:0", r"[\\w-]+")
    ('toolu_1', 'call_2aab2b9e6b10fe772400632a')
    """
    if re.fullmatch(allowed, given, re.ASCII):
        return given
    return made.format(sha256(given.encode("utf-8", "replace")).hexdigest())


def pieces_of(message: Message, ends: Sequence[str] = ()) -> list[str | ToolCall | Block]:
    """An assistant's words, its calls and what goes back, in the order the model gave them.

    Words between which nothing goes back are one text. Blocks that nothing follows are
    left out: "The final block in an assistant message cannot be `thinking`" (Anthropic),
    "reasoning was provided without its required following item" (OpenAI). `ends` are the
    types of those that may stand last.
    """
    found: list[str | ToolCall | Block] = []
    for part in message.ordered_parts:
        match part:
            case Text():
                found += state_blocks(part)
                if found and isinstance(found[-1], str):
                    found[-1] += part.spaced
                else:
                    found.append(part.text)
            case Thought():
                found += state_blocks(part)
            case Image() if is_picture(part):
                found.append(picture_words(part))
            case ToolCall() if part.name:
                found.append(part)
    found = [piece for piece in found if not is_blank(piece)]
    while found and isinstance(found[-1], dict) and found[-1].get("type") not in ends:
        found.pop()
    return found


def state_blocks(part: Text | Thought | ToolCall | Image) -> list[Block]:
    """What goes back with a part, if it is an object: another version may have stored it."""
    data = part.state.data if part.state else None
    return [data] if data and isinstance(data, dict) else []


# --- tools --------------------------------------------------------------------------------


def function_tools(tools: Iterable[Tool]) -> list[dict[str, Any]]:
    """The tools a model may call, declared; arguments are a JSON schema."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
            },
        }
        for tool in tools
    ]


def function_call(call: ToolCall, call_id: str) -> dict[str, Any]:
    """A call that the model made, as an item of `tool_calls`; arguments are JSON in a string."""
    return {
        "id": call_id,
        "type": "function",
        "function": {"name": call.name, "arguments": arguments_text(call)},
    }


def arguments_text(call: ToolCall) -> str:
    """A call's arguments as JSON: as the model wrote them; a call made in Python has no such text.

    >>> by_model, in_python = ToolCall("1", "f", {"a": 1}, '{"a":1}'), ToolCall("1", "f", {"a": 1})
    >>> arguments_text(by_model), arguments_text(in_python)
    ('{"a":1}', '{"a": 1}')
    """
    if call.arguments is not None and call.raw.strip():
        return call.raw
    return json.dumps(call.arguments or {}, ensure_ascii=False)
