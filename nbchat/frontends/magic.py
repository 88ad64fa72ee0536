"""`%%chat` and `%chat`: what a person types, and how it is loaded and unloaded.

Loading is cheap: nothing of the engine is imported before it is needed, or warmed
on a background thread once the loading cell has ended.
"""

from __future__ import annotations

import argparse
import shlex
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from nbchat.errors import BadSettings, ConnectionBroken, Interrupted

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.conversation import Conversation
    from nbchat.frontends.cell import Display

TICK = 0.05  # seconds between two looks at the clock while nothing arrives
LEVELS = {"on": True, "off": False, "low": "low", "medium": "medium", "high": "high", "max": "max"}


@magics_class
class ChatMagics(Magics):
    """`%%chat MODEL` asks, `%chat` tells the state and the commands."""

    @no_var_expand
    @line_cell_magic
    def chat(self, line: str, cell: str | None = None) -> None:
        """Ask a language model; the answer streams into the cell and is remembered.

        %%chat [MODEL] [--name CONVERSATION] [--system TEXT] [--temperature F]
               [--max-tokens N] [--think on|off|low|medium|high|max] [--fresh] [--raw]
        Your question. {name} becomes the value of the notebook variable of that name.

        MODEL       a name from `%chat models`, or provider:model-id; without it the last one
        --name      ask in the conversation of that name, which has its own history
        --system    instructions for the whole conversation, from now on
        --think     how much the model should think, where it can
        --fresh     ask without the history of the conversation
        --raw       leave {names} as they are

        `%chat` alone tells the state and the commands. Keys come from the environment.
        """
        shell: InteractiveShell = self.shell  # type: ignore[assignment]  # a magic always has one
        _no_keys_here(line)
        if cell is None:
            from nbchat.frontends.commands import Commands

            Commands(shell).run(line)
        else:
            ask(shell, parsed(line), cell)


# --- one question -----------------------------------------------------------------------------


@dataclass(slots=True)
class Line:
    """The options of a `%%chat` line."""

    model: str | None = None
    name: str | None = None
    system: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    think: str | None = None
    fresh: bool = False
    raw: bool = False


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadSettings(f"%%chat: {message}.\n{USAGE}")


USAGE = "%%chat [MODEL] [--name N] [--system TEXT] [--temperature F] [--max-tokens N] [--think LEVEL] [--fresh] [--raw]"


def parsed(line: str) -> Line:
    """The options of a line. Raises BadSettings that says what is wrong with it."""
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("model", nargs="?")
    parser.add_argument("--name")
    parser.add_argument("--system")
    parser.add_argument("--temperature", type=float)
    parser.add_argument("--max-tokens", type=int)
    parser.add_argument("--think", choices=LEVELS)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--raw", action="store_true")
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise BadSettings(f"%%chat: the line cannot be read: {error}. Close its quotes.") from None
    return Line(**vars(parser.parse_args(words)))


def _no_keys_here(line: str) -> None:
    """A key on the line would be stored in IPython's history and in the notebook."""
    words = line.replace("=", " ").split()
    if any(word.lstrip("-").lower().replace("-", "_") in ("key", "api_key", "apikey", "token") for word in words):
        raise BadSettings(
            "a key is never an argument: it would stay in the notebook and in IPython's history. "
            "If it was a real one, replace it.\n"
            'Set it so: import os, getpass; os.environ["KIMI_API_KEY"] = getpass.getpass()'
        )


def ask(shell: InteractiveShell, line: Line, body: str) -> None:
    """Ask what is in `body`, show the answer as it comes, and fail the cell where it is not whole."""
    from nbchat import kernel
    from nbchat.frontends.variables import Filled, filled

    state = kernel.current()
    conversation = state.chat(line.name)
    if line.system is not None:
        conversation.system = line.system
    question = Filled(body, []) if line.raw else filled(body, shell.user_ns)
    stream = conversation.open(
        question.text.strip("\n"),
        line.model,
        cell=_cell_id(shell),
        fresh=line.fresh,
        inserted=question.inserted,
        temperature=line.temperature,
        max_tokens=line.max_tokens,
        thinking=None if line.think is None else LEVELS[line.think],
    )
    display = _display(shell, line.model or kernel.chosen(conversation)[0])
    turn = stream.turn
    done = False
    with state.pump(stream) as pump:
        try:
            display.tick()
            for events in pump.batches(every=TICK):
                display.feed(events)
                display.tick()
            done = True
        finally:
            display.finish(turn if turn.answer or (done and not pump.interrupted) else None)
    size = f"{len(turn.answer.text):,} characters"
    if pump.interrupted:
        kept = f"stopped after {size}; kept." if turn.answer else "stopped before the first word; nothing was kept."
        raise Interrupted(f"{kept} Ask again, or go on.")
    if turn.answer.stop.reason == "broken":
        raise ConnectionBroken(
            f"the answer broke off after {size}: {turn.answer.stop.detail}.\n"
            "They are kept and marked as broken; run the cell again, or go on."
        )


def _display(shell: InteractiveShell, model: str) -> Display:
    """The way to show an answer here: live, static where nobody watches, or text in a terminal."""
    from nbchat import kernel
    from nbchat.settings import Settings

    front = getattr(shell, "kernel", None)
    # nbclient, nbval and papermill ask with allow_stdin=False, JupyterLab and VS Code with True.
    watched = getattr(front, "_allow_stdin", True)
    static = (Settings.load().display or ("live" if watched else "static")) == "static"
    kernel.current().engine.demo.pace = 0.0 if static else 0.02
    if front is None:
        from nbchat.frontends.terminal import Terminal

        return Terminal()
    from nbchat.frontends.cell import LiveCell, StaticCell

    return StaticCell(shell) if static else LiveCell(shell, model)


def _cell_id(shell: InteractiveShell) -> str | None:
    """Which cell is running, where the front-end says so (JupyterLab and VS Code do)."""
    parent: Any = shell.get_parent() if hasattr(shell, "get_parent") else None
    cell = ((parent or {}).get("metadata") or {}).get("cellId")
    return cell if isinstance(cell, str) else None


def state_of(conversation: Conversation) -> str:
    """One line on where a conversation stands."""
    from nbchat import kernel

    model, why = kernel.chosen(conversation)
    count = len(conversation.turns)
    turns = "no turns yet" if not count else "1 turn" if count == 1 else f"{count} turns"
    return f"Conversation {conversation.name!r}: {turns}. Model: {model} ({why})."


# --- loading and unloading ---------------------------------------------------------------------


class Warmth:
    """Imports on a thread what the first chat needs, once the loading cell has ended."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._thread: threading.Thread | None = None
        shell.events.register("post_run_cell", self.start)

    def start(self, result: object = None) -> None:
        self._unregister()
        self._thread = threading.Thread(target=_warm, name="nbchat-warm", daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._unregister()
        if self._thread is not None:
            self._thread.join()

    def _unregister(self) -> None:
        if self.start in self._shell.events.callbacks["post_run_cell"]:
            self._shell.events.unregister("post_run_cell", self.start)


def _warm() -> None:
    from nbchat import kernel, render
    from nbchat.engine.transport import warm
    from nbchat.frontends import cell, variables  # noqa: F401
    from nbchat.settings import Settings

    Settings.load()
    render.to_html("`warm`")
    warm()
    kernel.current()


def keep_question_marks(lines: list[str]) -> list[str]:
    """`%chat ask Why?` is a question, though IPython takes a `?` at the end of a line for a request for help.

    >>> keep_question_marks(["%chat ask Why?"])
    ["get_ipython().run_line_magic('chat', 'ask Why?')"]
    """
    if lines and lines[0].startswith("%%"):
        return lines
    return [
        f"get_ipython().run_line_magic('chat', {line[6:].rstrip()!r}){line[len(line.rstrip()) :]}"
        if line.startswith("%chat ask ") and line.rstrip().endswith("?")
        else line
        for line in lines
    ]


_loaded: dict[int, Warmth] = {}  # by shell


def load(shell: InteractiveShell) -> None:
    """Register the magics and the completer."""
    from nbchat.frontends.completion import complete

    shell.register_magics(ChatMagics)
    if keep_question_marks not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(keep_question_marks)
    if complete not in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.append(complete)
    _loaded[id(shell)] = Warmth(shell)


def unload(shell: InteractiveShell) -> None:
    """Take back all that `load` and the questions since have made."""
    import sys

    from nbchat.frontends.completion import complete

    if warmth := _loaded.pop(id(shell), None):
        warmth.end()
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("chat", None)
    shell.magics_manager.registry.pop(ChatMagics.__name__, None)
    if complete in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.remove(complete)
    if keep_question_marks in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(keep_question_marks)
    if kernel := sys.modules.get("nbchat.kernel"):
        kernel.close()
