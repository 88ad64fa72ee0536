"""The files that JupyterLab is given: what they say, how large they are, and in which words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbchat
from nbchat.frontends.jupyterlab import comm

FOLDER = Path(comm.__file__).parent / "labextension"
STATIC = FOLDER / "static"
LARGEST = 31_500  # bytes of scripts and style, without remarks and indentation; 25,000 is aimed at
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


def test_both_languages_have_the_words_that_are_used_and_no_others() -> None:
    words = json.loads(text("words.json"))
    scripts = code()
    used = {
        name
        for name in words["en"]
        if f'"{name}"' in scripts or f'"{name.removeprefix("command.")}"' in scripts
    }

    assert words.keys() == {"en", "zh"}
    assert words["en"].keys() == words["zh"].keys() == used
    assert all(words["zh"].values())
    for phrase in re.findall(r'phrase\("([\w.]+)"\)', scripts):
        assert phrase in words["en"]


def test_both_ends_name_the_comm_alike() -> None:
    assert f'const COMM = "{comm.COMM}"' in text("link.js")


def test_nothing_is_fetched_from_elsewhere_or_made_of_text() -> None:
    scripts = code()

    for forbidden in ("http:", "https:", "eval(", "innerHTML", "new Function", 'setAttribute("on'):
        assert forbidden not in scripts
