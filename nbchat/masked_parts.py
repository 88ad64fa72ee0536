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
    Image,
    Message,
    Part,
    Source,
    Text,
    Thought,
    Tool,
    ToolCall,
    ToolResult,
)
from nbchat.provider_state import ProviderState
from nbchat.wording import plural

Seen: TypeAlias = dict[str, None]  # the names of the keys that were found, in order

# Kinds of files that are texts.
_TEXTS = ("text/", "application/json", "application/xml", "application/x-", "image/svg")


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
    if not isinstance(part, File | Image):
        return part
    data = part.data
    if isinstance(data, bytes) and part.media_type.startswith(_TEXTS):
        text = data.decode("utf-8", "surrogateescape")
        data = mask.hide(text, seen).encode("utf-8", "surrogateescape")
    if data != part.data:
        part = replace(part, data=data)
    if isinstance(part, File):
        name = mask.hide(part.name, seen)
        return part if name == part.name else replace(part, name=name)
    return part


def mask_message(message: Message, mask: Mask, seen: Seen) -> Message:
    """A message that is about to be sent; the same object where there is no key in it."""
    content = mask_content(message.content, mask, seen)
    thought = mask.hide(message.thought, seen)
    calls = [_masked_call(call, mask, seen) for call in message.tool_calls]
    call_id, name = mask.hide(message.tool_call_id, seen), mask.hide(message.name, seen)
    said = (content, thought, calls, call_id, name)
    before = (message.content, message.thought, [*message.tool_calls])
    if said == (*before, message.tool_call_id, message.name):
        return message
    return Message(message.role, content, thought, calls, call_id, name, error=message.error)


def mask_option(value: Any, mask: Mask, seen: Seen) -> Any:
    """An option's value that is about to be sent; the same object where there is no key in it.

    A tool keeps its name, by which it is called.
    """
    if isinstance(value, tuple):
        items = tuple(mask_option(item, mask, seen) for item in value)
        return value if items == value else items
    if not isinstance(value, Tool):
        return mask.hide_in(value, seen)
    description = mask.hide(value.description, seen)
    return replace(value, description=description, parameters=mask.hide_in(value.parameters, seen))


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
            event.id, event.name = mask.hide(event.id, seen), mask.hide(event.name, seen)
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
    call.id, call.name = mask.hide(call.id, seen), mask.hide(call.name, seen)
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
