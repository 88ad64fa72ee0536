"""The tools of one cell: those that its line names, as options of the question."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.notebook.named_tools import named_tools
from nbchat.messages import ToolCall
from nbchat.tools.tool import with_functions

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.frontends.notebook.arguments import MagicArguments
    from nbchat.streams import PlannedOptions


def with_tools(shell: InteractiveShell, line: MagicArguments) -> MagicArguments:
    """The same line with the tools that it names among its options.

    Raises BadOption for a name that is none. With --yes nobody is asked.
    """
    if not line.tool_names:
        return line
    notebook = IPythonNotebook(shell)
    hidden = notebook.hidden
    variables = {name: value for name, value in notebook.variables.items() if name not in hidden}
    tools = with_functions(named_tools(line.tool_names, variables))
    options: PlannedOptions = {**line.options, "tools": tools}
    if line.plan:
        options["plan"] = True
    if line.yes:
        options["approve"] = _approve
    return replace(line, options=options)


def _approve(call: ToolCall) -> bool:
    """Yes to every call. What may not run at all is refused before anybody is asked."""
    return True
