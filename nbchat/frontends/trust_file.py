"""Trusting a file: shown, asked about, and kept. For `%chat trust` and `nbchat trust FILE`."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path

from nbchat.catalog.catalog import Catalog
from nbchat.errors import BadCommand, BadFile
from nbchat.settings import Settings
from nbchat.settings_file import FILE, own_file, places_upwards
from nbchat.trust.beside import Layers, needs_trust
from nbchat.trust.found_file import FoundFile, read_found
from nbchat.trust.report import report
from nbchat.trust.trusted_files import forget, is_trusted, trust
from nbchat.wording import written_out

QUESTION = "Trust this file, until it changes? [y/N] "
YES = ("y", "yes")

Ask = Callable[[str], str]


def trust_file(name: str, ask: Ask | None) -> None:
    """Show what a file would change, ask, and keep the answer.

    Without a `name` it is the nearest file upwards. Without `ask` nobody can answer. Raises
    BadSettings where nothing can be trusted.
    """
    file = _find(name)
    if is_trusted(file):
        print("\n".join(report(file, _own_catalog())))
        print(f"\n{file.shown_path} is trusted as it is now. %chat trust --forget takes that back.")
        return
    if not file.doubt and not needs_trust(file, Layers(_own_catalog())):
        print(f"{file.shown_path} counts as it is: nothing in it needs to be trusted.")
        return
    print("\n".join(report(file, _own_catalog())))
    print()
    if ask is None:
        raise BadCommand(
            f"nobody can answer here, so nothing was changed.\n"
            f"To trust the file, in a terminal: nbchat trust {_quoted(file.path)}"
        )
    if _is_yes(ask):
        trust(file)  # the bytes that were shown, whatever is on disk by now
        print(f"{file.shown_path} is trusted from now on, until it changes.")
    else:
        print("Nothing was changed.")


def forget_file(name: str) -> None:
    """Trust a file no longer, whether it is still there or not."""
    path = _place(name)
    if forget(path):
        print(f"{written_out(str(path))} is no longer trusted.")
    else:
        print(f"{written_out(str(path))} was not trusted; nothing was changed.")


def _is_yes(ask: Ask) -> bool:
    try:
        return ask(QUESTION).strip().lower() in YES
    except (EOFError, KeyboardInterrupt):
        print()
        return False


def _find(name: str) -> FoundFile:
    """The file of that name, or the nearest. Raises BadSettings where there is none to trust."""
    path = _place(name)
    own = own_file()
    if own and path.exists() and own.exists() and path.samefile(own):
        raise BadFile(f"{written_out(str(path))} is your own, and needs no trust.")
    if path.name != FILE:
        raise BadFile(
            f"only a file called {FILE} is looked for beside a notebook, not "
            f"{written_out(path.name)!r}.\nNBCHAT_CONFIG names any other, and that needs no trust."
        )
    file = read_found(path)
    if file is None:
        raise BadFile(f"there is no {written_out(str(path))}.")
    if file.trouble:
        raise BadFile(f"{file.shown_path} cannot be trusted: {file.trouble}.")
    return file


def _place(name: str) -> Path:
    """The path of that name, or of a folder's file; without a name the nearest upwards."""
    path = Path(os.path.abspath(os.path.expanduser(name))) if name else _nearest_place()
    return path / FILE if path.is_dir() and path.name != FILE else path


def _nearest_place() -> Path:
    for place in places_upwards():
        if os.path.lexists(place):
            return Path(place)
    raise BadFile(
        f"there is no {FILE} here or in a folder above, so there is nothing to trust.\n"
        "Your own file needs no trust: that of NBCHAT_CONFIG, and the one in your config folder."
    )


def _own_catalog() -> Catalog:
    return Settings.load().own_catalog


def _quoted(path: Path) -> str:
    return shlex.quote(written_out(str(path)))
