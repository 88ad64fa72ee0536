"""Messages and parts of answers, without the keys that stand in them.

What a provider wants back is left as it is, unless a key can be read in it. Then it is
masked, too; or, where a signature would no longer fit, not sent back at all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from nbchat.events import Event, Notice, Stop
from nbchat.known_keys import Mask
from nbchat.messages import (
    Content,
    File,
    Message,
    Part,
    Source,
    Text,
    Thought,
    ToolCall,
    ToolResult,
)
from nbchat.provider_state import ProviderState
from nbchat.wording import plural

Seen: TypeAlias = dict[str, None]  # the names of the keys that were found, in order

_TEXTS = ("text/", "application/json", "application/xml", "application/x-")  # kinds of files


def keys_masked(seen: Seen) -> str:
    """
    >>> keys_masked({"KIMI_API_KEY": None})
    '1 key masked'
    """
    return f"{plural(len(seen), 'key')} masked"


# --- what is sent ------------------------------------------------------------------------------


def mask_content(content: Content, mask: Mask, seen: Seen) -> Content:
    """What a message says; the same object where there is no key in it."""
    if isinstance(content, str):
        return mask.hide(content, seen)
    if not isinstance(content, Sequence):
        return content  # which is refused for what it is
    parts = [_mask_part(part, mask, seen) for part in content]
    changed = any(part is not old for part, old in zip(parts, content, strict=True))
    return parts if changed else content


def _mask_part(part: Part, mask: Mask, seen: Seen) -> Part:
    if isinstance(part, str):
        return mask.hide(part, seen)
    if not isinstance(part, File):
        return part
    name, data = mask.hide(part.name, seen), part.data
    if isinstance(data, bytes) and part.media_type.startswith(_TEXTS):
        text = data.decode("utf-8", "surrogateescape")
        data = mask.hide(text, seen).encode("utf-8", "surrogateescape")
    return part if (name, data) == (part.name, part.data) else replace(part, name=name, data=data)


def mask_message(message: Message, mask: Mask, seen: Seen) -> Message:
    """A message that is about to be sent; the same object where there is no key in it."""
    content = mask_content(message.content, mask, seen)
    thought = mask.hide(message.thought, seen)
    calls = [_masked_call(call, mask, seen) for call in message.tool_calls]
    said = (content, thought, calls)
    if said == (message.content, message.thought, [*message.tool_calls]):
        return message
    return replace(message, content=content, thought=thought, tool_calls=calls, answer_parts=())


def _masked_call(call: ToolCall, mask: Mask, seen: Seen) -> ToolCall:
    copy = replace(call)
    _mask_call(copy, mask, seen)
    return copy


# --- what arrives --------------------------------------------------------------------------------


def mask_event(event: Event, mask: Mask, seen: Seen) -> None:
    """Take the keys out of an event, but for the words of Text and Thought."""
    match event:
        case Text() | Thought():
            event.state = mask_state(event.state, mask, seen)
        case ToolCall():
            _mask_call(event, mask, seen)
        case ToolResult():
            event.content = mask_content(event.content, mask, seen)
        case Source():
            event.url = mask.hide(event.url, seen)
            event.title = mask.hide(event.title, seen)
            event.quoted = mask.hide(event.quoted, seen)
            event.state = mask_state(event.state, mask, seen)
        case Notice():
            event.text = mask.hide(event.text, seen)
        case Stop():
            event.detail = mask.hide(event.detail, seen)


def _mask_call(call: ToolCall, mask: Mask, seen: Seen) -> None:
    """Of a call's arguments the texts are masked, so that they stay the JSON that they were."""
    call.name = mask.hide(call.name, seen)
    call.state = mask_state(call.state, mask, seen)
    arguments = mask.hide_in(call.arguments, seen)
    if arguments is call.arguments:
        call.raw = mask.hide(call.raw, seen)  # of a call that was cut short, say
    else:
        call.arguments = arguments
        call.raw = json.dumps(arguments, ensure_ascii=False)


def mask_state(state: ProviderState | None, mask: Mask, seen: Seen) -> ProviderState | None:
    """What a provider wants back; none where it holds a key and a signature over it."""
    if state is None:
        return None
    data = mask.hide_in(state.data, seen)
    if data is state.data:
        return state
    return None if _is_signed(data) else replace(state, data=data)


def _is_signed(data: Any) -> bool:
    if isinstance(data, list):
        return any(map(_is_signed, data))
    if isinstance(data, dict):
        return bool(data.get("signature")) or any(map(_is_signed, data.values()))
    return False
