"""`%%chat` and `%chat`: what a person types, and what becomes of it.

Importing this is cheap: the engine is imported by the first question.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from IPython.core.magic import (
    Magics,
    line_cell_magic,
    line_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)

from nbchat.errors import BadOption, UnknownModel
from nbchat.frontends.host import IPythonNotebook, locals_first
from nbchat.frontends.notebook.arguments import (
    asks_for_help,
    flags_help,
    parse_arguments,
    refuse_keys,
)
from nbchat.wording import printing_as_can_be

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.events import Answer

Names: TypeAlias = "dict[str, Any] | None"
Magic = TypeVar("Magic", bound=Callable[..., object])


def _with_flags(call: Magic) -> Magic:
    """Put the options of every question into the help of a magic."""
    call.__doc__ = inspect.cleandoc(call.__doc__ or "").replace("{flags}", flags_help())
    call.getdoc = lambda: _help()  # type: ignore[attr-defined]  # IPython asks for it on %%chat?
    return call


@magics_class
class ChatMagics(Magics):
    """`%%chat MODEL` asks, `%chat` tells the state and the commands."""

    def __init__(
        self,
        shell: InteractiveShell,
        no_fork: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        super().__init__(shell)
        self._no_fork = no_fork

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    @_with_flags
    def chat(self, line: str, cell: str | None = None, local_ns: Names = None) -> Answer | None:
        """Ask a language model. The answer streams into the cell and is remembered.

        %%chat kimi-k2.6 --think high
        Which of these columns are redundant? {df}

        MODEL                 a name from %chat models, or provider:model-id; without one, that of
                              %chat use, or the one that answered last
        --name CONVERSATION   ask in another conversation, which has its own history
        {flags}
        --as S                the answer is a value, checked: a type of this notebook, such as
                              Person or list[Person], or fields: --as "name, age int, tags list"
        --into NAME           the value is in the variable NAME then; without --as the answer is
        --each df             ask for each row of df; {column} is what stands there. out is the
                              result: --each df --into out, and out.frame() makes a frame of it
        --above N             with the N cells above and what they showed; all: as many as fit
        --error               with the last error, its cell and its variables
        --tools look,run,f    the model may look around, run Python here, and call your function f;
                              before anything is run by run, you are asked
        --plan                first a numbered plan, which you allow or refuse as a whole
        --yes                 run the tools of this cell without asking
        --show                send nothing: show what would be sent
        --fresh               this question aside: without the history, and no part of it
        --raw                 leave {names} as they are typed

        {name} becomes the value of the notebook variable of that name: a small table whole, a
        large one in brief, a figure or a picture as an image. {df:20} sends 20 rows, {df:all} all,
        {df:schema} names and types; {_3} and {Out[3]} are results. On the line a text, an
        Answer or a number is put in, one word whatever is in it: %%chat {MODEL} --name {who};
        {{who}} stays {who}.
        Running the cell again asks again from the same place. The stop button ends an
        answer; what has arrived is kept.

        `%chat` alone tells where you are and what else there is, `%chat check` what is missing
        where no answer comes. Keys come from the environment, never from a line:

        import os, getpass; os.environ["KIMI_API_KEY"] = getpass.getpass()
        """
        shell: InteractiveShell = self.shell  # type: ignore[assignment]  # a magic always has one
        refuse_keys(line, shell)
        if cell is not None and asks_for_help(line, cell):
            print(_help())
            return None
        with self._no_fork():
            from nbchat.frontends.notebook import ask  # noqa: F401  # whoever forks waits for it
            from nbchat.frontends.notebook.commands.table import run_line
        with printing_as_can_be(), locals_first(local_ns):
            if cell is None:
                return run_line(shell, line)
            _ask(shell, line, cell)
            return None

    @no_var_expand
    @line_magic("%chat")  # type: ignore[arg-type]  # of a name, it is said to take nothing
    def chat_below(self, line: str) -> None:
        """Say where `%%chat` belongs: IPython comes here where it is not the first line."""
        raise BadOption(
            "%%chat must be the first line of its cell; only comments may stand above it. "
            "Nothing was asked.\nPut the code above it into a cell of its own."
        )


def _help() -> str | None:
    """The help of `%%chat` in the person's language."""
    from nbchat.languages import CHINESE, language, translated
    from nbchat.languages.phrasebook import FOLDER

    if language() == CHINESE:
        text = (FOLDER / CHINESE / "chat_help.txt").read_text("utf-8").rstrip()
        return text.replace("{flags}", flags_help(translated))
    return inspect.getdoc(ChatMagics.chat)


def _ask(shell: InteractiveShell, line: str, cell: str) -> None:
    """Ask what is in the cell; a line that cannot be asked with is answered with what was meant."""
    from nbchat.frontends.notebook.ask import ask, show
    from nbchat.frontends.notebook.commands.mistyped import command_on_cell_line
    from nbchat.frontends.notebook.commands.table import commands
    from nbchat.frontends.notebook.each import ask_each
    from nbchat.frontends.notebook.stand_ins import explained

    word = None
    try:
        arguments = parse_arguments(line, IPythonNotebook(shell).variables)
        word = arguments.model
        if arguments.each:
            ask_each(shell, arguments, cell)
        elif arguments.show:
            show(shell, arguments, cell)
        else:
            ask(shell, arguments, cell)
    except (BadOption, UnknownModel) as error:
        said = command_on_cell_line(line, commands())
        if said:
            raise BadOption(said) from None
        if isinstance(error, UnknownModel):
            raise explained(error, shell, word, "%%chat", line) from None
        raise
