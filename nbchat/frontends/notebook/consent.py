"""Asks the person at a cell, or at a terminal, whether a call may run: one line of input.

What would run is shown by whoever shows the answer. Enter alone approves nothing, no answer is
no consent, and an interrupt goes through to whoever waits. The same question may be answered
elsewhere meanwhile; then the wait ends here.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Protocol

from IPython.core.error import StdinNotImplementedError

from nbchat.frontends.notebook.consent_words import UNCLEAR, prompt, understood
from nbchat.frontends.notebook.late_replies import open_boxes, take_reply
from nbchat.frontends.notebook.next_cell import insert_below
from nbchat.frontends.notebook.waking import Waking, Woken
from nbchat.languages import translated
from nbchat.render.would_run import LONGEST_READ, written_out
from nbchat.tools.consent import ConsentQuestion, Decision
from nbchat.wording import plural

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

WITHDRAWN_SECONDS = 0.5  # that a panel in the same page has to press Enter in the box
MOST_TRIES = 5  # lines that are no answer, until that is taken for a no
NO_ANSWER = "no answer was given"
EDITED = "edited by the person: the code stands in a new cell below, to be run from there"
WHY = "Why not? (the model is told; Enter for no reason): "
IN_ITS_PLACE = "Type what is to run in its place (Enter to leave it): "
MANY_LINES = "Code of several lines cannot be edited here."
HIDDEN = "That has characters which nobody sees."


class Asks(Protocol):
    """Whoever shows the answer, as far as a question goes into it."""

    def ask(self, question: ConsentQuestion | None) -> None:
        """Show what would run; None: the question is over."""

    def keep_boxes(self, are_open: bool) -> None:
        """Whether an input box stands there that nobody waits for: it has to stay until then."""

    def say(self, words: str) -> None:
        """Show a remark."""


class Consent:
    """The questions of one answer, in the cell or the terminal where it is shown."""

    def __init__(self, shell: InteractiveShell, display: Asks, *, is_possible: bool) -> None:
        self._shell = shell
        self._display = display
        self._is_possible = is_possible
        self._has_left_one = False  # an input box of this answer stands open
        self._answerer = ""  # who was first there
        self.unheard: list[ConsentQuestion] = []  # that nobody could be asked here

    def ask(self, question: ConsentQuestion) -> None:
        """Ask, and return when it is answered or nobody can be asked."""
        if too_long := _too_long(question):
            question.answer(Decision(False, too_long), by="")
        elif not self._is_possible:
            self.unheard.append(question)
        else:
            self._ask_here(question)

    def _ask_here(self, question: ConsentQuestion) -> None:
        self.tell_late_replies()
        waking = Waking()
        question.take()
        self._display.ask(question)
        try:
            with waking.wait():
                question.when_answered(waking.wake)
                decision = self._decide(question)
            if not question.answer(decision, by="the cell"):
                self._display.say(_too_late(question.answered_by))
        except Woken:
            self._leave_box()
            self._answerer = question.answered_by
            self.tell_late_replies(WITHDRAWN_SECONDS)
        except KeyboardInterrupt:
            self._stop(question)
            raise
        except EOFError:
            question.answer(Decision(False, NO_ANSWER), by="the cell")
        except (StdinNotImplementedError, OSError, RuntimeError, ValueError):
            self.unheard.append(question)
        finally:
            question.leave()
            self._display.ask(None)

    def _stop(self, question: ConsentQuestion) -> None:
        """A person has pressed stop: no place asks any more, and a panel leaves the box here."""
        question.answer(Decision(False, stopped=True), by="")
        question.leave()
        is_in_panel = question.is_taken
        question.take()
        if not is_in_panel or take_reply(self._shell, WITHDRAWN_SECONDS) is None:
            self._leave_box()

    def _leave_box(self) -> None:
        open_boxes.leave()
        self._has_left_one = True

    def tell_late_replies(self, seconds: float = 0.0) -> None:
        """Say so, where an input box was answered that nobody waited for any more."""
        if open_boxes:
            if open_boxes.take_reply(self._shell, seconds=seconds):
                self._display.say(_too_late(self._answerer))
            self._display.keep_boxes(self._has_left_one and bool(open_boxes))

    # --- the dialogue ----------------------------------------------------------------------------

    def _decide(self, question: ConsentQuestion) -> Decision:
        # A box that was left open may be answered now: a bare letter then is not for this question.
        mark = open_boxes.mark
        remark = ""
        for _ in range(MOST_TRIES):
            lines = "\n".join(filter(None, (remark, prompt(question, mark))))
            typed = understood(self._read(lines), question, mark)
            remark = UNCLEAR
            match typed.meaning:
                case "once":
                    return Decision(True)
                case "rest":
                    return Decision(True, for_rest=True)
                case "no":
                    return Decision(False, typed.reason or self._read(WHY).strip())
                case "edit":
                    edited = self._edit(question)
                    if isinstance(edited, Decision):
                        return edited
                    remark = edited
        return Decision(False, NO_ANSWER)

    def _edit(self, question: ConsentQuestion) -> Decision | str:
        """What a person makes of the code; or why nothing came of it."""
        if "\n" in question.code.strip("\n"):
            if insert_below(self._shell, question.code):
                return Decision(False, EDITED)
            return MANY_LINES
        code = self._read(IN_ITS_PLACE).strip()
        if not code:
            return ""
        if written_out(code) != code:
            return HIDDEN
        return Decision(True, arguments={**question.arguments, question.tool.code: code})

    def _read(self, line: str) -> str:
        kernel = getattr(self._shell, "kernel", None)
        read = getattr(kernel, "raw_input", None) or builtins.input
        return str(read(translated(line)))


def _too_late(by: str) -> str:
    return f"What was typed was not used: {by or 'somebody'} had answered before."


def _too_long(question: ConsentQuestion) -> str:
    """Why it cannot be asked at all: nobody reads so much, and none of it may go unread."""
    asked = [step.arguments for step in question.steps] or [question.arguments]
    size = sum(len(str(value)) for arguments in asked for value in arguments.values())
    if size <= LONGEST_READ:
        return ""
    return f"{plural(size, 'character')}, more than a person can read; {LONGEST_READ:,} at most"
