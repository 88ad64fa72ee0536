"""Trusting a file: shown, asked about, and kept. For `%chat trust` and `nbchat trust FILE`."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path

from nbchat.catalog.catalog import Catalog
from nbchat.errors import BadCommand, BadFile
from nbchat.languages import translated
from nbchat.settings_file import FILE, FILES, JSON_FILE, own_catalog, own_files, places_upwards
from nbchat.trust.beside import Layers, needs_trust, trusted_beside
from nbchat.trust.found_file import FoundFile, read_found
from nbchat.trust.report import report
from nbchat.trust.trusted_files import forget, is_trusted, trust
from nbchat.wording import written_out

QUESTIONS = {
    1: "Trust this file, until it changes? [y/N] ",
    2: "Trust these files, each until it changes? [y/N] ",
}
YES = ("y", "yes", "是")

Ask = Callable[[str], str]


def trust_file(name: str, ask: Ask | None) -> None:
    """Show what a file would change, ask, and keep the answer.

    Without a `name` it is the nearest place upwards that has one, or both kinds. Without `ask`
    nobody can answer. Raises BadFile where nothing can be trusted, BadCommand where nobody answers.
    """
    files = _find(name)
    own = own_catalog()
    waiting = [file for file in files if _waits(file, own)]
    for file in waiting or files:
        if file in waiting or is_trusted(file):
            print("\n".join(report(file, own, _counting_with(file, waiting))))
            print()
        if file not in waiting:
            _tell_state(file)
    if waiting:
        _decide(waiting, ask)


def _waits(file: FoundFile, own: Catalog) -> bool:
    """Whether the user has to decide about the file."""
    return not is_trusted(file) and (bool(file.doubt) or needs_trust(file, Layers(own)))


def _counting_with(file: FoundFile, waiting: list[FoundFile]) -> list[FoundFile]:
    """The file of the other kind that counts where this one does, if it is trusted by then."""
    candidates = (*waiting, *trusted_beside(file.path.parent))
    return [other for other in candidates if other.path.name != file.path.name][:1]


def _tell_state(file: FoundFile) -> None:
    if is_trusted(file):
        _say(f"{file.shown_path} is trusted as it is now. %chat trust --forget takes that back.")
    else:
        _say(f"{file.shown_path} counts as it is: nothing in it needs to be trusted.")


def _decide(files: list[FoundFile], ask: Ask | None) -> None:
    if ask is None:
        which = "the file" if len(files) == 1 else "the files"
        path = files[0].path if len(files) == 1 else files[0].path.parent
        raise BadCommand(
            f"nobody can answer here, so nothing was changed.\n"
            f"To trust {which}, in a terminal: nbchat trust {_quoted(path)}"
        )
    if not _is_yes(ask, QUESTIONS[len(files)]):
        _say("Nothing was changed.")
        return
    for file in files:
        trust(file)  # the bytes that were shown, whatever is on disk by now
        _say(f"{file.shown_path} is trusted from now on, until it changes.")


def forget_file(name: str) -> None:
    """Trust a file no longer, whether it is still there or not."""
    places = _places(name)
    forgotten = [path for path in places if forget(path)]
    for path in forgotten:
        _say(f"{written_out(str(path))} is no longer trusted.")
    if not forgotten:
        _say(f"{written_out(str(places[0]))} was not trusted; nothing was changed.")


def _is_yes(ask: Ask, question: str) -> bool:
    try:
        return ask(translated(question)).strip().lower() in YES
    except (EOFError, KeyboardInterrupt):
        print()
        return False


def _say(text: str) -> None:
    print(translated(text))


def _find(name: str) -> list[FoundFile]:
    """The file of that name, or those of a folder. Raises BadFile if there is none to trust."""
    places = _places(name)
    found = [file for file in map(_read, places) if file]
    if not found:
        raise BadFile(f"there is no {written_out(str(places[0]))}.")
    usable = [file for file in found if not file.trouble]
    if not usable:
        raise BadFile(f"{found[0].shown_path} cannot be trusted: {found[0].trouble}.")
    return usable


def _read(path: Path) -> FoundFile | None:
    """The file of that path, None where there is none. Raises BadFile if it is no such file."""
    if path.exists() and any(own.exists() and path.samefile(own) for own in own_files()):
        raise BadFile(f"{written_out(str(path))} is your own, and needs no trust.")
    if path.name not in FILES:
        raise BadFile(
            f"only a file called {FILE} is looked for beside a notebook, and a table of models "
            f"called {JSON_FILE}, not {written_out(path.name)!r}.\n"
            "NBCHAT_CONFIG names any other, and that needs no trust."
        )
    return read_found(path)


def _places(name: str) -> list[Path]:
    """The path of that name, or those of a folder; without a name of the nearest with one."""
    path = Path(os.path.abspath(os.path.expanduser(name))) if name else _nearest_folder()
    if path.is_dir() and path.name not in FILES:
        return [path / FILE, path / JSON_FILE]
    return [path]


def _nearest_folder() -> Path:
    for place, other in zip(places_upwards(), places_upwards(name=JSON_FILE), strict=True):
        if os.path.lexists(place) or os.path.lexists(other):
            return Path(place).parent
    raise BadFile(
        f"there is no {FILE} or {JSON_FILE} here or in a folder above, so there is nothing to "
        "trust.\nYour own file needs no trust: that of NBCHAT_CONFIG, and the one in your config "
        "folder."
    )


def _quoted(path: Path) -> str:
    return shlex.quote(written_out(str(path)))
