"""What makes two maps the same: their prompt, model, schema, options and name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import blake2b
from typing import Any

from nbchat.option_values import as_tools
from nbchat.values.value_type import ValueType

ID_BYTES = 16
# Options that do not change what is answered, or must not be written anywhere.
_NOT_COMPARED = ("api_key", "timeout", "approve", "schema")


def identity(
    prompt: str, model: str, wanted: ValueType | None, options: Mapping[str, Any]
) -> dict[str, str]:
    """A hash of each part, by its name."""
    compared = {
        name: _plain(name, value)
        for name, value in options.items()
        if name not in _NOT_COMPARED and value is not None
    }
    schema = wanted.json_schema if wanted else None
    parts = {"prompt": prompt, "model": model, "schema": schema, "options": compared}
    return {name: _hash(part) for name, part in parts.items()}


def map_id(parts: Mapping[str, str], name: str) -> str:
    """The same for the same parts and name."""
    return _hash([name, *parts.values()])


def _plain(name: str, value: Any) -> Any:
    return [asdict(tool) for tool in as_tools(value)] if name == "tools" else value


def _hash(part: Any) -> str:
    text = json.dumps(part, sort_keys=True, default=str)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=ID_BYTES).hexdigest()
