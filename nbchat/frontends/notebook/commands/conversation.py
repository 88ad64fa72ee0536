"""`%chat` commands about the conversation: ask in it, where it stands, and how it moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbchat.errors import BadCommand, NoQuestion, NotThere
from nbchat.events import Answer
from nbchat.frontends.notebook.arguments import MagicArguments, leading_options
from nbchat.frontends.notebook.ask import ask as ask_in_cell
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.history_page import history_page, whole_turn
from nbchat.frontends.notebook.commands.state_lines import resume_lines
from nbchat.frontends.notebook.commands.table import command
from nbchat.frontends.notebook.commands.usage_table import (
    USAGE_HEAD,
    remarks,
    tools_line,
    tools_run,
    usage_rows,
    without_times,
)
from nbchat.frontends.notebook.commands.usage_words import budget_lines, period_and_group
from nbchat.frontends.notebook.page_or_text import say, show, show_table
from nbchat.frontends.quoting import quoted
from nbchat.frontends.what_stays import what_stays
from nbchat.store.spent_table import SpentTable
from nbchat.wording import plural

if TYPE_CHECKING:
    from nbchat.conversation.conversation import Conversation
    from nbchat.turns import Turn

NOTHING_ASKED = "Nothing has been asked yet."
ALL_ASIDE = (
    "What has been asked stands aside. %chat branches lists it; %chat goto N goes on from there."
)
WITHOUT_WORDS = (
    "%chat ask needs the words of a question behind it; below a %%chat line there is room for more."
    "\nSuch as: %chat ask Why is the sky blue?"
)
LAST = ("last", "-1", "latest", "end")  # what people type for the last turn


# --- asking --------------------------------------------------------------------------------------


@command("ask TEXT", "ask a question on one line", group="general")
def ask(chat: ChatCommand, text: str = "") -> Answer:
    if not text.strip("\"'"):
        raise NoQuestion(WITHOUT_WORDS)
    options = leading_options(text)
    if options:
        raise BadCommand(
            "%chat ask takes no options: all that follows it is the question. They stand on the "
            f"first line of a cell, and the question below it:\n%%chat {options}"
        )
    try:
        return ask_in_cell(chat.shell, MagicArguments(name=chat.conversation.name), text)
    except NoQuestion:  # a variable's value may be empty
        raise NoQuestion(WITHOUT_WORDS) from None


# --- what it has cost ----------------------------------------------------------------------------


@command(
    "usage [TIME] [--by X]",
    "tokens and cost of the conversation, or of all notebooks today, month, all",
    group="general",
)
def usage(chat: ChatCommand, typed: str = "") -> None:
    if typed:
        period, by = period_and_group(typed)
        table = SpentTable(by, chat.runtime.account.sums(period, by))
        if len(table):
            show_table(chat.shell, table.head, table.rows, table.below)
        else:
            say(table.below)
        return
    turns, unanswered = chat.conversation.all_turns, chat.conversation.unanswered
    if not turns and not unanswered:
        say(remarks(chat.conversation))
        return
    rows = [USAGE_HEAD, *usage_rows(turns, unanswered)]
    if not _is_for_a_person(chat):
        rows = [without_times(row) for row in rows]
    below = [remarks(chat.conversation)]
    if tools := tools_run(turns):
        below.append(tools_line(tools, with_times=_is_for_a_person(chat)))
    below += budget_lines(chat.settings.budgets, chat.runtime.account)
    show_table(chat.shell, rows[0], rows[1:], " ".join(below))


# --- where it stands -----------------------------------------------------------------------------


@command(
    "history [N]",
    "the conversation by numbers, and where it has branches; N shows one whole",
    group="conversation",
)
def history(chat: ChatCommand, number: str = "") -> None:
    if number:
        turn, place = _numbered(chat, number)
        show(chat.shell, *whole_turn(turn, place, with_times=_is_for_a_person(chat)))
        return
    turns = chat.conversation.turns
    if not turns:
        say(_why_empty(chat.conversation))
        return
    show(chat.shell, *history_page(chat.conversation, with_times=_is_for_a_person(chat)))


def _is_for_a_person(chat: ChatCommand) -> bool:
    """Whether what a clock has measured is shown.

    A run of the notebook that nobody watches saves the same bytes each time.
    """
    return chat.runtime.watched is not False


def _numbered(chat: ChatCommand, typed: str) -> tuple[Turn, int]:
    """The turn that a number of `%chat history` stands for: `3` or `#3`, on any branch."""
    turns = chat.conversation.all_turns
    digits = typed.removeprefix("#")
    if not turns:
        raise NotThere("there is no turn to show or to go to: nothing has been asked yet.")
    if not digits.isdecimal():
        raise BadCommand(_takes_number(chat.conversation, typed))
    number = int(digits)
    if not 1 <= number <= len(turns):
        numbers = f"from #1 to #{len(turns)}" if len(turns) > 1 else "#1 alone"
        raise NotThere(
            f"no turn has the number {digits}. They are numbered {numbers}:\n%chat history"
        )
    return turns[number - 1], number


def _takes_number(conversation: Conversation, typed: str) -> str:
    """What to say of a turn that is named in another way than by its number."""
    last = conversation.last
    said = f"a turn is shown by its number, one at a time, not by {typed!r}."
    if typed.lower() in LAST and last:
        number = conversation.all_turns.index(last) + 1
        return f"{said}\nThe last one here:\n%chat history {number}"
    return f"{said}\nEvery turn here with its number:\n%chat history"


def _why_empty(conversation: Conversation) -> str:
    """Why nothing is on the current branch, and what there is elsewhere."""
    asked = len(conversation.all_turns)
    if not asked:
        return NOTHING_ASKED
    if not conversation.can_redo:
        return ALL_ASIDE
    count = plural(asked, "turn")
    others = f"{count} is on other branches" if asked == 1 else f"{count} are on other branches"
    return f"The conversation starts over; {others}:\n%chat branches"


# --- how it moves --------------------------------------------------------------------------------


@command("undo [N]", "take back the last question and answer, or the last N", group="conversation")
def undo(chat: ChatCommand, count: str = "") -> None:
    if count and not count.isdecimal():
        way = "All of them:\n%chat reset" if count.lower() == "all" else "The last one:\n%chat undo"
        raise BadCommand(f"%chat undo takes a number of turns, not {count!r}.\n{way}")
    gone = chat.conversation.undo(int(count or 1))
    if not gone:
        say("Nothing to take back.")
        return
    before = len(gone) + len(chat.conversation.turns)
    stays = what_stays(gone)
    say(f"Took back {len(gone)} of {plural(before, 'turn')}." + (f" {stays}" if stays else ""))


@command("redo", "take back the last undo or reset", group="conversation")
def redo(chat: ChatCommand) -> None:
    back = chat.conversation.redo()
    say(f"{plural(len(back), 'turn')} back again." if back else "Nothing to bring back.")


@command("reset", "start the conversation over, without its history", group="conversation")
def reset(chat: ChatCommand) -> None:
    count = chat.conversation.reset()
    left = f"{plural(count, 'turn')} left behind, which %chat redo undoes"
    say(f"The conversation starts over; {left}." if count else "The conversation starts over.")


@command("branches", "every branch of the conversation, with its number", group="conversation")
def branches(chat: ChatCommand) -> None:
    leaves, here = chat.conversation.branches, chat.conversation.last
    if not leaves:
        say(NOTHING_ASKED)
        return
    rows = []
    for number, leaf in enumerate(leaves, 1):
        mark = "*" if leaf is here else ""
        path = leaf.path
        rows.append([mark, str(number), str(len(path)), path[0].title, leaf.title])
    show_table(chat.shell, ["", "branch", "turns", "begins", "ends"], rows)


@command("goto N", "go on at the end of branch N, or after turn #N", group="conversation")
def goto(chat: ChatCommand, number: str = "") -> None:
    if number.startswith("#"):
        turn, _ = _numbered(chat, number)
        chat.conversation.stand_at(turn)
        count = plural(len(turn.path), "turn")
        say(f"After turn {number}: {count}, the last is {quoted(turn.title)}.")
        return
    leaves = chat.conversation.branches
    if not leaves:
        raise NotThere("there is no branch to go to: nothing has been asked yet.")
    if not number.isdecimal() or not 1 <= int(number) <= len(leaves):
        raise NotThere(
            f"%chat goto takes the number of a branch, from 1 to {len(leaves)}, or #N for the turn "
            "with that number in %chat history.\nThe branches:\n%chat branches"
        )
    leaf = chat.conversation.goto(leaves[int(number) - 1])
    say(f"On branch {number}: {plural(len(leaf.path), 'turn')}, the last is {quoted(leaf.title)}.")


@command(
    "switch [NAME]",
    "go on in another conversation; %chat is about that one then",
    group="conversation",
)
def switch(chat: ChatCommand, name: str = "") -> None:
    if name:
        chat.go_on_in(chat.runtime.chat(name))
    for conversation in chat.runtime.conversations.values():
        mark = "*" if conversation.name == chat.runtime.active else " "
        say(f"{mark} {conversation.name}: {plural(len(conversation.turns), 'turn')}")
    if name:
        for line in resume_lines(chat):
            say(line)
