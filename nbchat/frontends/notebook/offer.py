"""What an earlier kernel has left, told once: below the first answer, until the next cell runs.

It depends on when the kernel was started, so it is no part of the answer's own output, and
what the notebook keeps of it is an empty one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from nbchat.frontends.notebook.commands.state_lines import offer_line
from nbchat.frontends.notebook.surroundings import surroundings
from nbchat.languages import translated
from nbchat.render.page import note, styled_page

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.conversation.conversation import Conversation
    from nbchat.runtime import Runtime


def offer(shell: InteractiveShell, runtime: Runtime, conversation: Conversation) -> None:
    """Say what can be resumed, once, where there is something and a person sees it."""
    if conversation.name in runtime.offered or surroundings(shell).is_captured:
        return
    runtime.offered.add(conversation.name)
    if not runtime.watched or runtime.static:
        return
    if line := offer_line(runtime, conversation):
        line = translated(f"A new kernel remembers nothing by itself. {line}")
        if hasattr(shell, "kernel"):
            _Remark(shell, line)
        else:
            print(line)


class _Remark:
    """A line in an output of its own, which the next cell takes away."""

    def __init__(self, shell: InteractiveShell, line: str) -> None:
        self._shell = shell
        self._transient = {"display_id": f"nbchat-{uuid4().hex}"}
        page = {"text/html": styled_page(note(line)), "text/plain": line}
        shell.display_pub.publish(page, transient=self._transient)
        shell.events.register("pre_run_cell", self.remove)

    def remove(self, info: object = None) -> None:
        """Called by IPython before a cell is run."""
        self._shell.events.unregister("pre_run_cell", self.remove)
        self._shell.display_pub.publish({}, transient=self._transient, update=True)
