"""The ready tools: `look` reads what is in the notebook, `run` runs Python in its kernel.

`look` shows what a question could be sent along with, by the same rules: no expression is
evaluated, hidden cells and keys are not told, and under `data = "schema"` no value is. It asks
nobody. `run` always does.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from nbchat import known_keys
from nbchat.context.cells_above import cells_above
from nbchat.context.files import show_file
from nbchat.context.folder import find_file, is_secret, list_files
from nbchat.context.forms import Form, parse_form
from nbchat.context.names import Names
from nbchat.context.notebook import Notebook
from nbchat.context.shown import Shown, block
from nbchat.context.values import show, shown_without_keys
from nbchat.context.variable_lines import variable_line
from nbchat.messages import Image
from nbchat.settings import Settings
from nbchat.settings_values import Data
from nbchat.tools.place import Place, place
from nbchat.tools.tool import BadArguments, tool
from nbchat.wording import plural, size_text

MOST_VARIABLES = 100  # lines
MOST_FILES = 100  # names
MOST_CELLS = 50
CELL_TOKENS = 3_000  # that the cells above may take
LONGEST_NAME = 1_000  # characters of what is looked for
LONGEST_LOOK = 16_000  # characters that a model is told of a look

NO_NOTEBOOK = "there is no notebook here: {} works in IPython and Jupyter alone."
NO_RUN = 'run is refused: data = "schema" lets no value leave, and code could show any.'
NOT_MAIN = "run works on the main thread alone: read the stream there."

Told = str | list[str | Image]  # an image stands in a list


def _place(name: str) -> Place:
    here = place()
    if here is None:
        raise BadArguments(NO_NOTEBOOK.format(name))
    return here


# --- run -----------------------------------------------------------------------------------------


def _run(
    code: Annotated[str, "Python, as in a cell; `%magics` and `!commands` work"],
) -> Told | None:
    """Run Python in the user's own kernel, with their variables, as a cell would.

    You get what it prints and displays, figures as images, and the value of the last line; of an
    error its traceback. Variables that it sets stay. `await` does not work at top level, and
    input() cannot be answered. The user is asked before, sees the code, and may edit or refuse it.
    """
    here = _place("run")
    if Settings.load().data == "schema":
        raise BadArguments(NO_RUN)
    if threading.current_thread() is not threading.main_thread():
        raise BadArguments(NOT_MAIN)
    outputs = here.run(code)
    text = "\n".join(output.text for output in outputs if not output.image)
    return _with(text, [output.image for output in outputs if output.image]) or None


def _with(text: str, images: Sequence[Image]) -> Told:
    return [text, *images] if images else text


run = replace(tool(name="run", approve=True)(_run), code="code")


# --- look ----------------------------------------------------------------------------------------


def _look(
    at: Annotated[
        Literal["variables", "value", "cells", "files", "file"],
        "variables: names and kinds. value: the one of a variable. cells: the newest that ran, "
        "with what they showed. files: below the notebook's folder. file: what is in one",
    ] = "variables",
    name: Annotated[
        str,
        "of the variable (also Out[3]) or the file; for variables and files, what their names "
        "match: df*",
    ] = "",
    form: Annotated[
        str, "how much of a value: brief, schema (shape and kinds alone), all, or a number of rows"
    ] = "brief",
    count: Annotated[int, "how many cells"] = 5,
) -> Told:
    """Look at what is in the user's notebook. Nothing is changed or run, and nobody is asked."""
    notebook = _place("look").notebook
    data = Settings.load().data
    if len(name) + len(form) > LONGEST_NAME:
        raise BadArguments(f"no name has so many characters; {LONGEST_NAME:,} at most.")
    match at:
        case "variables":
            return _variables(notebook, name, data)
        case "value":
            return _value(notebook, name, form, data)
        case "cells":
            return _cells(notebook, count, data)
        case "files":
            return _files(notebook, name, data)
        case "file":
            return _file(notebook, name, form, data)
    raise BadArguments(f"at is variables, value, cells, files or file, not {at!r}.")


def _variables(notebook: Notebook, pattern: str, data: Data) -> str:
    variables = notebook.variables
    names = [name for name in _offered(notebook) if _matches(name, pattern)]
    if not names:
        return "no variables" + (f" whose names match {pattern!r}" if pattern else " yet")
    told = names[-MOST_VARIABLES:]
    lines = [
        variable_line(name, variables[name], with_values=data != "schema")
        for name in told
        if name in variables
    ]
    if len(told) < len(names):
        lines.insert(0, f"… {plural(len(names) - len(told), 'older variable')} left out")
    return known_keys.hide_cut("\n".join(lines))


def _offered(notebook: Notebook) -> list[str]:
    """The names that a person has made."""
    hidden = notebook.hidden
    names = Names(notebook.variables)
    return [name for name in names if not name.startswith("_") and name not in hidden]


def _matches(name: str, pattern: str) -> bool:
    name, pattern = name.lower(), pattern.lower()
    is_pattern = any(sign in pattern for sign in "*?[")
    return fnmatchcase(name, pattern) if is_pattern else pattern in name


def _value(notebook: Notebook, name: str, form: str, data: Data) -> Told:
    found = Names(notebook.variables).found(name)
    if not found:
        near = _near(name, _offered(notebook))
        raise BadArguments(
            f"there is no variable {name!r}{near} A name alone is looked up: no attribute, index "
            "or expression."
        )
    return _told(name, show(name, found[0], _form(form), data), data)


def _form(text: str) -> Form:
    form = Form() if text in ("", "brief") else parse_form(text)
    if form is None:
        raise BadArguments(f"form is brief, schema, all or a number of rows, not {text!r}.")
    return form


def _near(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    return f". Near: {', '.join(near)}." if near else "."


def _told(name: str, shown: Shown, data: Data) -> Told:
    if shown.refusal:
        raise BadArguments(shown.refusal)
    images = [part for part in shown.attached if isinstance(part, Image) and data != "schema"]
    if shown.attached and not images:
        raise BadArguments(f"{name} is no text and no picture, and not shown.")
    text = block(name, shown) if shown.text else f"`{name}` ({shown.kind})"
    return _with(text, images)


def _cells(notebook: Notebook, count: int, data: Data) -> Told:
    if count < 1:
        raise BadArguments("count is a number of cells from 1 on.")
    excerpt = cells_above(
        notebook, min(count, MOST_CELLS), budget=CELL_TOKENS, images=True, data=data
    )
    images = [part for part in excerpt.images if isinstance(part, Image)]
    return _with(excerpt.text or excerpt.label, images)


def _files(notebook: Notebook, pattern: str, data: Data) -> str:
    found = [
        file
        for file in list_files(notebook.folder, "", most=MOST_FILES * 10)
        if not is_secret(file.name) and _matches(file.name, pattern)
    ]
    if not found:
        return "no files" + (f" whose names match {pattern!r}" if pattern else " to look at")
    if data == "schema":  # the name of a file is a value, too
        return plural(len(found), "file")
    lines = [f"{file.name} ({size_text(file.size)})" for file in found[:MOST_FILES]]
    if len(found) > MOST_FILES:
        lines.append(f"… {plural(len(found) - MOST_FILES, 'older file')} left out")
    return known_keys.hide_cut("\n".join(lines))


def _file(notebook: Notebook, name: str, form: str, data: Data) -> Told:
    path = None if is_secret(name) else find_file(notebook.folder, name)
    if path is None:
        names = [file.name for file in list_files(notebook.folder, "", most=MOST_FILES * 10)]
        offered = [one for one in names if not is_secret(one)] if data != "schema" else []
        near = _near(name, offered)
        raise BadArguments(
            f"there is no file {name!r} to look at{near} Only ordinary files below the notebook's "
            "folder are: none that is hidden, a link, or made to hold keys."
        )
    shown = shown_without_keys(show_file(name, path, _form(form).within(data)))
    return _told(name, shown, data)


look = replace(tool(name="look", longest=LONGEST_LOOK)(_look), minds_data=True, reads_only=True)
