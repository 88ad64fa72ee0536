"""A host that takes no schema is asked once more, with the schema as an instruction.

Which refusals speak of the schema is decided by the field that the host names, else by its
words.
"""

from __future__ import annotations

from nbchat.errors import ContextTooLong, NbchatError, ServiceError
from nbchat.wire.contract import ModelRequest

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
STATUSES = (200, 400, 404, 405, 415, 422, 500, 501)  # 200 of a stream that begins with an error


def refuses_schema(error: NbchatError, ask: ModelRequest) -> bool:
    """Whether a request was refused for its schema, which could be sent in words."""
    if ask.schema is None or ask.quirks.schema_mode == "none":
        return False
    if not isinstance(error, ServiceError) or isinstance(error, ContextTooLong):
        return False
    if error.status not in STATUSES:
        return False
    field = error.field.lower()
    if field:
        return any(name in field for name in FIELDS)
    said = str(error).lower()
    return any(words in said for words in (*FIELDS, *WORDS))


def schema_notice(error: NbchatError) -> str:
    """What to tell of the second try."""
    reason, *_ = str(error).splitlines()
    if reason.endswith(":"):  # advice that ends in a command on the next line
        reason = reason.rpartition(". ")[0]
    return f"{reason.rstrip('.…')}. Asked again with the schema as an instruction."
