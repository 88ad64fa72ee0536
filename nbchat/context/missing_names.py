"""Names that a failed cell uses and that are not there: a variable, a module, a column, a method.

Each is told with the names that are like it, and a variable with the cell that would give it.
"""

from __future__ import annotations

import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from types import ModuleType
from typing import Any

from nbchat.context.bounded import one_line
from nbchat.context.cell_code import GIVEN, bindings, free_names, lines_of
from nbchat.context.cell_order import most_alike
from nbchat.context.cells import Cell
from nbchat.context.classes import (
    bases_of,
    class_name,
    is_a,
    is_exactly,
    members_of,
    of_type,
    stored,
)
from nbchat.context.failing_line import Place
from nbchat.context.last_error import Failure
from nbchat.context.library_lines import MOST_COLUMNS, column_names, library_class, read
from nbchat.context.notebook import Notebook
from nbchat.context.or_else import or_else
from nbchat.wording import nearest

# How like a name another one is at least (1: the same) that is offered for it.
LEAST_LIKENESS = 0.6  # an attribute, a key or a column
LEAST_OF_VARIABLE = 0.7
LEAST_OF_MODULE = 0.75
LEAST_OF_BUILTIN = 0.8
MOST_NAMES = 12  # that are told
MOST_NEAR = 5  # that are offered for one
MOST_LABELS = 1000  # of a dict, or of a table's rows, that are looked through
LONGEST_DEFINITION = 160  # characters of a line that is quoted


def missing_names(
    failure: Failure, notebook: Notebook, place: Place | None, *, with_values: bool = True
) -> list[str]:
    """A line for each name that is missing, as far as the failing `place` tells.

    Without values, what stands in a dict or an index is not told, nor a name that the code does
    not spell; the names of columns are.
    """
    error = failure.error
    known = place.seen(notebook.variables) if place else notebook.variables
    code = f"{failure.cell.source}\n{place.text if place else ''}"
    own = notebook.variables if place and place.is_in_file else known
    lines = [*_undefined(failure, notebook, own, None if with_values else code)]
    if error is not None and is_a(error, ImportError):
        is_told = with_values or all(_spells(code, name) for name in _import_names(error))
        lines += _of_import(error) if is_told else ()
    elif error is not None and is_a(error, AttributeError):
        is_told = with_values or _spells(code, of_type(AttributeError, "name", error))
        lines += _of_attribute(error) if is_told else ()
    elif error is not None and is_a(error, KeyError) and place:
        in_line = {name: known[name] for name in place.names if name in known}
        lines += _of_key(error, in_line, with_values=with_values)
    return lines[:MOST_NAMES]


def _spells(code: str, name: object) -> bool:
    """Whether a name stands in the code, and no variable holds it."""
    return type(name) is str and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", code) is not None


# --- variables -----------------------------------------------------------------------------------


def _undefined(
    failure: Failure, notebook: Notebook, variables: Mapping[str, Any], code: str | None
) -> Iterator[str]:
    """Those that nothing has been given; with `code`, only those that it spells."""
    names = free_names(failure.cell.source)
    if failure.error is not None and is_a(failure.error, NameError):
        names = [_name_in(failure.error), *names]
    is_local = failure.error is not None and is_a(failure.error, UnboundLocalError)
    for name in dict.fromkeys(names):
        is_told = code is None or _spells(code, name)
        if not name or name in variables or name in GIVEN or not is_told:
            continue
        if is_local and name == names[0]:
            yield f"`{name}` is a variable of the function itself, and has no value there yet."
            continue
        where = _where_defined(name, failure, notebook)
        meant = "" if where else _did_you_mean(name, variables, notebook.hidden)
        yield f"`{name}` is not defined{where}.{meant}"


def _name_in(error: BaseException) -> str:
    """The name that a NameError is about."""
    name = of_type(NameError, "name", error)
    if type(name) is str:
        return name
    match = re.search(r"variable '(\w+)'|name '(\w+)'", _message(error))
    return (match[1] or match[2]) if match else ""


def _did_you_mean(name: str, known: Iterable[str], hidden: Iterable[str]) -> str:
    if len(name) == 1:
        return ""
    left_out = {*hidden}
    offered = [one for one in known if not one.startswith("_") and one not in left_out]
    near = nearest(name, offered, LEAST_OF_VARIABLE) or nearest(name, GIVEN, LEAST_OF_BUILTIN)
    return _offer(near)


def _where_defined(name: str, failure: Failure, notebook: Notebook) -> str:
    """Which cell defines it: one of the file that has not run, or one that did and is undone."""
    own = failure.cell.source
    hidden = [cell for cell in notebook.cells if cell.number in notebook.hidden_cells]
    ran = {cell.source.strip() for cell in (*notebook.cells, failure.cell)}
    for place, source in enumerate(notebook.saved_cells, 1):
        line = bindings(source).get(name)
        if line and source.strip() not in ran and not most_alike(source, hidden):
            where = _stands(place, own.strip(), notebook.saved_cells)
            quoted = _quoted(source, line)
            return f"; cell {place} of the notebook{where} defines it and has not run: {quoted}"
    for cell in reversed(notebook.cells):
        line = bindings(cell.source).get(name)
        if line and cell not in hidden and cell.source.strip() != own.strip():
            what = "failed" if cell.failed else "ran, and the name was deleted since"
            return f"; {_named(cell)} defines it and {what}: {_quoted(cell.source, line)}"
    line = bindings(own).get(name)
    return f"; this cell gives it a value only in line {line}: {_quoted(own, line)}" if line else ""


def _stands(place: int, own: str, saved: Sequence[str]) -> str:
    """Where a cell stands to the one that failed, where that is in the file once."""
    places = [at for at, source in enumerate(saved, 1) if source.strip() == own]
    if len(places) != 1:
        return ""
    return ", above this one," if place < places[0] else ", below this one,"


def _named(cell: Cell) -> str:
    return f"[{cell.number}]" if cell.number is not None else "a cell"


def _quoted(source: str, line: int) -> str:
    return f"`{one_line(lines_of(source)[line - 1].strip(), LONGEST_DEFINITION)}`"


# --- modules -------------------------------------------------------------------------------------


def _import_names(error: BaseException) -> list[str]:
    """The module that is spoken of, and the name that was wanted of it."""
    wanted = re.search(r"cannot import name '([^']+)'", _message(error))
    names = [of_type(ImportError, "name", error), wanted[1] if wanted else None]
    return [name for name in names if type(name) is str]


def _of_import(error: BaseException) -> Iterator[str]:
    """What an import did not find: a module, or a name in one."""
    name = of_type(ImportError, "name", error)
    if type(name) is not str or not name:
        return
    top = name.partition(".")[0]
    if is_a(error, ModuleNotFoundError):
        if top != name and top in sys.modules:
            yield f"there is no module `{name}` in the package `{top}` that is installed."
            return
        near = nearest(top, _modules(), LEAST_OF_MODULE)
        yield f"no module `{name}` is installed.{_offer(near)}"
        return
    module, wanted = sys.modules.get(name), _import_names(error)[-1]
    if wanted != name and is_a(module, ModuleType):
        yield f"`{name}` has no `{wanted}`.{_near(wanted, _attributes(module))}"


@lru_cache(maxsize=1)
def _modules() -> list[str]:
    """The modules that can be imported here."""
    try:
        found = [module.name for module in pkgutil.iter_modules()]
    except Exception:  # a finder of somebody's own
        found = []
    names = [*found, *sys.stdlib_module_names, *(n for n in sys.modules if "." not in n)]
    return [name for name in dict.fromkeys(names) if not name.startswith("_")]


# --- attributes ----------------------------------------------------------------------------------


def _of_attribute(error: BaseException) -> Iterator[str]:
    """An attribute that a value does not have, and those that it has."""
    name, owner = (of_type(AttributeError, member, error) for member in ("name", "obj"))
    if type(name) is not str:
        match = re.search(r"'(\w+)' object has no attribute '(\w+)'", _message(error))
        if match:
            yield f"`{match[1]}` has no `{match[2]}`."
        return
    kind = _described(owner)
    yield f"{kind} has no `{name}`.{_near(name, _attributes(owner))}"


def _described(owner: Any) -> str:
    if is_a(owner, ModuleType):
        called = of_type(ModuleType, "__dict__", owner).get("__name__")
        return f"the module `{called}`" if type(called) is str else "the module"
    return f"`{class_name(owner)}`"


def _attributes(owner: Any) -> list[str]:
    """The names that a value has by its class, and what lies in it; nothing is asked of it."""
    names: list[Any] = []
    bases = bases_of(type(owner))
    if is_a(owner, ModuleType):
        names += of_type(ModuleType, "__dict__", owner)
    else:
        if is_a(owner, type):
            bases = bases_of(owner)
        names += stored(owner)
        names += _columns(owner)
    for base in bases:
        names += members_of(base)
    return [name for name in dict.fromkeys(names) if type(name) is str and name[:1] != "_"]


# --- keys and columns ----------------------------------------------------------------------------


def _of_key(
    error: BaseException, variables: Mapping[str, Any], *, with_values: bool
) -> Iterator[str]:
    """A key that a dict or a table does not have, and those that it has."""
    wanted = _wanted(error)
    for name, value in variables.items():
        columns = [label for label in _columns(value) if is_exactly(label, str, int)]
        keys = _keys(value) if with_values else []
        for what, labels in (("column", columns), ("key", keys)):
            known = [str(label) for label in labels]
            missing = [one for one in wanted if one not in known]
            if not labels or not missing:
                continue
            shown = ", ".join(repr(label) for label in labels[:MOST_COLUMNS])
            more = ", …" if len(labels) > MOST_COLUMNS else ""
            near = _near(missing[0], known)
            lacking = f" {missing[0]!r}" if with_values else ""
            plural = "s" if len(labels) != 1 else ""
            yield f"`{name}` has no {what}{lacking}.{near} Its {what}{plural}: {shown}{more}."


def _wanted(error: BaseException) -> list[str]:
    """The keys that an error speaks of; pandas tells several in one text."""
    said = of_type(BaseException, "args", error)
    if not is_a(said, tuple) or len(said) != 1 or not is_a(error, KeyError):
        return []
    key = said[0]
    if type(key) is int:
        return [str(key)]
    if type(key) is not str:
        return []
    if not re.search(r" in |not found|do not exist", key):
        return [key]
    return re.findall(r"'([^']+)'", key) or [re.sub(r"^Columns? not found: ", "", key)]


def _columns(value: object) -> list[Any]:
    return or_else([], column_names, value)


def _keys(value: object) -> list[Any]:
    """The keys of a dict, and the labels of a Series."""
    labels: Iterable[Any] = ()
    if is_a(value, dict):
        labels = dict.keys(value)  # type: ignore[arg-type]
    elif kind := library_class(value, "pandas", "Series"):
        labels = or_else([], lambda: list(read(kind, value, "index")[:MOST_LABELS]))
    return [label for label in islice(labels, MOST_LABELS) if is_exactly(label, str, int)]


# --- small things --------------------------------------------------------------------------------


def _near(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known, LEAST_LIKENESS)[:MOST_NEAR]
    return f" Near: {', '.join(f'`{one}`' for one in near)}." if near else ""


def _offer(near: Sequence[str]) -> str:
    return f" Did you mean {' or '.join(f'`{one}`' for one in near)}?" if near else ""


def _message(error: BaseException) -> str:
    """What an error says, where that is one text of its own."""
    said = of_type(BaseException, "args", error)
    return said[0] if said and type(said[0]) is str else ""
