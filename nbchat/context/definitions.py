"""Functions and classes as their source; those written in C by their signature."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from textwrap import dedent
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    MethodDescriptorType,
    MethodType,
    WrapperDescriptorType,
)
from typing import Any

from nbchat.context.asking import asking
from nbchat.context.bounded import cut_end
from nbchat.context.classes import (
    attributes,
    is_a,
    is_built_in,
    is_exactly,
    loaded,
    members_of,
    module_name,
    of_type,
)
from nbchat.context.containers import write_arguments
from nbchat.context.forms import Form
from nbchat.context.frames import is_cell
from nbchat.context.plain import without_value
from nbchat.context.shown import Shown
from nbchat.wording import first_line, plural

LONGEST_SOURCE = 8000  # characters
MOST_WRAPPERS = 20  # decorators around one function

_IN_C = (BuiltinFunctionType, MethodDescriptorType, WrapperDescriptorType)


@lru_cache
def _cached() -> None:
    """To know the class of what `lru_cache` makes, which has no public name."""


def show_definition(name: str, value: object, form: Form) -> Shown | None:
    """A function, a method, a class or a partial call as its source."""
    value, before = _without_arguments(value)
    kind = _kind(value)
    if not kind:
        return None
    with asking("its source"):
        source = _source(value) or _signature(value)
    if form.kind == "schema":
        return without_value(name, f"{kind}, {plural(len(source.splitlines()), 'line')}")
    text = cut_end(before + source, LONGEST_SOURCE)
    facts = (f"first {LONGEST_SOURCE:,} characters",) if len(source) > LONGEST_SOURCE else ()
    return Shown(kind, text, "python", facts or ("source",))


def _without_arguments(value: object) -> tuple[object, str]:
    """The function of a partial call, and its arguments as a comment."""
    before = ""
    if type(value) is type(_cached):
        value = attributes(value).get("__wrapped__")
    while is_a(value, partial):
        inner, given, named = (of_type(partial, n, value) for n in ("func", "args", "keywords"))
        before += f"# partial, with {write_arguments(given, named)}\n"
        value = inner
    return value, before


def _kind(value: object) -> str:
    if is_a(value, type):
        return "class"
    if type(value) is MethodType:
        return "method"
    if type(value) is FunctionType:
        return "function"
    return "built-in function" if is_exactly(value, *_IN_C) else ""


def _source(value: Any) -> str:
    if is_a(value, type):
        return _class_source(value)
    if type(value) is MethodType:
        value = value.__func__
    code = _innermost(value)
    return _block(linecache.getlines(code.co_filename), code.co_firstlineno) if code else ""


def _innermost(function: object) -> CodeType | None:
    """The code of a function below its decorators, which say with `__wrapped__` what they wrap."""
    for _ in range(MOST_WRAPPERS):
        if type(function) is not FunctionType:
            return None
        wrapped = function.__dict__.get("__wrapped__")
        if type(wrapped) is not FunctionType:
            return function.__code__
        function = wrapped
    return None


def _block(lines: Sequence[str], first: int) -> str:
    """The definition that begins at a line, without the indentation that all of it has."""
    if not 0 < first <= len(lines):
        return ""
    return dedent("".join(inspect.getblock(lines[first - 1 :]))).rstrip()


# --- classes -------------------------------------------------------------------------------------


def _class_source(kind: type) -> str:
    """The class statement, which is found by its name: a class knows no line of its own."""
    if is_built_in(kind):
        return ""
    qualname: str = type.__dict__["__qualname__"].__get__(kind)
    for filename in _files_of(kind):
        lines = linecache.getlines(filename)
        source = "".join(lines)
        if f"class {qualname.rpartition('.')[2]}" not in source:
            continue
        first = _line_of_class(source, qualname)
        if first:
            return _block(lines, first)
    return ""


def _files_of(kind: type) -> Iterator[str]:
    """Where it may be written: beside its methods, in its module, or in a cell, newest first."""
    for member in members_of(kind).values():
        if type(member) is FunctionType and not member.__code__.co_filename.startswith("<string"):
            yield member.__code__.co_filename
    yield _module_file(module_name(kind))
    yield from (name for name in reversed([*linecache.cache]) if is_cell(name))


def _module_file(module: str) -> str:
    filename = loaded(module, "__file__")
    return filename if type(filename) is str and filename.endswith(".py") else ""


def _line_of_class(source: str, qualname: str) -> int:
    """The first line of a class by its qualified name, its decorators included; 0 where it is not.

    >>> _line_of_class("class A:\\n  @final\\n  class B: ...", "A.B")
    2
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return 0
    found = 0
    for path, node in _definitions(tree, ""):
        if path == qualname and isinstance(node, ast.ClassDef):
            found = min([node.lineno, *(made.lineno for made in node.decorator_list)])
    return found


def _definitions(node: ast.AST, path: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            here = f"{path}{child.name}"
            yield here, child
            inside = "." if isinstance(child, ast.ClassDef) else ".<locals>."
            yield from _definitions(child, f"{here}{inside}")
        else:
            yield from _definitions(child, path)


# --- without a source ----------------------------------------------------------------------------


def _signature(value: Any) -> str:
    """How it is called, and the first line of what its documentation says."""
    if is_a(value, type):
        known = members_of(value)
        name = f"class {type.__dict__['__name__'].__get__(value)}"
        doc = known.get("__doc__")
    elif type(value) is MethodType:
        return _signature(value.__func__)
    else:
        name, doc = f"def {value.__name__}", value.__doc__
    called = ""
    if is_exactly(value, *_IN_C, FunctionType):
        try:
            called = str(inspect.signature(value))
        except (ValueError, TypeError):  # many in C do not say
            called = "(…)"
    told = f"\n    # {first_line(doc.strip())}" if type(doc) is str and doc.strip() else ""
    return f"{name}{called}: ...{told}"
