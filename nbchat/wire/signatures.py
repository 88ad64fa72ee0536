"""Signatures that hosts of Gemini and Claude put on a message or a call in chat completions.

They are members that the format does not have. What belongs to a call goes back with it:
Gemini 3 refuses a call without its signature.
Facts: ai.google.dev/gemini-api/docs/thought-signatures for `extra_content`;
`provider_specific_fields` is LiteLLM's name, on the call or its function (BerriAI/litellm#16895).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.wire.shapes import mapping

NAMES = (
    "extra_content",
    "provider_specific_fields",
    "thought_signature",
    "thoughtSignature",
    "signature",
)


def signatures_in(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a call that sign it, and those of its function.

    >>> signed = {"id": "c", "extra_content": {"google": {"thought_signature": "c2ln"}}}
    >>> signatures_in(signed)
    {'extra_content': {'google': {'thought_signature': 'c2ln'}}}
    """
    found = {name: members[name] for name in NAMES if members.get(name)}
    of_function = mapping(members.get("function"))
    inner = {name: of_function[name] for name in NAMES if of_function.get(name)}
    return {**found, "function": inner} if inner else found


def message_signature(delta: Mapping[str, Any]) -> dict[str, Any]:
    """The same for words without a call.

    Google marks thinking there as well, which is not to be sent back.
    """
    google = mapping(mapping(delta.get("extra_content")).get("google"))
    return {"extra_content": delta["extra_content"]} if google.get("thought_signature") else {}
