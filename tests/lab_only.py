"""A kernel that finds what `pip install ".[lab]"` brings, and nothing else of this environment.

An environment of its own would take a minute to make. Here the interpreter is the same, and its
own search for modules leaves out those of every other distribution.
"""

from __future__ import annotations

import json
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

HIDE = """
import sys
from importlib.machinery import PathFinder

HIDDEN = frozenset({hidden!r})


class OnlyOfLab(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name in HIDDEN else super().find_spec(name, path, target)


sys.meta_path[sys.meta_path.index(PathFinder)] = OnlyOfLab
"""


def lines_of(name: str, extra: str) -> list[str]:
    """What a distribution asks for, of ours as it stands in pyproject.toml."""
    if name == "nbchat":
        return list(PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"])
    try:
        return list(requires(name) or ())
    except PackageNotFoundError:  # not for this platform
        return []


def brought(extra: str) -> set[str]:
    """The names of all distributions that are installed with `nbchat[EXTRA]`."""
    found: set[tuple[str, str]] = set()
    wanted = {("nbchat", ""), ("nbchat", extra)}
    while wanted:
        name, asked = wanted.pop()
        found.add((name, asked))
        for requirement in map(Requirement, lines_of(name, asked)):
            marker = requirement.marker
            if marker is None or marker.evaluate({"extra": asked}):
                named = canonicalize_name(requirement.name)
                wanted |= {(named, one) for one in ("", *requirement.extras)} - found
    return {name for name, _ in found}


def hidden(extra: str = "lab") -> list[str]:
    """The modules of this environment that an installation with that extra does not have."""
    there = brought(extra)
    return sorted(
        module
        for module, owners in packages_distributions().items()
        if not there.intersection(map(canonicalize_name, owners))
    )


def environment(folder: Path) -> dict[str, str]:
    """Variables under which the kernel `python3`, and no other process, is such a kernel."""
    modules = folder / "modules"
    modules.mkdir()
    (modules / "sitecustomize.py").write_text(HIDE.format(hidden=hidden()), "utf-8")
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
        "env": {"PYTHONPATH": f"{modules}:{ROOT}"},
    }
    place = folder / "kernels" / "python3"
    place.mkdir(parents=True)
    (place / "kernel.json").write_text(json.dumps(spec), "utf-8")
    return {"JUPYTER_PATH": str(folder)}
