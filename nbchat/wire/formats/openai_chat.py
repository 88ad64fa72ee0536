"""OpenAI's chat completions, and all who speak it: the format most providers share.

Facts: openai-python `types/chat/completion_create_params.py` and
`chat_completion_chunk.py` (3.54.0). What hosts add or change is read tolerantly
here; what they want differently in a request is a field of `Quirks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nbchat.events import Event, Usage
from nbchat.messages import Text, Thought
from nbchat.option_values import TOOL_CHOICES
from nbchat.wire.answer_parts import begin, state_of
from nbchat.wire.chat_media import FEWEST, ChatMedia, words_and_pictures
from nbchat.wire.chat_messages import chat_messages
from nbchat.wire.claude_thinking import without_claudes_thinking
from nbchat.wire.contract import Framing, HttpRequest, ModelRequest, merge_into
from nbchat.wire.openai_schema import named_form
from nbchat.wire.parameters import left_out_notices, place
from nbchat.wire.problem import raise_problem
from nbchat.wire.provider_tools import runs_there
from nbchat.wire.reasoning_details import ReasoningDetails
from nbchat.wire.requests import function_tools, with_shared_part
from nbchat.wire.said_cost import said_cost
from nbchat.wire.schema import held_to, system_text
from nbchat.wire.shapes import count, items, mapping, string
from nbchat.wire.signatures import message_signature
from nbchat.wire.sources import Sources
from nbchat.wire.stop import end_events, finish_word
from nbchat.wire.think_tags import ThinkTags
from nbchat.wire.thinking_back import CAME_IN, IN_TEXT
from nbchat.wire.thinking_blocks import ThinkingBlocks
from nbchat.wire.tool_calls import ToolCalls
from nbchat.wire.usage import everything_sent, first_count, merge_counts, output_count
from nbchat.wire.used_tools import with_used_tools

FRAMING: Framing = "sse"

FIELDS = {
    "max_tokens": "max_tokens",  # and what Quirks call it
    "temperature": "temperature",
    "top_p": "top_p",
    "seed": "seed",
    "stop": "stop",
}

THINKING = (
    "reasoning_content",
    "reasoning",
    "reasoning_text",
)  # vLLM renamed the first to the second
PICTURES = ("image_url", "image", "output_image")  # parts of a content
PLAIN = frozenset(("role", "content"))  # the members of a delta that has words alone
CACHED = {"type": "ephemeral"}
FIRST = (None, "", 0, "0")  # the index of the choice that is read


# --- asking ------------------------------------------------------------------------------


def render(ask: ModelRequest) -> HttpRequest:
    """The POST to `…/chat/completions`.

    Messages come last, so that the bytes before the new message repeat.
    """
    goes_on = ask.goes_on
    ask, left_out = without_claudes_thinking(ask)
    ask, schema, in_words = held_to(ask, named_form(ask.quirks.schema_form))
    quirks = ask.quirks
    if "claude" in ask.model.lower():
        ask = with_used_tools(ask)
    body: dict[str, Any] = {"model": ask.model, "stream": True}
    if quirks.usage_option:
        body["stream_options"] = {"include_usage": True}
    hosts_own = {"max_tokens": quirks.max_tokens_field, "seed": quirks.seed_field}
    body |= place(ask, FIELDS | hosts_own)
    if ask.thinking.effort:
        body["reasoning_effort"] = ask.thinking.effort
    if quirks.cache == "prompt_cache_key" and ask.cache_key:
        body["prompt_cache_key"] = ask.cache_key
    is_marked = quirks.cache == "cache_control"  # OpenRouter for Claude
    if is_marked and goes_on:  # which moves the mark to the last block itself
        body["cache_control"] = CACHED
    merge_into(body, quirks.body)
    merge_into(body, ask.thinking.body)
    if schema or (ask.schema is not None and quirks.schema_mode == "json_object"):
        body["response_format"] = _format(schema)
        merge_into(body, quirks.schema_body)
    if ask.tools:
        body["tools"] = function_tools(ask.tools)
        if ask.tool_choice:
            body["tool_choice"] = _tool_choice(ask.tool_choice)
        merge_into(body, quirks.tools_body)
    told, asked = _system(ask), [*chat_messages(ask)]
    if is_marked and not goes_on:
        _mark_shared(told, asked, ask)
    body["messages"] = [*told, *asked]
    notices = [*left_out, *left_out_notices(ask, FIELDS, "openai-chat"), *in_words]
    return HttpRequest(ask.url("/chat/completions"), body, notices=notices)


def _system(ask: ModelRequest) -> list[dict[str, Any]]:
    text = system_text(ask)
    return (
        [{"role": "developer" if ask.quirks.developer_role else "system", "content": text}]
        if text
        else []
    )


def _mark_shared(
    told: list[dict[str, Any]], asked: list[dict[str, Any]], ask: ModelRequest
) -> None:
    """Mark where that ends which the questions of all rows begin with."""
    parted, has_shared = with_shared_part(ask)
    if has_shared:
        texts = [part for part in parted.messages[0].parts if isinstance(part, str)]
        others = [] if isinstance(asked[0]["content"], str) else asked[0]["content"][1:]
        blocks = [{"type": "text", "text": text} for text in texts]
        asked[0]["content"] = [{**blocks[0], "cache_control": CACHED}, *blocks[1:], *others]
    elif told:
        text = {"type": "text", "text": told[0]["content"], "cache_control": CACHED}
        told[0]["content"] = [text]


def _tool_choice(choice: str) -> str | dict[str, Any]:
    if choice in TOOL_CHOICES:
        return choice
    return {"type": "function", "function": {"name": choice}}


def _format(schema: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": schema} if schema else {"type": "json_object"}


# --- understanding the answer --------------------------------------------------------------


class Reader:
    """One answer. Only choice 0 is read."""

    def __init__(self) -> None:
        self.ended = False
        self._tags: ThinkTags | None = ThinkTags()  # None once a thinking field was seen
        self._calls = ToolCalls()
        self._usage: dict[str, Any] = {}
        self._details = ReasoningDetails()
        self._blocks = ThinkingBlocks()
        self._signed: dict[str, Any] = {}  # what words without a call are signed with
        self._came_in = ""  # the field of the thinking
        self._is_placed = False  # there is a part of thinking for the details
        self._sources = Sources()
        self._media = ChatMedia()
        self._has_words = False
        self._finish = ""
        self._answer_id = ""
        self._part = "delta"
        self._refuses = False

    def read(self, value: Any, event: str = "") -> Iterable[Event]:
        body = mapping(value)
        choices = body.get("choices")
        # MiniMax and Spark put a failure's code beside choices that are null or empty
        # (clients of theirs, 2026-11).
        if (
            not choices
            or event == "error"
            or body.get("error")
            or body.get("base_resp")
            or body.get("code")
        ):
            raise_problem(value)
        if "x_groq" in body:
            raise_problem({"error": mapping(body["x_groq"]).get("error")})
        if usage := body.get("usage") or (
            "x_groq" in body and mapping(body["x_groq"]).get("usage")
        ):
            self._usage = merge_counts(self._usage, usage)
        if not self._answer_id:
            self._answer_id = string(body.get("id"))
        for choice in items(choices):
            if choice and isinstance(choice, dict) and choice.get("index") in FIRST:
                return [*self._choice(choice), *self._sources.read(body)]
        return self._sources.read(body)

    def read_whole(self, body: Any) -> Iterable[Event]:
        self.ended = "choices" in mapping(body)
        self._part = "message"  # Perplexity puts an empty delta beside it (recorded)
        return self.read(body)

    def _choice(self, choice: dict[str, Any]) -> list[Event]:
        if finish := choice.get("finish_reason"):
            self._finish = finish_word(finish) or self._finish
            raise_problem(
                {"error": choice.get("error")}
            )  # OpenRouter's place for what its host said
        if usage := choice.get("usage"):  # Moonshot's place for it (kimi-code 2.1.0)
            self._usage = merge_counts(self._usage, usage)
        delta = choice.get(self._part)
        if not isinstance(delta, dict):
            delta = next(
                (d for d in map(choice.get, ("delta", "message")) if isinstance(d, dict)), None
            )
        if delta is None:
            return self._content(choice.get("text"))
        content = delta.get("content")
        if isinstance(content, str) and delta.keys() <= PLAIN and len(content) <= FEWEST:
            self._has_words = self._has_words or bool(content)  # as nearly all are
            return [*self._sources.hear(self._words(content)), *self._sources.read(choice)]
        self._signed |= message_signature(delta)
        return [*self._said(delta), *self._sources.read(delta), *self._sources.read(choice)]

    def _said(self, delta: dict[str, Any]) -> list[Event]:
        events = self._sources.hear(self._thought(delta))
        if content := delta.get("content"):
            self._has_words = True
            events += self._content(content)
        events += self._sources.hear(self._media.read(delta, has_words=self._has_words))
        if (refusal := delta.get("refusal")) and isinstance(refusal, str):
            events.append(Text(refusal, begins=not self._refuses))
            self._refuses = True
        if calls := delta.get("tool_calls"):
            for piece in map(mapping, items(calls) or [calls]):
                if not runs_there(piece):
                    self._calls.add(piece)
                events += self._sources.read(piece)  # Zhipu's own search
        if (call := delta.get("function_call")) and isinstance(
            call, dict
        ):  # what `tool_calls` was before 2023-11
            self._calls.add({"index": 0, "function": call})
        return events

    def _thought(self, delta: dict[str, Any]) -> list[Event]:
        thoughts: list[Thought] = []
        events: list[Event] = []
        if "reasoning_details" in delta:
            thoughts = self._details.take(delta["reasoning_details"])
            events = self._placed()
        if "thinking_blocks" in delta:
            thoughts = self._blocks.add(delta["thinking_blocks"]) or thoughts
        for name in THINKING:
            if (text := delta.get(name)) and isinstance(text, str):
                self._came_in = name
                if text != "".join(thought.text for thought in thoughts):
                    thoughts = [Thought(text, begins=any(t.begins for t in thoughts))]
                break
        return [*self._untagged(), *thoughts] if thoughts else events

    def _placed(self) -> list[Event]:
        """The first details have their place here, also where they have no words."""
        if self._is_placed or not self._details:
            return []
        self._is_placed = True
        return [Thought("")]

    def _untagged(self) -> list[Event]:
        """What was held as a possible tag: the host has a field for thinking, so tags are text."""
        held = self._tags.finish(tags_are_text=True) if self._tags else []
        self._tags = None
        return list(held)

    def _content(self, content: Any) -> list[Event]:
        events: list[Event] = []
        if isinstance(content, str):
            for text, picture in words_and_pictures(content):
                events += self._words(text)
                events += self._media.pictures.read(picture)
            return self._sources.hear(events)
        before = ""
        # Mistral's list of parts (mistralai 3.7.0 ContentChunk). A reference stands in a sentence.
        for part in items(content) or [content]:
            kind = string(mapping(part).get("type")) if isinstance(part, dict) else "piece"
            words = self._content_part(part, kind)
            if words and kind == before in ("text", "thinking"):
                begin(words)
            before = kind
            events += self._sources.hear(words)
        return events

    def _words(self, text: str) -> list[Event]:
        """Text, or the thinking between tags in it."""
        if self._tags is None:
            return [Text(text)] if text else []
        events: list[Event] = list(self._tags.feed(text))
        if events and not isinstance(events[0], Text):  # thinking comes before the text
            self._came_in = IN_TEXT
        return events

    def _content_part(self, part: Any, kind: str) -> list[Event]:
        if kind == "thinking":
            thoughts = [Thought(text) for text in _texts(mapping(part).get("thinking")) if text]
            return [*self._untagged(), *thoughts]
        if kind in PICTURES:
            return self._media.pictures.read(part)
        if kind == "tool_reference":  # Mistral's, behind the words
            return self._sources.cite(part, self._sources.size)
        texts = [part] if isinstance(part, str) else _texts(mapping(part).get("text"))
        return [event for text in texts for event in self._words(text)]

    def finish(self) -> list[Event]:
        held = self._tags.finish() if self._tags else []
        kept = self._kept()
        calls = self._calls.made(self._answer_id)
        found = [  # by Moonshot's own search, `$web_search`
            source
            for call in calls
            if call.name.startswith("$") and call.arguments
            for source in self._sources.read(call.arguments)
        ]
        events = end_events(
            self._finish,
            ended=self.ended,
            calls=calls,
            usage=usage_of(self._usage) if self._usage else None,
        )
        thought = [Thought("", state_of(kept))] if kept else []
        return [*held, *thought, *found, *events]

    def _kept(self) -> dict[str, Any]:
        """What goes back with the thinking; for a call at least where the thinking came."""
        details, blocks = self._details.whole(), self._blocks.whole()
        kept = dict(self._signed)
        if details:
            kept["reasoning_details"] = details
        if blocks:
            kept["thinking_blocks"] = blocks
        if self._calls and self._came_in and not (details or blocks):
            kept[CAME_IN] = self._came_in
        return kept


def _texts(value: Any) -> list[str]:
    """The texts in a string, or in a list of `{"text": …}` parts."""
    if isinstance(value, str):
        return [value]
    parts = value if isinstance(value, list) else []
    return [p["text"] for p in parts if isinstance(p, dict) and isinstance(p.get("text"), str)]


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """OpenAI's usage object, in tokens, and where Moonshot, DeepSeek and xAI put the same numbers.

    >>> sent = {"prompt_tokens": 9, "cached_tokens": 4}
    >>> usage_of({**sent, "completion_tokens": 5, "total_tokens": 14})
    Usage(input=9, output=5, cached=4, written=None, reasoning=None)
    """
    prompt = mapping(usage.get("prompt_tokens_details"))
    completion = mapping(usage.get("completion_tokens_details"))
    cached = first_count(
        prompt.get("cached_tokens"),
        usage.get("cached_tokens"),
        usage.get("prompt_cache_hit_tokens"),
        usage.get("cache_read_input_tokens") or None,  # LiteLLM's, of Claude
    )
    written = first_count(
        prompt.get("cache_write_tokens"),  # OpenRouter
        prompt.get("cache_creation_tokens"),  # LiteLLM
        prompt.get("cache_creation_input_tokens"),  # DashScope
        usage.get("cache_creation_input_tokens") or None,
    )
    given = first_count(usage.get("prompt_tokens"), usage.get("input_tokens"))
    made = first_count(usage.get("completion_tokens"), usage.get("output_tokens"))
    total = count(usage.get("total_tokens"))
    given = everything_sent(given, made, total=total, read=cached or 0, written=written or 0)
    reasoning = first_count(completion.get("reasoning_tokens"), usage.get("reasoning_tokens"))
    made = output_count(given, made, total=total, reasoning=reasoning)
    return Usage(given, made, cached, written, reasoning, said_cost(usage))
