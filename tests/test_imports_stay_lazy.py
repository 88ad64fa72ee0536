"""Nothing is imported before it is needed.

Not the other formats, not the looking around, not the tables' readers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nbchat.wire.formats import FORMATS

from .engine.providers import answers
from .fakes.provider import Service, answer

ASK = """
import json, sys, nbchat
before = list(sys.modules)
for model in sys.argv[1:]:
    assert nbchat.ask(model, "Hi").text == "Hello", model
json.dump({"before": before, "after": list(sys.modules)}, sys.stdout)
"""

# What speaking one format needs of nbchat.wire, besides what all of them share.
SPOKEN = {
    "kimi:kimi-k2.6": {
        *("formats.openai_chat", "chat_media", "chat_messages", "reasoning_details"),
        *("said_cost", "think_tags", "thinking_blocks", "tool_results", "used_tools"),
        *("openai_schema", "grammar_schema"),
    },
    "openai:gpt-6.1-sol": {
        *("formats.openai_responses", "output_items", "said_cost"),
        *("openai_schema", "grammar_schema"),
    },
    "anthropic:claude-opus-5-5": {
        *("formats.anthropic_messages", "claude", "claude_answer", "claude_schema"),
        *("tool_results", "used_tools"),
    },
    "gemini:gemini-3.7-flash": {
        *("formats.gemini", "gemini_schema", "partial_arguments", "tool_results"),
    },
    "ollama:qwen3": {"formats.ollama", "grammar_schema", "think_tags"},
    "bedrock:global.anthropic.claude-opus-5-5": {
        "formats.bedrock_converse",
        "claude",
        "claude_answer",
        "claude_schema",
        "converse",
        "framing.aws_eventstream",
        "tool_results",
        "used_tools",
    },
    "cohere:command-a-plus-05-2026": {"formats.cohere", "cohere_schema", "tool_results"},
}
SHARED = {
    *("contract", "formats", "framing", "framing.contract", "framing.lines"),
    *("framing.json_values", "framing.ndjson", "framing.server_sent_events"),
    *(
        "answer_parts",
        "answer_tool",
        "claude_thinking",
        "finish_words",
        "known_items",
        "parameters",
        "pictures",
        "problem",
        "problem_details",
        "provider_tools",
        "requests",
        "schema",
        "schema_nodes",
        "schema_references",
        "sent_calls",
        "shapes",
        "signatures",
        "source_items",
        "sources",
        "stop",
        "thinking_back",
        "tool_calls",
        "usage",
    ),
}
ANSWERS = {
    "kimi": answers.openai_chat,
    "openai": answers.openai_responses,
    "anthropic": answers.anthropic_messages,
    "gemini": answers.gemini,
    "ollama": answers.ollama,
    "bedrock": answers.bedrock_converse,
    "cohere": answers.cohere,
}
KEYS = {"bedrock": "AWS_BEARER_TOKEN_BEDROCK"}


def asked(service: Service, *models: str, cwd: Path) -> dict[str, set[str]]:
    """The modules of a fresh process, before and after it has asked these models."""
    env = dict(os.environ)
    for kind in (model.partition(":")[0] for model in models):
        given = ANSWERS[kind]()
        env |= {
            f"{kind.upper()}_BASE_URL": service.url,
            KEYS.get(kind, f"{kind.upper()}_API_KEY"): "k",
        }
        service.plays(answer(given.plain, headers=dict(given.headers)))
    ran = subprocess.run(
        [sys.executable, "-c", ASK, *models],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return {when: set(names) for when, names in found.items()}


def wire(modules: set[str]) -> set[str]:
    return {
        name.removeprefix("nbchat.wire.") for name in modules if name.startswith("nbchat.wire.")
    }


@pytest.mark.parametrize("model", SPOKEN)
def test_speaking_one_format_imports_no_other(model: str, service: Service, tmp_path: Path) -> None:
    modules = asked(service, model, cwd=tmp_path)

    assert wire(modules["after"]) <= SHARED | SPOKEN[model]


def test_asking_kimi_leaves_everything_else_alone(service: Service, tmp_path: Path) -> None:
    modules = asked(service, "kimi:kimi-k2.6", cwd=tmp_path)["after"]

    others = {f"formats.{name.replace('-', '_')}" for name in FORMATS} - {"formats.openai_chat"}
    assert len(others) == 6
    assert not wire(modules) & others
    assert "nbchat.wire.framing.aws_eventstream" not in modules
    assert not any(
        name.split(".")[0] in ("IPython", "ipywidgets", "fastapi", "openai", "anthropic")
        for name in modules
    )


def test_importing_nbchat_imports_nothing_of_it(service: Service, tmp_path: Path) -> None:
    before = asked(service, cwd=tmp_path)["before"]

    assert {name for name in before if name.startswith("nbchat")} == {"nbchat"}
    assert not before & {"httpx2", "pydantic", "asyncio"}
