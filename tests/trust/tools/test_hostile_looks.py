"""What a model looks at, and what it does not get to run or to see by that."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ...running_kernel import RunningKernel

LONGEST_TOLD = 20_000
CANARY = "canary_ran"
# Everything that a careless look would set off writes this file.
TRAPS = f"""
import json, os, nbchat
def spring(*given, **named):
    open({CANARY!r}, 'w').close()
    return 'spr' + 'ung'
class Trap:
    def __getattr__(self, name): return spring()
    def __getattribute__(self, name): return spring()
    __call__ = __len__ = __iter__ = __eq__ = __bool__ = __format__ = spring
    value = property(spring)
class Keys(dict):
    def __missing__(self, key): return spring()
    def __getitem__(self, key): return spring()
class Meta(type):
    def __getattr__(cls, name): return spring()
class Odd(metaclass=Meta): pass
trap, keys, odd, Odd_ = Trap(), Keys(a=1), Odd(), Odd
box = {{'inner': Trap(), 'keys': Keys(a=2)}}
def harmless(): spring()
lazy = (spring() for _ in range(3))
def look(*given):
    try:
        return nbchat.tools.look(*given)
    except Exception as error:
        return f'{{type(error).__name__}}: {{error}}'
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKernel]:
    folder = tmp_path_factory.mktemp("notebook") / "here"
    folder.mkdir()
    with RunningKernel(cwd=folder) as kernel:
        kernel.run("%load_ext nbchat")
        assert kernel.run(TRAPS).status == "ok"
        yield kernel


def look(kernel: RunningKernel, *given: Any) -> str:
    ran = kernel.run(f"told = look(*{given!r})\nprint(json.dumps(told, default=repr), end='')")
    assert ran.status == "ok", ran.error
    return str(json.loads(ran.text))


def has_sprung(kernel: RunningKernel) -> bool:
    return kernel.run(f"print(os.path.exists({CANARY!r}), end='')").text == "True"


NAMES = {
    "attribute": "trap.value",
    "call": "harmless()",
    "index": "keys['b']",
    "f-string": "{spring()}",
    "percent": "%(spring)s",
    "magic": "%run canary.py",
    "shell": "!touch canary_ran",
    "walrus": "(x := spring())",
    "lambda": "(lambda: spring())()",
    "out": "Out[spring()]",
    "out in out": "Out[1][0]",
    "negative": "In[-1]",
    "dunder": "__builtins__",
    "star": "*",
    "line": "trap\nspring()",
    "await": "await spring()",
    "full-width": "\uff53pring()",
    "null": "trap\0",
    "half": "\ud800",
    "long": "a" * 1_000_000,
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_nothing_is_evaluated(notebook: RunningKernel, name: str) -> None:
    for at in ("value", "variables", "file", "files", "cells"):
        told = look(notebook, at, name)
        assert "sprung" not in told
        assert len(told) < LONGEST_TOLD

    assert not has_sprung(notebook)


@pytest.mark.parametrize(
    "name", ["trap", "keys", "odd", "Odd_", "box", "harmless", "lazy", "Trap", "spring"]
)
def test_what_a_value_would_do_when_asked_is_not_done(notebook: RunningKernel, name: str) -> None:
    for form in ("brief", "schema", "all", "3", "spring()"):
        assert "sprung" not in look(notebook, "value", name, form)
    look(notebook, "variables")

    assert not has_sprung(notebook)


PLACES = {
    "above": "../outside.txt",
    "around": "data/../../outside.txt",
    "absolute": "/etc/hostname",
    "home": "~/x.txt",
    "variable": "$HOME/x.txt",
    "link": "link.txt",
    "link to a folder": "way/outside.txt",
    "loop": "loop/loop/ok.txt",
    "pipe": "pipe.txt",
    "socket": "socket.txt",
    "device": "/dev/zero",
    "process": "/proc/self/environ",
    "link to a process": "environ.txt",
    "hidden": ".env",
    "hidden folder": ".ssh/config.txt",
    "upper": ".ENV",
    "key": "id_rsa",
    "private": "private_key.txt",
    "backslash": "..\\outside.txt",
    "colon": "C:outside.txt",
    "stream": "ok.txt::$DATA",
    "null": "ok.txt\0.csv",
    "folder": "data",
    "url": "file:///etc/hostname",
    "remote": "https://evil.example/x.txt",
    "percent": "%2e%2e/outside.txt",
    "full-width": "\uff0e\uff0e/outside.txt",
    "secrets": "data/Secrets.toml",
    "credentials": "credentials.json",
    "environment": "production.env.txt",
    "password": "htpasswd.txt",
    "passphrase": "passphrase.txt",
    "account": "service-account.json",
    "cloud": "gcloud_auth.json",
    "database": "history.sqlite",
    "line": "ok.txt\n",
    "glob": "*.txt",
    "long": "a/" * 50_000 + "x.txt",
}


@pytest.fixture(scope="module")
def places(notebook: RunningKernel, tmp_path_factory: pytest.TempPathFactory) -> RunningKernel:
    folder = Path(notebook.run("print(os.getcwd(), end='')").text)
    assert folder.is_absolute()
    (folder.parent / "outside.txt").write_text("canary")
    for name in (
        *("ok.txt", ".env", ".ENV", ".ssh/config.txt", "id_rsa", "private_key.txt"),
        *("data/Secrets.toml", "credentials.json", "production.env.txt", "htpasswd.txt"),
        *("passphrase.txt", "service-account.json", "gcloud_auth.json", "history.sqlite"),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("fine" if name == "ok.txt" else "canary")
    (folder / "link.txt").symlink_to(folder.parent / "outside.txt")
    (folder / "environ.txt").symlink_to("/proc/self/environ")
    (folder / "way").symlink_to(folder.parent, target_is_directory=True)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "pipe.txt")
    notebook.run("import socket; s = socket.socket(socket.AF_UNIX); s.bind('socket.txt')")
    return notebook


@pytest.mark.parametrize("name", PLACES.values(), ids=PLACES)
def test_no_file_is_read_that_is_not_offered(places: RunningKernel, name: str) -> None:
    for form in ("brief", "all"):
        told = look(places, "file", name, form)
        assert told.startswith("BadArguments"), told[:200]
        assert len(told) < LONGEST_TOLD


def test_an_ordinary_file_is_read_and_no_other_is_listed(places: RunningKernel) -> None:
    assert "fine" in look(places, "file", "ok.txt")
    assert "canary" not in str([look(places, "files", pattern) for pattern in ("", "*", "[!x]*")])
    assert look(places, "files").startswith("ok.txt (")
    assert "\n" not in look(places, "files")


def test_a_huge_file_is_told_in_short(places: RunningKernel) -> None:
    places.run("f = open('huge.csv', 'wb'); f.truncate(4 * 2**30); f.close()")
    try:
        assert len(look(places, "file", "huge.csv", "all")) < LONGEST_TOLD
    finally:
        places.run("os.remove('huge.csv')")
