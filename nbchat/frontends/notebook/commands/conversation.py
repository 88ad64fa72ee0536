"""`%chat` commands about the conversation: ask in it, where it stands, and how it moves."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from nbchat import render
from nbchat.errors import BadSettings
from nbchat.events import Answer, Usage
from nbchat.frontends.footer import cost_by_settings
from nbchat.frontends.notebook.arguments import MagicArguments
from nbchat.frontends.notebook.ask import ask as ask_in_cell
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.state_lines import resume_lines
from nbchat.frontends.notebook.commands.table import command
from nbchat.frontends.notebook.page_or_text import show, show_table
from nbchat.frontends.quoting import quoted
from nbchat.render.characters import readable, undisguised
from nbchat.render.page import note
from nbchat.wording import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbchat.conversation.conversation import Conversation
    from nbchat.turns import Turn

NOTHING_ASKED = "Nothing has been asked yet."
ALL_ASIDE = (
    "What has been asked stands aside. %chat branches lists it; %chat goto N goes on from there."
)


# --- asking --------------------------------------------------------------------------------------


@command("ask TEXT", "ask a question on one line", group="general")
def ask(chat: ChatCommand, text: str = "") -> Answer:
    return ask_in_cell(chat.shell, MagicArguments(name=chat.conversation.name), text)


@command("usage", "tokens, cost and time of the conversation", group="general")
def usage(chat: ChatCommand) -> None:
    turns = chat.conversation.all_turns  # what stands aside, or was taken back, has its price
    if not turns:
        print(NOTHING_ASKED)
        return
    rows = [[turn.answer.model, str(turn.answer.usage), *_cost_and_time([turn])] for turn in turns]
    total = Usage(
        sum(turn.answer.usage.input or 0 for turn in turns),
        sum(turn.answer.usage.output or 0 for turn in turns),
    )
    rows.append(["together", str(total), *_cost_and_time(turns)])
    show_table(chat.shell, ["model", "tokens", "cost", "time"], rows)


def _cost_and_time(turns: Sequence[Turn]) -> list[str]:
    cost = cost_by_settings(turn.answer for turn in turns)
    return [str(cost), f"{sum(turn.seconds for turn in turns):.1f} s"]


# --- where it stands -----------------------------------------------------------------------------


@command("history", "the conversation so far, and where it has branches", group="conversation")
def history(chat: ChatCommand) -> None:
    turns = chat.conversation.turns
    if not turns:
        stands_aside = chat.conversation.all_turns and not chat.conversation.can_redo
        print(ALL_ASIDE if stands_aside else NOTHING_ASKED)
        return
    places = [_place(chat.conversation, turn) for turn in turns]
    page = "".join(map(_turn_html, turns, places))
    text = "\n\n".join(map(_turn_text, turns, places))
    show(chat.shell, page, text)


def _place(conversation: Conversation, turn: Turn) -> str:
    """`question 2 of 3 here`, where others were asked in the same place."""
    family = conversation.siblings(turn)
    if len(family) == 1:
        return ""
    return f"question {family.index(turn) + 1} of {len(family)} here"


def _turn_html(turn: Turn, place: str) -> str:
    where = note(f"{place}; %chat branches lists them") if place else ""
    question = escape(undisguised(readable(turn.question.text)))
    asked = f'<blockquote><div class="nbc-plain">{question}</div></blockquote>'
    flaw = _flaw(turn)
    ending = note(flaw) if flaw else ""
    return f"{where}{asked}{render.to_html(turn.answer.text)}{ending}"


def _turn_text(turn: Turn, place: str) -> str:
    where = f"({place})\n" if place else ""
    flaw = _flaw(turn)
    ending = f"\n\n({flaw})" if flaw else ""
    return f"{where}> {turn.question.text}\n\n{render.plain(turn.answer)}{ending}"


def _flaw(turn: Turn) -> str:
    """What is wrong with an answer that is not whole."""
    stop = turn.answer.stop
    if stop.reason == "interrupted":
        return stop.detail or "stopped"
    return f"broke off: {stop.detail}" if stop.reason == "broken" else ""


# --- how it moves --------------------------------------------------------------------------------


@command("undo [N]", "take back the last question and answer, or the last N", group="conversation")
def undo(chat: ChatCommand, count: str = "") -> None:
    if count and not count.isdecimal():
        raise BadSettings(f"%chat undo takes a number of turns, not {count!r}.")
    gone = chat.conversation.undo(int(count or 1))
    if not gone:
        print("Nothing to take back.")
        return
    before = len(gone) + len(chat.conversation.turns)
    print(f"Took back {len(gone)} of {plural(before, 'turn')}.")


@command("redo", "take back the last undo or reset", group="conversation")
def redo(chat: ChatCommand) -> None:
    back = chat.conversation.redo()
    print(f"{plural(len(back), 'turn')} back again." if back else "Nothing to bring back.")


@command("reset", "start the conversation over, without its history", group="conversation")
def reset(chat: ChatCommand) -> None:
    count = chat.conversation.reset()
    left = f"; {plural(count, 'turn')} left behind, which %chat redo undoes" if count else ""
    print(f"The conversation starts over{left}.")


@command("branches", "every branch of the conversation, with its number", group="conversation")
def branches(chat: ChatCommand) -> None:
    leaves, here = chat.conversation.branches, chat.conversation.last
    if not leaves:
        print(NOTHING_ASKED)
        return
    rows = []
    for number, leaf in enumerate(leaves, 1):
        mark = "*" if leaf is here else ""
        path = leaf.path
        rows.append([mark, str(number), str(len(path)), path[0].title, leaf.title])
    show_table(chat.shell, ["", "branch", "turns", "begins", "ends"], rows)


@command("goto N", "go on at the end of branch N", group="conversation")
def goto(chat: ChatCommand, number: str = "") -> None:
    leaves = chat.conversation.branches
    if not leaves:
        raise BadSettings("there is no branch to go to: nothing has been asked yet.")
    if not number.isdecimal() or not 1 <= int(number) <= len(leaves):
        raise BadSettings(
            f"%chat goto takes a number from 1 to {len(leaves)}; %chat branches lists them."
        )
    leaf = chat.conversation.goto(leaves[int(number) - 1])
    print(
        f"On branch {number}: {plural(len(leaf.path), 'turn')}, the last is {quoted(leaf.title)}."
    )


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
        print(f"{mark} {conversation.name}: {plural(len(conversation.turns), 'turn')}")
    if name:
        for line in resume_lines(chat):
            print(line)
