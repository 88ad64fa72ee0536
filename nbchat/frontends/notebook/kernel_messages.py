"""What cells show, read along where every message leaves the kernel.

Prints of threads and child processes, figures, widgets, tracebacks: in ipykernel all of
them pass one method. Other kernels have none; there nobody knows what a cell has shown.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbchat.frontends.notebook.cell_request import execution_id

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

DELIMITER = b"<IDS|MSG>"  # between the addresses of a message and its parts
ADDS_OUTPUT = ("stream", "display_data", "execute_result", "error")
CHANGES_OUTPUT = (*ADDS_OUTPUT, "update_display_data", "clear_output")
MOST_CELLS = 50  # of which is known what they have shown, the newest


@dataclass(slots=True)
class Message:
    """A message to the front-ends that changes what a cell shows."""

    kind: str
    content: dict[str, Any]
    metadata: dict[str, Any]
    topics: list[bytes]


@dataclass(slots=True)
class ShownByCell:
    """What one execution of a cell has shown, without what is painted while an answer arrives."""

    has_outputs: bool = False
    clears: int = 0  # how often its outputs were taken away
    kept: list[Message] | None = None  # while an answer is painted: what else came meanwhile

    def note(self, message: Message) -> None:
        if self.kept is not None:
            self.kept.append(message)
        if message.kind in ADDS_OUTPUT:
            self.has_outputs = True
        elif message.kind == "clear_output":
            self.clears += 1
            if not message.content.get("wait"):
                self.has_outputs = False


class KernelMessages:
    """Reads along what a kernel sends to its front-ends, until `end`."""

    def __init__(self, shell: InteractiveShell) -> None:
        kernel: Any = getattr(shell, "kernel")  # noqa: B009  # an InteractiveShell need not have it
        self._kernel = kernel
        self._shell = shell
        self._cells: dict[str, ShownByCell] = {}  # by their execution
        self._widgets: dict[str, str] = {}  # Output widgets by id: the execution they take over
        self._process = os.getpid()
        self._painter = 0  # the thread whose messages are not noted
        # What was shown before, in the cell that is running now, nobody has seen.
        self.running_cell().has_outputs = True
        self._thread = kernel.iopub_thread
        self._send = self._thread.send_multipart
        self._thread.send_multipart = self._note_and_send

    def end(self) -> None:
        """Read no more."""
        self._process = 0
        if vars(self._thread).get("send_multipart") == self._note_and_send:
            del self._thread.send_multipart

    # --- reading along ---------------------------------------------------------------------------

    def _note_and_send(self, frames: list[Any], *args: Any, **options: Any) -> Any:
        is_noted = self._process == os.getpid() and self._painter != threading.get_ident()
        if is_noted:
            with suppress(Exception):  # whatever it is, it has to be sent
                self._note(frames)
        return self._send(frames, *args, **options)

    def _note(self, frames: list[Any]) -> None:
        at = frames.index(DELIMITER)
        header, parent, metadata, content = frames[at + 2 : at + 6]
        unpack = self._kernel.session.unpack
        kind = unpack(header)["msg_type"]
        if kind in CHANGES_OUTPUT:
            execution = unpack(parent).get("msg_id", "")
            message = Message(kind, unpack(content), unpack(metadata), list(frames[:at]))
            self._cell(execution).note(message)
        elif kind in ("comm_open", "comm_msg") and b'"msg_id"' in content:
            self._note_widget(unpack(content))

    def _note_widget(self, content: dict[str, Any]) -> None:
        """An Output widget says which execution's outputs it takes over, or that of none."""
        state = content["data"].get("state", {})
        if isinstance(state.get("msg_id"), str):
            self._widgets[content["comm_id"]] = state["msg_id"]

    def _cell(self, execution: str) -> ShownByCell:
        cell = self._cells.setdefault(execution, ShownByCell())
        for old in list(self._cells)[:-MOST_CELLS]:
            self._cells.pop(old, None)  # another thread may have done so
        return cell

    # --- what is known ---------------------------------------------------------------------------

    def running_cell(self) -> ShownByCell:
        """The cell that is running."""
        return self._cell(execution_id(self._shell) or "")

    @property
    def is_in_widget(self) -> bool:
        """Whether an Output widget takes over what the running cell shows."""
        return execution_id(self._shell) in self._widgets.values()

    @contextmanager
    def painting(self) -> Iterator[None]:
        """What this thread sends meanwhile is not noted."""
        self._painter = threading.get_ident()
        try:
            yield
        finally:
            self._painter = 0

    def send(self, kind: str, content: dict[str, Any]) -> None:
        """Send a message about the running cell."""
        self.send_again(Message(kind, content, {}, [kind.encode()]))

    def send_again(self, message: Message) -> None:
        """Send what has been sent before, as a new message about the running cell."""
        self._kernel.session.send(
            self._kernel.iopub_socket,
            message.kind,
            message.content,
            metadata=message.metadata,
            parent=self._shell.get_parent(),  # type: ignore[attr-defined]  # ipykernel's has it
            ident=message.topics,
        )


_read: dict[int, KernelMessages] = {}  # by the id of the shell


def read_along(shell: InteractiveShell) -> None:
    """From now on, where the kernel has a place for it."""
    if hasattr(getattr(getattr(shell, "kernel", None), "iopub_thread", None), "send_multipart"):
        _read[id(shell)] = KernelMessages(shell)


def read_no_more(shell: InteractiveShell) -> None:
    """Take back what `read_along` has done."""
    messages = _read.pop(id(shell), None)
    if messages:
        messages.end()


def messages_of(shell: InteractiveShell) -> KernelMessages | None:
    """What is read of this shell's kernel, if anything."""
    return _read.get(id(shell))
