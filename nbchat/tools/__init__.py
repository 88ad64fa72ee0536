"""Tools that a model may use: functions of the person's own, and the ready ones `look` and `run`.

tool             makes a tool of a Python function
function_tool    a function with what a model is told of it
functions        what stands behind a callable: its docstring, its signature
docstrings       what a docstring says of each parameter
schema           what a function takes, as a JSON schema and as types
arguments        the arguments of a call as its function takes them
consent          the question to a person whether a call may run, and the answer
plan             what a model means to run, agreed to as a list before any of it runs
running          a call on its way to the thread where it runs, and what came of it
result           what a tool gave, as the model is told it
workplace        where the tools of one question run, and who is there to be asked
place            the notebook of this process, as the ready tools work in it
notebook_tools   the ready tools: `nbchat.tools.look` and `nbchat.tools.run`

The rounds (answer, tools, answer) are in `nbchat.conversation.rounds`.

>>> import nbchat
>>> nbchat.tools.look, nbchat.tools.run
(<tool look>, <tool run, approve=True>)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbchat.tools.function_tool import FunctionTool
    from nbchat.tools.notebook_tools import look as look
    from nbchat.tools.notebook_tools import run as run

READY = {"look": "notebook_tools", "run": "notebook_tools"}  # ready tools, and the file of each

__all__ = [*READY]


def ready_tool(name: str) -> FunctionTool:
    """The ready tool of that name; its file is imported when it is first named."""
    found: FunctionTool = getattr(import_module(f"nbchat.tools.{READY[name]}"), name)
    return found


def __getattr__(name: str) -> Any:
    if name not in READY:
        raise AttributeError(f"module 'nbchat.tools' has no attribute {name!r}")
    return ready_tool(name)


def __dir__() -> list[str]:
    """What can be named here; not the parts that are loaded."""
    return sorted(READY)
