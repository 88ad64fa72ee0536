"""The kernel's end of the extension: one comm, from `%load_ext nbchat` until it is unloaded.

Nothing is opened in the page: front-ends without the extension would complain of a target that
they do not know. The extension asks the kernel whether the comm is there, or hears its greeting.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.notebook.panel_beside import panel_beside
from nbchat.frontends.subshell import answer_where_asked
from nbchat.languages import heed_page, language

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.frontends.jupyterlab.lab_messages import AnsweredAtOnce
    from nbchat.frontends.jupyterlab.proposals import Proposals

COMM = "nbchat.lab"  # the target and the id: there is one for each kernel


class LabComm:
    """Answers the extension, wherever notebooks of this kernel are open."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._comm: Any = _new_comm() if hasattr(shell, "kernel") else None
        if self._comm is not None:
            answer_where_asked(self._comm)
            self._comm.on_msg(self._take)
            self._comm.send({"kind": "hello"})
            panel_beside.listener = self._tell_panel

    def end(self) -> None:
        """Close it, in the page too."""
        if "_proposals" in vars(self):
            self._proposals.leave()
        if self._comm is not None:
            panel_beside.listener = None
            panel_beside.forget()
            self._comm.close()

    def _tell_panel(self, model: str) -> None:
        """`%chat panel` has run."""
        if self._comm is not None:
            self._comm.send({"kind": "panel", "model": model})

    def _take(self, message: dict[str, Any]) -> None:
        from nbchat.frontends.jupyterlab.lab_messages import read_message

        request = read_message(message["content"]["data"])
        if request is None or self._comm is None:
            return
        with suppress(Exception):  # a person who types has asked nothing
            if request.kind == "proposal":  # which answers when there is one
                self._proposals.ask(request.request, by_itself=request.by_itself)
                return
            answer = {"kind": request.kind, "request": request.request}
            self._comm.send({**answer, **self._answer(request)})

    @cached_property
    def _proposals(self) -> Proposals:
        from nbchat.frontends.jupyterlab.proposals import Proposals

        return Proposals(IPythonNotebook(self._shell), self._comm.send)

    def _answer(self, request: AnsweredAtOnce) -> Mapping[str, Any]:
        if request.kind == "language":
            heed_page(request.language)
            return {"language": language()}
        if request.kind == "panel":
            return {"model": panel_beside.model_id(make=request.make)}
        notebook = IPythonNotebook(self._shell)
        if request.kind == "names":
            return {"places": _places(request.source, notebook.variables)}
        if request.kind == "leave":
            self._proposals.leave()
            return {}
        from nbchat.frontends.jupyterlab import asking

        if request.wish == "about":
            return asking.about_output(notebook, request.cell, request.number)
        return asking.about_error(notebook, request.cell, request.wish)


def _places(source: str, variables: Mapping[str, Any]) -> list[list[Any]]:
    from nbchat.frontends.jupyterlab.name_places import name_places, utf16_place

    places = name_places(source, variables)
    return [[*utf16_place(source, begin, end), is_value] for begin, end, is_value in places]


def _new_comm() -> Any:
    """A comm that the page has not been told of."""
    import comm

    made = comm.create_comm(target_name=COMM, comm_id=COMM, primary=False)
    comm.get_comm_manager().register_comm(made)
    return made
