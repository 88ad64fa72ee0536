"""About how many tokens a request has, where nobody has counted them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from nbchat.wire.shapes import items, mapping, string

# A word is a token, a longer one two; of digits, signs and letters of other scripts each is one.
_TOKEN = re.compile(r"[A-Za-z]{1,6}|[^A-Za-z\s]|\n")
# Of longer words, of numbers, and of signs in a row some tokenisers make one.
_LARGEST_TOKEN = re.compile(r"[A-Za-z]{1,12}|\d{1,3}|[!-/:-@[-`{-~]{1,4}|[^\s!-~]{1,2}")
IMAGE_TOKENS = 768  # of one picture; models make 250 to 3,000 of it
MESSAGE_TOKENS = 8  # of what a template puts around a message


def tokens_in(text: str) -> int:
    """About how many tokens a text is, rather too many than too few.

    >>> tokens_in("The sky is blue."), tokens_in("天空是蓝色的")
    (5, 6)
    """
    return len(_TOKEN.findall(text))


def fewest_tokens_in(text: str) -> int:
    """How many tokens a text is at least, by any tokeniser.

    >>> fewest_tokens_in("The sky is blue."), fewest_tokens_in("3.14159,2.71828")
    (5, 9)
    """
    return sum(1 for _ in _LARGEST_TOKEN.finditer(text))


def prompt_text(body: Mapping[str, Any]) -> str:
    """What a model reads of a body of Ollama's or of OpenAI's format, in the order it is sent."""
    parts = [json.dumps(body[name]) for name in ("tools", "format") if body.get(name)]
    for message in map(mapping, items(body.get("messages"))):
        parts += [string(message.get("role")), *_texts(message.get("content"))]
        parts.append(string(message.get("thinking")))
        if calls := message.get("tool_calls"):
            parts.append(json.dumps(calls, ensure_ascii=False))
    return "\n".join(filter(None, parts))


def other_tokens(body: Mapping[str, Any]) -> int:
    """About how many tokens there are besides the words: of pictures, and of the template."""
    messages = [mapping(message) for message in items(body.get("messages"))]
    pictures = sum(len(items(message.get("images"))) for message in messages)
    for message in messages:
        content = message.get("content")
        if isinstance(content, list):
            pictures += sum("image_url" in mapping(part) for part in content)
    return pictures * IMAGE_TOKENS + len(messages) * MESSAGE_TOKENS


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        yield from (string(mapping(part).get("text")) for part in content)
