"""The names that others rely on, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import nbchat

SETTLED = [
    "Answer",
    "Conversation",
    "File",
    "Image",
    "Message",
    "NbchatError",
    "Notice",
    "ServiceError",
    "SetupError",
    "ConnectionBroken",
    "Stop",
    "Stream",
    "Text",
    "Thought",
    "Tool",
    "ToolCall",
    "Usage",
    "ask",
    "chat",
    "get_model_id",
    "get_model_type",
    "models",
    "stream",
]

ORIGINAL = {
    "kimi-k2-turbo-preview": "kimi",
    "kimi-k2-thinking": "kimi",
    "glm-4": "glm",
    "glm-3-turbo": "glm",
    "gpt-4": "openai",
    "gpt-3.5-turbo": "openai",
    "claude-3-sonnet-20240229": "anthropic",
    "claude-3-opus-20240229": "anthropic",
}


@pytest.mark.parametrize("name", SETTLED)
def test_a_settled_name_is_there(name: str) -> None:
    assert getattr(nbchat, name)
    assert name in nbchat.__all__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = nbchat.nonsense


@pytest.mark.parametrize(("name", "kind"), ORIGINAL.items())
def test_the_names_of_the_original_service_resolve(name: str, kind: str) -> None:
    assert nbchat.get_model_type(name) == kind
    assert nbchat.get_model_id(name) == name


def test_importing_and_loading_brings_in_neither_httpx_nor_pydantic() -> None:
    code = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import nbchat
nbchat.load_ipython_extension(shell)
print([name for name in ("httpx2", "httpx", "pydantic", "markdown_it", "pygments.lexers.python", "ssl")
       if name in sys.modules and name != "ssl"])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_rows_of_the_table_are_listed() -> None:
    assert {"demo", *ORIGINAL} <= {model.id for model in nbchat.models()}
