"""The next cell of a notebook, as a model proposes it when the extension asks.

It is asked on the engine's thread, and nothing of it is remembered: what comes of it is a text
in the page, which a person takes or leaves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any
from uuid import uuid4

from nbchat import runtime
from nbchat.context.cells_above import ALL, cells_above
from nbchat.context.notebook import Notebook
from nbchat.context.variable_lines import variable_lines
from nbchat.conversation.outgoing import turn_to_ask
from nbchat.errors import NbchatError
from nbchat.frontends.notebook.commands.code import PYTHON, unseen_characters
from nbchat.languages import translated
from nbchat.messages import Message
from nbchat.render.markdown.code_blocks import code_blocks
from nbchat.runtime import Runtime
from nbchat.settings import Settings
from nbchat.streams import SpentBy
from nbchat.wording import first_line

MOST_LINES = 40  # of a proposal: a person sees all of it at a glance
LONGEST = 4_000  # characters of it

QUESTION = (
    "Propose the next cell of this notebook: one small step that follows from what was done so "
    f"far. Give it in one ```python fence of at most {MOST_LINES // 2} lines, and say nothing "
    "else. Use the variables that there are. Do not repeat a cell. Change and delete no files."
)
NO_CODE = "The model proposed no code."
TOO_LONG = "The model proposed more than can be seen at a glance."

# Names of phrases of the extension: they say which keys take a proposal.
_OF_A_SHELL = re.compile(r"^\s*[!%]", re.M)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")

Tell = Callable[[dict[str, Any]], None]


class Proposals:
    """Asks for one proposal at a time."""

    def __init__(self, notebook: Notebook, tell: Tell) -> None:
        self._notebook = notebook
        self._tell = tell
        self._asked: Future[None] | None = None

    def ask(self, request: str, *, by_itself: bool) -> None:
        """Ask in the place of what is being asked; `tell` is called with what comes of it.

        Where no person has asked, that is nothing unless the settings say so.
        """
        self.leave()
        opened = runtime.current()
        answer = {"kind": "proposal", "request": request}
        try:
            settings = opened.settings()
            if by_itself and settings.jupyterlab.next_cell != "always":
                self._tell({**answer, "code": "", "said": ""})
                return
            question = proposal_question(self._notebook, opened, settings)
        except NbchatError as error:
            self._tell({**answer, "code": "", "said": translated(first_line(str(error)))})
            return
        self._asked = opened.thread.submit(self._answer(opened, question, answer))

    def leave(self) -> None:
        """Nobody wants it any more: the connection to the provider is closed."""
        if self._asked is not None:
            self._asked.cancel()
            self._asked = None

    async def _answer(self, opened: Runtime, question: Message, answer: dict[str, Any]) -> None:
        code = said = ""
        try:
            model, _ = await opened.default_model(opened.chat())
            spent_by = SpentBy(name="next cell", turn=uuid4().hex)
            stream = opened.source.stream(model, [question], spent_by=spent_by)
            code, said = proposed_code((await stream.answer()).text)
        except NbchatError as error:
            said = first_line(str(error))
        # The name of a phrase is no sentence.
        self._tell({**answer, "code": code, "said": said if code else translated(said)})


def proposal_question(notebook: Notebook, opened: Runtime, settings: Settings) -> Message:
    """What a model is asked: the cells as they ran, and the variables by their shape."""
    cells = cells_above(
        notebook,
        ALL,
        budget=settings.cell_budget,
        images=False,
        data=settings.data,
        turns=opened.turns,
    )
    known = notebook.variables
    own = [name for name in known if not name.startswith("_") and name not in notebook.hidden]
    lines = variable_lines(reversed(own), known, with_values=False)
    variables = "\n".join(["Variables:", *(f"- {line}" for line in lines)]) if lines else ""
    return turn_to_ask("\n\n".join(filter(None, [cells.text, variables, QUESTION]))).question


def proposed_code(text: str) -> tuple[str, str]:
    """The code of an answer, and what is said of it; where there is none to show, why.

    A person decides by what is seen, so what nobody would see is not proposed.

    >>> proposed_code("Look:\\n```python\\ndf.plot()\\n```")
    ('df.plot()', 'keys')
    >>> proposed_code("I would plot it.")
    ('', 'The model proposed no code.')
    """
    blocks = [block for block in code_blocks(text) if block.language.lower() in ("", *PYTHON)]
    code = blocks[0].code.replace("\r\n", "\n").strip("\n") if blocks else ""
    if not code.strip() or not blocks[0].is_whole:
        return "", NO_CODE
    if len(code) > LONGEST or code.count("\n") >= MOST_LINES:
        return "", TOO_LONG
    if unseen := unseen_characters(code) or ", ".join(map(repr, _CONTROL.findall(code)[:1])):
        return "", f"The proposal is not shown, since nobody sees all of it: {unseen}."
    return code, "keysShell" if _OF_A_SHELL.search(code) else "keys"
