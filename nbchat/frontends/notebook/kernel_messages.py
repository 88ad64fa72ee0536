"""What cells show, read along where every message leaves the kernel.

Prints of threads and child processes, figures, widgets, tracebacks: in ipykernel all of
them pass one method. Other kernels have none; there nobody knows what a cell has shown.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from nbchat.frontends.notebook.cell_request import execution_id
from nbchat.frontends.notebook.line_by_line import note_no_more, note_terminals

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

DELIMITER = b"<IDS|MSG>"  # between the addresses of a message and its parts
ADDS_OUTPUT = ("stream", "display_data", "execute_result", "error")
CHANGES_OUTPUT = (*ADDS_OUTPUT, "update_display_data", "clear_output")
MOST_CELLS = 50  # of which is known what they have shown, the newest

TELLS = ("display_data", "execute_result", "update_display_data", "clear_output")  # to `listener`
LARGEST_TOLD = 4_000_000  # bytes of a message that is told; figures are smaller

# In the JSON of a header, which has it once; finding it takes a fraction of reading all of it.
_KIND = re.compile(rb'"msg_type": ?"(\w+)"')

Frames: TypeAlias = list[Any]  # a message on its way
Listener: TypeAlias = Callable[[str, str, Mapping[str, Any]], None]


class ShownByCell:
    """What one execution of a cell has shown, without what is painted while an answer arrives."""

    def __init__(self) -> None:
        self.has_outputs = False
        self.clears = 0  # how often its outputs were taken away
        self._seen_clears: dict[int, int] = {}  # that when each thread showed its last output
        self.kept: list[Frames] | None = None  # while an answer is painted: what else came

    def note_output(self) -> None:
        """One more was shown, by this thread."""
        self.has_outputs = True
        self._seen_clears[threading.get_ident()] = self.clears

    def note_clearing(self, *, wait: bool) -> None:
        """They are taken away; with `wait`, when the next one comes."""
        self.clears += 1
        if not wait:
            self.has_outputs = False

    @property
    def clears_at_output(self) -> int:
        """How often they had been taken away when this thread showed its last one."""
        return self._seen_clears.get(threading.get_ident(), self.clears)


class KernelMessages:
    """Reads along what a kernel sends to its front-ends, until `end`."""

    def __init__(self, shell: InteractiveShell) -> None:
        kernel: Any = getattr(shell, "kernel")  # noqa: B009  # an InteractiveShell need not have it
        self._kernel = kernel
        self._shell = shell
        self._cells: dict[str, ShownByCell] = {}  # by their execution
        self._widgets: dict[str, str] = {}  # Output widgets by id: the execution they take over
        self._process = os.getpid()
        self._order = threading.RLock()  # messages are sent in the order in which they are noted
        self._parent: tuple[bytes, str] = (b"", "")  # the last parent's header, and its id
        self._painters: set[int] = set()  # the threads whose messages are not noted
        self.listener: Listener | None = None  # told the kind, the execution and what it says
        # What was shown before, in the cell that is running now, nobody has seen.
        self.running_cell().has_outputs = True
        self._thread = kernel.iopub_thread
        self._send = self._thread.send_multipart
        self._thread.send_multipart = self._note_and_send

    def end(self) -> None:
        """Read no more."""
        self._process = 0
        self.listener = None
        if vars(self._thread).get("send_multipart") == self._note_and_send:
            del self._thread.send_multipart

    # --- reading along ---------------------------------------------------------------------------

    def _note_and_send(self, frames: Frames, *args: Any, **options: Any) -> Any:
        is_noted = self._process == os.getpid() and threading.get_ident() not in self._painters
        if not is_noted:
            return self._send(frames, *args, **options)
        with self._order:
            with suppress(Exception):  # whatever it is, it has to be sent
                self._note(frames)
            return self._send(frames, *args, **options)

    def _note(self, frames: Frames) -> None:
        _, header, parent, _, content = _parts(frames)
        unpack = self._kernel.session.unpack
        found = _KIND.search(header)
        kind = found[1].decode() if found else unpack(header)["msg_type"]
        if kind in CHANGES_OUTPUT:
            execution = self._execution(parent)
            if self.listener is not None and kind in TELLS and len(content) <= LARGEST_TOLD:
                self.listener(kind, execution, unpack(content))
            cell = self._cell(execution)
            if cell.kept is not None:
                cell.kept.append(frames)
            if kind in ADDS_OUTPUT:
                cell.note_output()
            elif kind == "clear_output":
                cell.note_clearing(wait=unpack(content)["wait"])
        elif kind in ("comm_open", "comm_msg") and b'"msg_id"' in content:
            self._note_widget(unpack(content))

    def _execution(self, parent: bytes) -> str:
        """The id in the header of a parent; one message after the other has the same."""
        if parent != self._parent[0]:
            self._parent = parent, self._kernel.session.unpack(parent).get("msg_id", "")
        return self._parent[1]

    def _note_widget(self, content: dict[str, Any]) -> None:
        """An Output widget says which execution's outputs it takes over, or that of none."""
        state = content["data"].get("state", {})
        if isinstance(state.get("msg_id"), str):
            self._widgets[content["comm_id"]] = state["msg_id"]

    def _cell(self, execution: str) -> ShownByCell:
        known = self._cells.get(execution)
        if known is not None:
            return known
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
        return execution_id(self._shell) in list(self._widgets.values())

    @contextmanager
    def painting(self) -> Iterator[None]:
        """What this thread sends meanwhile is not noted."""
        thread = threading.get_ident()
        self._painters.add(thread)
        try:
            yield
        finally:
            self._painters.discard(thread)

    def send_again(self, frames: Frames) -> None:
        """Send what has been sent before, as a new message."""
        topics, header, parent, metadata, content = _parts(frames)
        session = self._kernel.session
        session.send(
            self._kernel.iopub_socket,
            session.unpack(header)["msg_type"],
            session.unpack(content),
            metadata=session.unpack(metadata),
            parent=session.unpack(parent),
            ident=topics,
        )


def _parts(frames: Frames) -> tuple[list[bytes], bytes, bytes, bytes, bytes]:
    """Topics, header, the parent's header, metadata and content of a message."""
    at = frames.index(DELIMITER)
    _, header, parent, metadata, content = frames[at + 1 : at + 6]
    return frames[:at], header, parent, metadata, content


_read: dict[int, KernelMessages] = {}  # by the id of the shell


def read_along(shell: InteractiveShell) -> None:
    """From now on, where the kernel has a place for it."""
    if hasattr(getattr(getattr(shell, "kernel", None), "iopub_thread", None), "send_multipart"):
        _read[id(shell)] = KernelMessages(shell)
    note_terminals(shell)


def read_no_more(shell: InteractiveShell) -> None:
    """Take back what `read_along` has done."""
    note_no_more(shell)
    messages = _read.pop(id(shell), None)
    if messages:
        messages.end()


def messages_of(shell: InteractiveShell) -> KernelMessages | None:
    """What is read of this shell's kernel, if anything."""
    return _read.get(id(shell))
