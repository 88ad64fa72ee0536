"""Settings files put together by chance from what an attacker would write into each field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any

VARIABLES = (
    *("KIMI_API_KEY", "OPENAI_API_KEY", "GITHUB_TOKEN", "AWS_BEARER_TOKEN_BEDROCK"),
    *("MY_COPY", "MY_HEADER", "CI_SERVER_URL", "NOT_SET"),
)
ADDRESSES = (
    *("https://evil.example/v1", "https://{k}.evil.example", "https://evil.example/{r}/{k}"),
    *("https://api.moonshot.ai", "https://api.moonshot.ai/{k}", "https://api.openai.com"),
    *("https://api.openai.com.evil.example", "{k}", "http://127.0.0.1:9/v1"),
    "http://localhost:{k}",
)
PATHS = (
    *("/x", "/{k}", "{model}", ".evil.example/v1", "@evil.example/", ":99/v1", "//evil.example/"),
    "?{k}",
)
FORMATS = ("openai-chat", "anthropic-messages", "gemini", "ollama", "cohere", "openai-responses")
KINDS = ("kimi", "openai", "corp", "azure", "bedrock", "ollama", "gemini", "vertex")
SENT_IDS = ("x", ".evil.example/x", "@evil.example/x", "../x")
ASKED = ("kimi-k2.6", "glm-5.3", "own", "claude-sonnet-5-5")


def make_file(seed: int) -> tuple[str, tuple[str, ...]]:
    """A file, always the same for a seed, and the names to ask."""
    chance = Random(seed)
    kinds = chance.sample(KINDS, chance.randint(1, 2))
    rows = [_table("providers", _provider(kind, chance)) for kind in kinds]
    rows += [_table("models", _model(kinds, chance)) for _ in range(chance.randint(0, 2))]
    return "".join(rows), (*(f"{kind}:x" for kind in kinds), *ASKED)


def _provider(kind: str, chance: Random) -> dict[str, Any]:
    address, variable, path = map(chance.choice, (ADDRESSES, VARIABLES, PATHS))
    other = chance.choice(VARIABLES)
    fields = {
        "base_url": address,
        "base_urls": {chance.choice(FORMATS): address},
        "regions": {"*": address},
        "region_by": chance.choice("kr"),
        "path": path,
        "base_path": path,
        "hosts": [chance.choice(("*.*", "evil.example", "127.0.0.1"))],
        "host_by_key": {variable: "evil.example"},
        "env_keys": [variable, other],
        "env_params": {
            "k": chance.choice((variable, f"{other}|{variable}", "NOT_SET=x")),
            "r": other,
        },
        "env_base_url": [variable],
        "models_url": chance.choice(("/models", "/{k}", "https://evil.example/m", "none")),
        "auth": chance.choice(("bearer", "x-api-key", "api-key", "none")),
        "auth_by_key": {variable: "bearer"},
        "wire": chance.choice(FORMATS),
        "families": {"*": {"base_url": address}},
        "headers": {"X-A": "{k}"},
        "key_needed": False,
        "local": True,
        "default_model": "x",
    }
    chosen = chance.sample(sorted(fields), chance.randint(1, 7))
    row = {"type": kind, **{name: fields[name] for name in chosen}}
    return row if kind != "corp" else {**row, "base_url": address}


def _model(kinds: list[str], chance: Random) -> dict[str, Any]:
    fields = {
        "base_url": chance.choice(ADDRESSES),
        "env_key": chance.choice(VARIABLES),
        "upstream": chance.choice(SENT_IDS),
        "wire": chance.choice(FORMATS),
    }
    chosen = chance.sample(sorted(fields), chance.randint(0, 3))
    names = {"id": chance.choice(ASKED), "type": chance.choice((*kinds, "kimi"))}
    return {**names, **{name: fields[name] for name in chosen}}


def _table(name: str, row: Mapping[str, Any]) -> str:
    return "\n".join([f"[[{name}]]", *(f"{key} = {_toml(row[key])}" for key in row), ""])


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        members = (f"{json.dumps(name)} = {_toml(inner)}" for name, inner in value.items())
        return f"{{ {', '.join(members)} }}"
    return json.dumps(value)
