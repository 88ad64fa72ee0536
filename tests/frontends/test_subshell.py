"""The hook of ipykernel that sends a message to the shell that published last."""

from __future__ import annotations

from typing import Any

from nbchat.frontends.subshell import answer_where_asked


def test_messages_are_answered_in_the_shell_they_came_to() -> None:
    """The hook of ipykernel 7.4; where it has gone, this says so and the panel still works."""
    from ipykernel.comm.comm import BaseComm

    assert hasattr(BaseComm, "_reply_subshell_for"), (
        "ipykernel has changed: look at subshell.py again"
    )

    class Comm:
        def _reply_subshell_for(self, data: Any, default: Any) -> str:
            return "the shell that published last"

    comm = Comm()
    answer_where_asked(comm)

    assert comm._reply_subshell_for({}, "the subshell") == "the subshell"
    answer_where_asked(None)
