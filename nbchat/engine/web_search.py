"""What a request says so that the provider searches the web, and what it cannot say with that.

How each provider is told is a row's (`nbchat.catalog.rows.Search`). Here it is settled
whether the search can be had with the other options, and put into a body that is rendered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbchat.catalog.catalog import Catalog, Route
from nbchat.catalog.rows import Search, ThinkingFields
from nbchat.catalog.web_search import other_wires, way_of
from nbchat.messages import Tool
from nbchat.options import Options, Thinking
from nbchat.wire.contract import merge_into

LEAST_EFFORT = "minimal"  # which some providers refuse beside a search


def settle(route: Route, options: Options) -> tuple[Search | None, list[str]]:
    """How the web is searched for a question, and notices of why it is not."""
    if not options.search:
        return None, []
    way = way_of(route.model, route.provider, route.wire)
    if way is None:
        return None, _no_search(route)
    why_not = _why_not(way, options, route)
    return (None, [why_not]) if why_not else (way, [])


def _no_search(route: Route) -> list[str]:
    name = route.model.id
    notices = [f"{name} has no web search of its own; it was left out."]
    for wire in other_wires(route.model, route.provider, route.wire)[:1]:
        notices.append(f"{name} searches the web over {wire}: wire={wire!r}.")
    return notices


def _why_not(way: Search, options: Options, route: Route) -> str:
    """Why it cannot be had with the other options; empty where it can."""
    name, left_out = route.model.id, "the search was left out."
    if options.tools and "tools" in way.refuses:
        return f"{name} does not search the web beside other tools; {left_out}"
    if options.schema is not None and "schema" in way.refuses:
        return f"{name} does not search the web where a schema is asked for; {left_out}"
    if way.tool and options.tools and options.tool_choice == "none":
        return f'tool_choice is "none", and a search is a tool of {name}; {left_out}'
    if _name_of(way.tool) in {tool.name for tool in options.tools}:
        return f"a tool is called {_name_of(way.tool)}, as the search of {name} is; {left_out}"
    return ""


def _name_of(tool: Mapping[str, Any]) -> str:
    """The name under which the model knows a tool of its provider."""
    return str(tool.get("name") or tool.get("type") or "")


def settle_thinking(
    way: Search | None, catalog: Catalog, route: Route, asked: Thinking
) -> tuple[ThinkingFields, str]:
    """The fields for thinking, and a notice where it is not what was asked."""
    fields, notice = catalog.thinking_fields(route.model, asked, route.wire)
    if way is None:
        return fields, notice
    name = route.model.id
    if "thinking" in way.refuses and asked is not False:
        off, always = catalog.thinking_fields(route.model, False, route.wire)
        without = f"{name} does not think while it searches the web; it was asked without."
        return (fields, notice) if always else (off, without if asked else "")
    if way.least_effort and fields.effort == LEAST_EFFORT:
        fields = fields.model_copy(update={"effort": way.least_effort})
        notice = f"{name} thinks at least at {way.least_effort!r} while it searches the web."
    return fields, notice


def with_suffix(model: str, way: Search | None) -> str:
    """The provider's id of a model that searches.

    >>> with_suffix("a/b", Search(suffix=":online")), with_suffix("a/b", None)
    ('a/b:online', 'a/b')
    """
    if way is None or not way.suffix or model.endswith(way.suffix):
        return model
    return model + way.suffix


def put_into(body: dict[str, Any], way: Search, tools: Sequence[Tool]) -> None:
    """Tell a request to search. Its last member stays last: what comes before it repeats.

    >>> asked = {"model": "m", "messages": []}
    >>> put_into(asked, Search(tool={"type": "web_search"}), [])
    >>> asked
    {'model': 'm', 'tools': [{'type': 'web_search'}], 'messages': []}
    """
    conversation = [*body][-1]
    if not tools:  # those of earlier calls are declared, and are not to be called; it may search
        body.pop("tool_choice", None)
    merge_into(body, way.body)
    if way.tool:
        *objects, name = way.tools_in.split(".")
        place = body
        for member in objects:
            place[member] = dict(place.get(member) or {})
            place = place[member]
        place[name] = [*place.get(name, []), way.tool]
    if tools:
        merge_into(body, way.tools_body)
    body[conversation] = body.pop(conversation)
