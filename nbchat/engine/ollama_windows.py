"""How much of a question a server of Ollama reads.

It reads 2,048 or 4,096 tokens where nobody asks for more, leaves out the beginning of what is
longer, and says nothing. So a window that fits is asked for, and where its count says that less
was read, that is told. Facts: ollama `docs/api.md` and `docs/context-length.mdx` (2026-08).
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from nbchat.engine.prepare import PreparedRequest
from nbchat.engine.token_estimate import fewest_tokens_in, other_tokens, prompt_text, tokens_in
from nbchat.engine.tolerant_json import value_of
from nbchat.errors import NbchatError
from nbchat.events import Usage
from nbchat.hosts import host_of, place_of
from nbchat.network.client import Transport
from nbchat.plain_http import Transit
from nbchat.wire.shapes import count, mapping, string

SMALLEST_DEFAULT = 2048  # tokens; of older versions, newer ones have 4,096 and more
ANSWER_ROOM = 2048  # tokens, where no limit is given
LEAST_ROOM = 1024  # tokens, for which no other window is asked for
UNKNOWN_LIMIT = 32768  # tokens; what is asked for at most where the model's own limit is not known
SHOW_SECONDS = 2.0
PORT = 11434
CLOUD = "ollama.com"
KEPT_PROMPTS = 4  # of a model, to know what its server may have read before

SURELY = 0.8  # of the fewest tokens that a text can be; a count below that is of less
# A server that has the beginning in its cache may count what is new alone. So few tokens are
# no sign of a window, and neither are about as many as are new.
FEWEST_COUNTED = 512

Key = tuple[tuple[str, str], str]  # the place, the model
_NUM_CTX = re.compile(r"^num_ctx\s+(\d+)", re.M)


@dataclass(slots=True, frozen=True)
class Limits:
    """What is known of a model: how much it can read, and how much it reads if not told."""

    most: int | None = None
    default: int = SMALLEST_DEFAULT


@dataclass(slots=True)
class Reading:
    """What one request asks to be read."""

    name: str
    model: str
    sent: int = 0  # tokens, about
    fewest: int = 0  # tokens, at least
    new: int = 0  # of these, what no earlier request had
    fewest_new: int = 0  # of these, at least
    window: int = 0  # that was asked for; 0 where it was left to the server
    by_user: bool = False  # who has asked for that window
    most: int | None = None
    by_openai: bool = False  # in whose format no window can be asked for

    def notice(self, usage: Usage) -> str:
        """What to tell where less was read than was sent; empty where all was."""
        read = usage.input
        if read is None or read < FEWEST_COUNTED or read >= self.fewest * SURELY:
            return ""
        if self.fewest_new * SURELY <= read <= 2 * self.new + FEWEST_COUNTED:
            return ""  # it may be what is new alone
        what = (
            f"{self.name} has read {read:,} of some {self.sent:,} tokens; "
            "what came first was left out."
        )
        return f"{what} {self._advice()}"

    def _advice(self) -> str:
        if self.by_openai:
            return (
                "Over the OpenAI format its window cannot be set: ask it as "
                f"ollama:{self.model}, or set OLLAMA_CONTEXT_LENGTH where it is started."
            )
        if self.by_user and self.window:
            return f"Your num_ctx is {self.window:,}: set it higher, or send less."
        if self.most and self.window >= self.most:
            return f"{self.model} reads at most {self.most:,}: send less, or name another model."
        return "Its server may allow no more: see OLLAMA_CONTEXT_LENGTH where it is started."


@dataclass(slots=True)
class Windows:
    """The windows of one engine: what was asked for is never made smaller again.

    A model is loaded anew when its window changes.
    """

    _limits: dict[Key, Limits] = field(default_factory=dict)
    _asked: dict[Key, int] = field(default_factory=dict)
    _prompts: dict[Key, deque[str]] = field(default_factory=dict)

    async def fit(self, request: PreparedRequest, transport: Transport) -> Reading | None:
        """Let the request ask for a window that it fits into; None where no Ollama is asked."""
        by_openai = _is_openai_format(request)
        if _is_cloud(request) or not (request.route.wire == "ollama" or by_openai):
            return None
        key = _key_of(request)
        reading = Reading(request.route.provider.name, key[1], by_openai=by_openai)
        self._measure(reading, key, request.call.body)
        if by_openai:
            return reading
        options = mapping(request.call.body.get("options"))
        if "num_ctx" in options:
            reading.by_user, reading.window = True, count(options["num_ctx"]) or 0
            return reading
        needed = self._window_needed(key, reading.sent, options)
        if not needed:
            return reading
        limits = await self._limits_of(key, request, transport)
        reading.most = limits.most
        window = self._window_within(limits, key, needed)
        if window:
            reading.window = self._asked[key] = window
            _ask_for(window, request.call.body)
        return reading

    def foretell(self, request: PreparedRequest) -> bool:
        """Let the request ask for the window that `fit` would give it, asking and noting nothing.

        Returns whether the server has to be asked first, and may say something else.
        """
        if _is_cloud(request) or request.route.wire != "ollama":
            return False
        key, body = _key_of(request), request.call.body
        options = mapping(body.get("options"))
        sent = tokens_in(prompt_text(body)) + other_tokens(body)
        needed = 0 if "num_ctx" in options else self._window_needed(key, sent, options)
        if not needed:
            return False
        known = self._limits.get(key)
        limits = known or Limits(request.route.model.context_window)
        if window := self._window_within(limits, key, needed):
            _ask_for(window, body)
        return known is None

    def _window_needed(self, key: Key, sent: int, options: Mapping[str, Any]) -> int:
        """The tokens that a window has to hold; 0 where every server has room for them."""
        limit = options.get("num_predict")
        room = limit if isinstance(limit, int) and limit > 0 else ANSWER_ROOM
        if key not in self._asked and sent + min(room, LEAST_ROOM) <= SMALLEST_DEFAULT:
            return 0
        return sent + room

    def _window_within(self, limits: Limits, key: Key, needed: int) -> int:
        """The window to ask for; 0 where the server has one that is large enough."""
        before = self._asked.get(key, 0)
        if not before and needed <= limits.default:
            return 0
        window = 1 << (needed - 1).bit_length()
        return max(min(window, limits.most or UNKNOWN_LIMIT), before)

    def _measure(self, reading: Reading, key: Key, body: Mapping[str, Any]) -> None:
        prompt, others = prompt_text(body), other_tokens(body)
        earlier = self._prompts.setdefault(key, deque(maxlen=KEPT_PROMPTS))
        known = max((_shared(one, prompt) for one in earlier), default=0)
        reading.sent, reading.fewest = tokens_in(prompt) + others, fewest_tokens_in(prompt)
        reading.new = tokens_in(prompt[known:]) + others
        reading.fewest_new = fewest_tokens_in(prompt[known:])
        if prompt not in earlier:
            earlier.append(prompt)

    async def _limits_of(self, key: Key, request: PreparedRequest, transport: Transport) -> Limits:
        """What the server says of a model, which it is asked once."""
        if key not in self._limits:
            known = Limits(request.route.model.context_window)
            with suppress(NbchatError, TimeoutError):
                said = await _show(request, transport)
                self._limits[key] = _limits_in(said, known)
            return self._limits.get(key, known)
        return self._limits[key]


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one.startswith(other[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low


async def _show(request: PreparedRequest, transport: Transport) -> Any:
    """What the server says of the model; None where it says nothing that can be read."""
    url = re.sub(r"/chat$", "/show", request.call.url)
    body = json.dumps({"model": request.route.model.sent_id}).encode()
    async with (
        asyncio.timeout(SHOW_SECONDS),
        transport.open_response(
            url,
            request.headers,
            request.timeouts,
            body,
            request.route.provider.name,
            only_private=request.transit is Transit.PRIVATE,
        ) as response,
    ):
        data = b""
        async for chunk in response.chunks():
            data += chunk
            if len(data) > request.limits.model_list:
                return None
    if response.status != 200:
        return None
    with suppress(ValueError, RecursionError):
        return value_of(data)
    return None


def _limits_in(said: Any, known: Limits) -> Limits:
    info = mapping(mapping(said).get("model_info"))
    lengths = [count(info[name]) for name in info if name.endswith(".context_length")]
    own_length = count(info.get(f"{info.get('general.architecture')}.context_length"))
    most = own_length or max(filter(None, lengths), default=None)  # not of what reads pictures
    own = _NUM_CTX.search(string(mapping(said).get("parameters")))
    default = int(own[1]) if own else SMALLEST_DEFAULT
    return Limits(most or known.most, default)


def _ask_for(window: int, body: dict[str, Any]) -> None:
    """Put the window into the body, whose messages stay last: what comes before them repeats."""
    body["options"] = {**mapping(body.get("options")), "num_ctx": window}
    body["messages"] = body.pop("messages")


def _key_of(request: PreparedRequest) -> Key:
    return place_of(request.call.url), request.route.model.sent_id


def _is_cloud(request: PreparedRequest) -> bool:
    """Whether a model is in Ollama's cloud, where it reads all that it can."""
    name, host = request.route.model.sent_id, host_of(request.call.url)
    return name.endswith(("-cloud", ":cloud")) or host == CLOUD or host.endswith(f".{CLOUD}")


def _is_openai_format(request: PreparedRequest) -> bool:
    """Whether Ollama is asked in the format of OpenAI."""
    if request.route.wire != "openai-chat":
        return False
    return request.route.provider.type == "ollama" or urlsplit(request.call.url).port == PORT
