"""The tools of one cell: those that its line names, as options of the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.notebook.named_tools import named_tools
from nbchat.messages import Tool, ToolCall
from nbchat.tools.tool import FunctionTool, with_functions

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.frontends.notebook.arguments import MagicArguments
    from nbchat.settings_values import Data
    from nbchat.streams import PlannedOptions

NO_VALUES = 'data is "schema" in the settings: no code is run, since its result shows values'


def with_tools(shell: InteractiveShell, line: MagicArguments, data: Data) -> MagicArguments:
    """The same line with the tools that it names among its options.

    Raises BadOption for a name that is none. With --yes nobody is asked, and where the setting
    `data` is "schema" what shows values is refused all the same.
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
        options["approve"] = partial(_approve, tools, data)
    return replace(line, options=options)


def _approve(tools: Sequence[Tool], data: Data, call: ToolCall) -> bool | str:
    """Yes to every call, but for code where no value may leave."""
    runs_code = any(
        isinstance(one, FunctionTool) and one.code and one.name == call.name for one in tools
    )
    return NO_VALUES if runs_code and data == "schema" else True
