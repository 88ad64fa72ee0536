"""A question in a cell that is asked for each row of a frame: `%%chat --each df --into out`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbchat.dataframes import mapping
from nbchat.errors import BadOption, Interrupted, NbchatError
from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.notebook.cell_values import with_schema
from nbchat.frontends.notebook.watching import open_runtime
from nbchat.frontends.rows.here import RowsDisplay, display_in
from nbchat.wording import nearest

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.dataframes.mapped import Mapped
    from nbchat.dataframes.progress import Progress
    from nbchat.frontends.notebook.arguments import MagicArguments
    from nbchat.runtime import Runtime


def ask_each(shell: InteractiveShell, line: MagicArguments, body: str) -> None:
    """Ask what is in `body` for each row, and put what comes of it into the variable of the line.

    Where it ends before the last row, what is done is put there, and why it ended is raised.
    """
    opened = open_runtime(shell)
    data = _data(shell, line.each or "")
    settings = opened.settings()
    if settings.data == "schema":
        line.refuse_values()
    options: dict[str, Any] = {**with_schema(shell, line, settings.data).options}
    display = _HeldEnd(display_in(shell))
    try:
        mapped = mapping.run(
            data,
            body.strip("\n"),
            line.model or _default_model(opened, options),
            schema=options.pop("schema", None),
            name=line.name,
            options=options,
            display=display,
            into=line.into or "",
        )
    except NbchatError as error:
        if _is_to_keep(error):
            _bind(shell, line, error.result)
            display.finish(error.result, f"What is done is in {line.into}.")
        raise
    _bind(shell, line, mapped)
    display.finish(mapped)


class _HeldEnd:
    """A display whose end waits until the result is in its variable, and is shown with it."""

    def __init__(self, display: RowsDisplay) -> None:
        self._display = display
        self._last: Progress | None = None

    def show(self, progress: Progress) -> None:
        self._display.show(progress)

    def end(self, progress: Progress) -> None:
        self._last = progress

    def finish(self, mapped: Mapped, remark: str = "") -> None:
        """Show what came of it, with its first rows."""
        if self._last is None:
            return
        if remark:
            self._last.tell(remark)
        self._display.end(self._last, mapped)


def _is_to_keep(error: NbchatError) -> bool:
    """Whether there is a result: where no row could be asked, the variable stays as it was."""
    result: Mapped | None = error.result
    return result is not None and (isinstance(error, Interrupted) or result.answered > 0)


def _bind(shell: InteractiveShell, line: MagicArguments, mapped: Mapped) -> None:
    shell.user_ns[line.into] = mapped


def _data(shell: InteractiveShell, name: str) -> Any:
    """The variable of that name."""
    notebook = IPythonNotebook(shell)
    variables = notebook.variables
    if name in variables:
        return variables[name]
    own = [other for other in variables if other not in notebook.hidden and other[0] != "_"]
    near = nearest(name, own)[:1]
    said = f"there is no variable {name}, whose rows --each is to ask about."
    guess = f"Did you mean {near[0]}?" if near else "Set it first, in a cell above."
    raise BadOption(f"{said} {guess}")


def _default_model(opened: Runtime, options: dict[str, Any]) -> str:
    """The model that answers where the line names none."""
    work = opened.default_model(opened.chat(), options.get("base_url"))
    name, _ = opened.bridge.run(work)
    return name
