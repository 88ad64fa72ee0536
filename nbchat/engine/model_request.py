"""A question as one model is asked it: what it cannot take is left out, with a notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from nbchat import addresses, known_keys
from nbchat.attachments import as_it_is
from nbchat.catalog.catalog import Route
from nbchat.catalog.rows import Search
from nbchat.engine import web_search
from nbchat.engine.answer_pictures import with_next_question
from nbchat.masked_parts import Seen, mask_message, mask_option
from nbchat.messages import Message, UnknownPart
from nbchat.options import Options
from nbchat.settings import Settings
from nbchat.wire.contract import ModelRequest
from nbchat.wire.sent_calls import sent_calls
from nbchat.wording import plural

SENT = ("system", "tools", "schema", "stop", "extra")  # options whose texts go to the provider
SAMPLING = ("temperature", "top_p")  # a model that refuses these has values of its own


def model_request(
    settings: Settings,
    route: Route,
    base_url: str,
    conversation: Sequence[Message],
    options: Options,
    search: Search | None,
) -> tuple[ModelRequest, list[str]]:
    """What the model is asked, and notices of what it is not."""
    model, notices = route.model, []
    rules = [options.system, *(m.text for m in conversation if m.role == "system")]
    quirks = settings.catalog.quirks(model, route.wire)
    parameters, tools, tool_choice = options.parameters, options.tools, options.tool_choice
    for name in [name for name in parameters if name in model.refuses]:
        del parameters[name]
        notices.append(
            f"{model.id} has a fixed {name}; it was left out."
            if name in SAMPLING
            else f"{model.id} takes no {name}; it was left out."
        )
    if tools and cannot_call_tools(route):
        tools, tool_choice = (), None
        notices.append(f"{model.id} cannot call tools; they were left out.")
    if tool_choice and "tool_choice" in model.refuses:
        tool_choice = None
        notices.append(f"{model.id} takes no tool_choice; it was left out.")
    notices += _fit_temperature(parameters, quirks.temperature_range, route.provider.name)
    thinking, notice = web_search.settle_thinking(search, settings.catalog, route, options.thinking)
    if notice:
        notices.append(notice)
    own = with_next_question((m, _own(m, route)) for m in conversation if m.role != "system")
    ask = ModelRequest(
        model=web_search.with_suffix(model.sent_id, search),
        base_url=base_url,
        messages=sent_calls(own, {tool.name for tool in tools}),
        system="\n\n".join(filter(None, rules)),
        parameters=parameters,
        max_output=model.max_output,
        thinking=thinking,
        tools=tools,
        tool_choice=tool_choice,
        schema=options.schema,
        quirks=quirks,
        cache_key=options.cache_key,
        shared_start=options.shared_start,
        path=_path_of(route),
    )
    return ask, notices


def cannot_call_tools(route: Route) -> bool:
    """Whether the model is known to call none, over the format that its row was written for."""
    is_own_format = route.wire in (route.model.wire, route.provider.wire)
    return "tools" in route.model.refuses and is_own_format


def _path_of(route: Route) -> str:
    """The provider's own path, where it has one, with the model's id as one piece of it."""
    path = addresses.fill(route.provider.path, route.provider)
    piece = quote(route.model.sent_id, safe="")
    return path.replace("{model}", piece).replace("{deployment}", piece)


def without_keys(
    conversation: Sequence[Message], options: Options
) -> tuple[Sequence[Message], Options, tuple[str, ...]]:
    """The messages and the options without any key, and a notice where there was one."""
    mask = known_keys.current()
    seen: Seen = {}
    messages = [mask_message(message, mask, seen) for message in conversation]
    options = options.changed({name: partial(mask_option, mask=mask, seen=seen) for name in SENT})
    return messages, options, masked_notices(seen)


def masked_notices(seen: Seen) -> tuple[str, ...]:
    """What to tell of keys that were taken out of what is sent; nothing where there was none."""
    return (f"{plural(len(seen), 'key')} masked in what was sent.",) if seen else ()


def _fit_temperature(
    parameters: dict[str, Any], limits: tuple[float, float] | None, provider: str
) -> list[str]:
    """Bring the temperature into what the provider takes. Returns the notice where it was not."""
    if limits is None or "temperature" not in parameters:
        return []
    low, high = limits
    asked = parameters["temperature"]
    if low <= asked <= high:
        return []
    parameters["temperature"] = min(max(asked, low), high)
    return [f"{provider} takes a temperature from {low:g} to {high:g}; the nearest was sent."]


def _own(message: Message, route: Route) -> Message:
    """The message without what another provider wants back, and the order that this was for.

    What is attached is a picture or a document by its bytes.
    """
    if any(part != as_it_is(part) for part in message.parts if not isinstance(part, str)):
        attached = [part if isinstance(part, str) else as_it_is(part) for part in message.parts]
        message = replace(message, content=attached)
    parts = [part for part in message.answer_parts if not isinstance(part, UnknownPart)]
    states = [part.state for part in (*parts, *message.tool_calls)]
    owners = {(state.provider, state.wire) for state in states if state}
    if owners <= {(route.provider.type, route.wire)}:
        return message
    calls = tuple(replace(call, state=None) for call in message.tool_calls)
    return replace(message, answer_parts=(), tool_calls=calls)
