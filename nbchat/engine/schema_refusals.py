"""A host that takes no schema is asked once more, with the schema as an instruction.

Before that, Claude is asked with a tool that takes the answer. Which refusals speak of the schema
is decided by the field that the host names, else by its words.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import replace

from nbchat.engine.prepare import PreparedRequest, SchemaMode
from nbchat.errors import ContextTooLong, NbchatError, ServiceError
from nbchat.wire.answer_tool import WIRES, holds_by_tool

# The members of a request that hold a schema, in the formats and in the servers behind gateways.
FIELDS = (
    "response_format",
    "text.format",
    "output_config",
    "outputconfig",
    "output_format",
    "response_json_schema",
    "responsejsonschema",
    "responseschema",
    "response_schema",
    "responsemimetype",
    "response_mime_type",
    "guided_json",
    "structured_outputs",
)
WORDS = (
    "json_schema",
    "json schema",
    "json_object",
    "json mode",
    "structured output",
    "response format",
    "failed to parse grammar",
    "grammar is not valid",
    "failed to generate json",
)
TOOL_WORDS = ("tool_choice", "toolchoice", "tool choice", "input_schema", "inputschema", "tools")
MOST_REMEMBERED = 1000  # refusals
STATUSES = (200, 400, 404, 405, 415, 422, 500, 501)  # 200 of a stream that begins with an error


def refuses_schema(error: NbchatError, request: PreparedRequest) -> bool:
    """Whether a request was refused for its schema, which could be sent in words."""
    if request.ask.schema is None or request.ask.quirks.schema_mode == "none":
        return False
    if not isinstance(error, ServiceError) or isinstance(error, ContextTooLong):
        return False
    if error.status not in STATUSES:
        return False
    of_tool = TOOL_WORDS if holds_by_tool(request.call.body) else ()
    field = error.field.lower()
    if field:
        return any(name in field for name in (*FIELDS, *of_tool))
    said = str(error).lower()
    return any(words in said for words in (*FIELDS, *WORDS, *of_tool))


def next_mode(request: PreparedRequest) -> SchemaMode:
    """How to ask for the schema next: Claude by a tool, all others in words."""
    by_tool = holds_by_tool(request.call.body) or request.ask.quirks.schema_mode != "json_schema"
    return "tool" if request.route.wire in WIRES and not by_tool else "none"


class RefusedSchemas:
    """What was refused in this process: a host is not asked for the same a second time."""

    def __init__(self) -> None:
        self._modes: dict[Hashable, SchemaMode] = {}

    def note(self, request: PreparedRequest, mode: SchemaMode) -> None:
        """Remember that what this request asks for has to be asked for in another way."""
        if len(self._modes) >= MOST_REMEMBERED:
            self._modes.clear()
        self._modes[_what_is_asked(request)] = mode

    def settle(self, request: PreparedRequest) -> PreparedRequest:
        """The request, in the way that was not refused before."""
        if not self._modes or request.ask.schema is None:
            return request
        mode = self._modes.get(_what_is_asked(request))
        if mode in (None, request.ask.quirks.schema_mode):
            return request
        made = request.with_schema_mode(mode)
        new = [line for line in made.call.notices if line not in made.notices]
        return replace(made, notices=(*made.notices, *new))


def _what_is_asked(request: PreparedRequest) -> Hashable:
    schema = json.dumps(request.ask.schema, default=str)
    return request.call.url, request.ask.model, bool(request.ask.tools), schema


def schema_notice(error: NbchatError, mode: SchemaMode) -> str:
    """What to tell of the second try."""
    reason, *_ = str(error).splitlines()
    if reason.endswith(":"):  # advice that ends in a command on the next line
        reason = reason.rpartition(". ")[0]
    again = "Asked again with the schema as an instruction."
    if mode == "tool":
        again = "Asked again with a tool that takes the answer."
    return f"{reason.rstrip('.…')}. {again}"
