"""What is printed, seen where the kernel's own thread sends it; the streams stay as they are.

An ipykernel stream has a list of hooks for each thread, and the one that counts is that of
the thread that publishes. So the hook is registered there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

Hear: TypeAlias = Callable[[str, str, str], None]  # the execution, stdout or stderr, and the text


class StreamHooks:
    """Tells `hear` each piece of text that goes to a front-end, until `end`."""

    def __init__(self, hear: Hear) -> None:
        self._hear: Hear | None = hear
        self._streams: list[Any] = []
        for stream in (sys.stdout, sys.stderr):
            thread: Any = getattr(stream, "pub_thread", None)
            if hasattr(stream, "register_hook") and hasattr(thread, "schedule"):
                self._streams.append(stream)
                thread.schedule(partial(stream.register_hook, self._note))

    @property
    def are_there(self) -> bool:
        """Whether this kernel has a place for them."""
        return bool(self._streams)

    def _note(self, message: dict[str, Any]) -> dict[str, Any]:
        """Hear a message, whatever it is, and let it go on."""
        hear = self._hear
        if hear is not None:
            try:
                content = message["content"]
                parent = message.get("parent_header") or {}
                hear(parent.get("msg_id", ""), content["name"], content["text"])
            except Exception:  # what is printed has to be sent
                pass
        return message

    def end(self) -> None:
        """Leave the streams as they were."""
        self._hear = None
        for stream in self._streams:
            thread = stream.pub_thread
            if thread is not None:
                thread.schedule(partial(stream.unregister_hook, self._note))
                stream.flush()  # waits for the thread
        self._streams.clear()
