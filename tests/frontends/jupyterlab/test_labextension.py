"""The files that JupyterLab is given: what they say, how large they are, and in which words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbchat
from nbchat.frontends.jupyterlab import comm

FOLDER = Path(comm.__file__).parent / "labextension"
STATIC = FOLDER / "static"
LARGEST = 25_000  # bytes of scripts and style, without remarks and indentation
REMARK = re.compile(r"^\s*(?://.*|/\*\*?.*|\*.*)$")
REMARK_IN_LINE = re.compile(r" +// [^\"']*$|/\*\* .*? \*/ ?")


def text(name: str) -> str:
    return (STATIC / name).read_text("utf-8")


def code() -> str:
    """The scripts and the style, without remarks and indentation, as the panel's are sent."""
    paths = sorted([*STATIC.glob("*.js"), *STATIC.glob("*.css")])
    lines = [line for path in paths for line in path.read_text("utf-8").splitlines()]
    kept = [line for line in lines if line.strip() and not REMARK.match(line)]
    return "\n".join(REMARK_IN_LINE.sub("", line).strip() for line in kept)


def test_the_package_is_of_this_version_and_names_a_script_that_is_there() -> None:
    package = json.loads((FOLDER / "package.json").read_text("utf-8"))

    assert package["version"] == nbchat.__version__
    assert (FOLDER / package["jupyterlab"]["_build"]["load"]).is_file()


def test_it_is_small() -> None:
    assert 1_000 < len(code().encode()) < LARGEST


def is_used(name: str, scripts: str) -> bool:
    """Whether it is a text in them, or a key of an object."""
    return re.search(rf'"{name}"|[{{ \n]{name}(?:[:,(]| }}| = )', scripts) is not None


def test_both_languages_have_the_words_that_are_used_and_no_others() -> None:
    words = json.loads(text("words.json"))
    scripts = code() + "".join(path.read_text("utf-8") for path in FOLDER.parent.glob("*.py"))
    used = {name for name in words["en"] if is_used(name.removeprefix("command."), scripts)}

    assert words.keys() == {"en", "zh"}
    assert words["en"].keys() == words["zh"].keys() == used
    assert all(words["zh"].values())
    for phrase in re.findall(r'phrase\("([\w.]+)"\)', scripts):
        assert phrase in words["en"]


def test_keys_are_those_of_commands_that_are_there() -> None:
    schema = json.loads((FOLDER / "schemas/nbchat/extension.json").read_text("utf-8"))
    commands = [key["command"].partition(":") for key in schema["jupyter.lab.shortcuts"]]

    assert "nbchat:extension" in text("plugin.js")
    for owner, _, name in commands:
        assert owner == "notebook" or f"command.{name}" in text("words.json")


def test_both_ends_name_the_comm_alike() -> None:
    assert f'const COMM = "{comm.COMM}"' in text("link.js")


def test_nothing_is_fetched_from_elsewhere_or_made_of_text() -> None:
    scripts = code()

    for forbidden in ("http:", "https:", "eval(", "innerHTML", "new Function", 'setAttribute("on'):
        assert forbidden not in scripts
