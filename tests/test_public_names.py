"""The names that others rely on, and what importing them costs."""

from __future__ import annotations

import doctest
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

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
    "Source",
    "ServiceError",
    "SetupError",
    "ConnectionBroken",
    "Stop",
    "Stream",
    "Text",
    "Thought",
    "Tool",
    "ToolCall",
    "ToolResult",
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


@pytest.mark.field("C10")
def test_only_public_names_are_offered() -> None:
    """`dir(nbchat)` is what an editor lists behind `nbchat.`."""
    for name in nbchat.__all__:
        getattr(nbchat, name)  # which loads the parts of the package

    assert dir(nbchat) == sorted(nbchat.__all__)


@pytest.mark.field("C10")
def test_a_star_brings_the_public_names_alone() -> None:
    brought: dict[str, Any] = {}
    exec("from nbchat import *", brought)

    assert brought.keys() - {"__builtins__"} == set(nbchat.__all__)


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
names = ("httpx2", "httpx", "pydantic", "markdown_it", "pygments.lexers.python", "rich")
print([name for name in names if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("name", sorted(set(nbchat.__all__) - {"__version__"}))
def test_a_public_name_has_a_docstring_with_an_example_that_is_run(name: str) -> None:
    (found,) = doctest.DocTestFinder(recurse=False).find(getattr(nbchat, name), name)
    run = [example for example in found.examples if not example.options.get(doctest.SKIP)]

    assert len(found.docstring.splitlines()[0]) >= 20
    assert any(example.want for example in run)


@pytest.mark.parametrize(
    "name", [n for n in nbchat.__all__ if isinstance(getattr(nbchat, n), type)]
)
def test_what_a_public_class_offers_has_a_docstring(name: str) -> None:
    kind = getattr(nbchat, name)
    offered = {
        n: value
        for base in kind.__mro__
        if "nbchat" in base.__module__
        for n, value in vars(base).items()
    }
    methods = {
        n: v
        for n, v in offered.items()
        if isinstance(v, property | classmethod) or inspect.isfunction(v)
    }

    assert [
        n for n, method in methods.items() if not n.startswith("_") and not inspect.getdoc(method)
    ] == []


def test_the_public_names_are_listed_alike_for_people_and_for_type_checkers() -> None:
    """`if TYPE_CHECKING` of `__init__.py` is what an editor completes."""
    declared = re.findall(
        r"^    from (nbchat\S*) import (\w+) as \2$", Path(nbchat.__file__).read_text(), re.M
    )

    assert {name for _, name in declared} == set(nbchat.__all__) - {"__version__"}
    for home, name in declared:
        assert getattr(import_module(home), name) is getattr(nbchat, name)


def test_rows_of_the_table_are_listed() -> None:
    assert {"demo", *ORIGINAL} <= {model.id for model in nbchat.models()}
