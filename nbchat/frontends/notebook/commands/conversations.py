"""`%chat` commands about the conversation: where it stands, and how it moves; files it goes to and comes from."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from nbchat import render, runtime
from nbchat.errors import BadSettings
from nbchat.frontends.notebook.commands.stored import StoredCommands
from nbchat.frontends.notebook.show import show, show_table
from nbchat.render.characters import readable
from nbchat.render.page import note
from nbchat.wording import plural

if TYPE_CHECKING:
    from nbchat.turns import Turn


class ConversationCommands(StoredCommands):
    """A method here is a command too."""

    # --- where it stands -----------------------------------------------------------------------

    def history(self, _: str) -> None:
        """history: the conversation so far, and where it has branches"""
        turns = self._conversation.turns
        if not turns:
            print("Nothing has been asked yet.")
            return
        places = [self._place(turn) for turn in turns]
        show(
            self._shell,
            "".join(map(_turn_html, turns, places)),
            "\n\n".join(map(_turn_text, turns, places)),
        )

    def _place(self, turn: Turn) -> str:
        """`question 2 of 3`, where others were asked in the same place."""
        family = self._conversation.siblings(turn)
        return f"question {family.index(turn) + 1} of {len(family)} here" if len(family) > 1 else ""

    def undo(self, count: str) -> None:
        """undo [N]: take back the last question and answer, or the last N"""
        if count and not count.isdecimal():
            raise BadSettings(f"%chat undo takes a number of turns, not {count!r}.")
        gone = self._conversation.undo(int(count or 1))
        left = len(self._conversation.turns)
        print(
            f"Took back {len(gone)} of {plural(len(gone) + left, 'turn')}."
            if gone
            else "Nothing to take back."
        )

    def redo(self, _: str) -> None:
        """redo: take back the last undo or reset"""
        back = self._conversation.redo()
        print(f"{plural(len(back), 'turn')} back again." if back else "Nothing to bring back.")

    def reset(self, _: str) -> None:
        """reset: start the conversation over, without its history"""
        count = self._conversation.reset()
        left = f"; {plural(count, 'turn')} left behind, which %chat redo undoes" if count else ""
        print(f"The conversation starts over{left}.")

    def branches(self, _: str) -> None:
        """branches: every branch of the conversation, with its number"""
        leaves, here = self._conversation.branches, self._conversation.last
        if not leaves:
            print("Nothing has been asked yet.")
            return
        rows = [
            [
                "*" if leaf is here else "",
                str(number),
                str(len(leaf.path)),
                leaf.path[0].title,
                leaf.title,
            ]
            for number, leaf in enumerate(leaves, 1)
        ]
        show_table(self._shell, ["", "branch", "turns", "begins", "ends"], rows)

    def goto(self, number: str) -> None:
        """goto N: go on at the end of branch N"""
        leaves = self._conversation.branches
        if not leaves:
            raise BadSettings("there is no branch to go to: nothing has been asked yet.")
        if not number.isdecimal() or not 1 <= int(number) <= len(leaves):
            raise BadSettings(
                f"%chat goto takes a number from 1 to {len(leaves)}; %chat branches lists them."
            )
        leaf = self._conversation.goto(leaves[int(number) - 1])
        print(f"On branch {number}: {plural(len(leaf.path), 'turn')}, the last is {leaf.title!r}.")

    def switch(self, name: str) -> None:
        """switch [NAME]: go on in another conversation; %chat is about that one then"""
        if name:
            self._state.active = name
            self._conversation = self._state.chat(name)
        for one in self._state.conversations.values():
            print(
                f"{'*' if one.name == self._state.active else ' '} {one.name}: {plural(len(one.turns), 'turn')}"
            )
        for line in self._offer() if name else ():
            print(line)

    # --- files ---------------------------------------------------------------------------------

    def export(self, file: str) -> None:
        """export FILE: write the conversation: Markdown, JSON or a notebook (.md, .json, .ipynb)"""
        from nbchat.conversation.export import write_export
        from nbchat.frontends.notebook.cell import bundle

        if not file:
            raise BadSettings(
                "%chat export needs the name of a file, such as talk.md, talk.json or talk.ipynb."
            )
        if not self._conversation.turns:
            raise BadSettings("there is nothing to export: nothing has been asked yet.")
        if Path(file).exists():
            raise BadSettings(f"{file} exists already and is not overwritten. Choose another name.")
        write_export(self._conversation, Path(file), bundle)
        print(f"Wrote {plural(len(self._conversation.turns), 'turn')} to {file}.")

    def import_(self, file: str) -> None:
        """import FILE: go on from a conversation that was exported as JSON"""
        from nbchat.conversation.export import read_export

        if not file:
            raise BadSettings(
                "%chat import needs the name of a file that %chat export FILE.json has written."
            )
        found, turns = read_export(Path(file))
        conversation = self._conversation
        conversation.model = runtime.choose_model(conversation)[
            0
        ]  # a file does not choose who is asked, and paid
        conversation.add(turns)
        print(
            f"Read {plural(len(turns), 'turn')} from {file}; {conversation.model} answers from here on."
        )
        if found.system and found.system != conversation.system:
            print(f"Its system prompt is not taken over: {found.system.strip()[:200]!r}")


def _turn_html(turn: Turn, place: str) -> str:
    where = note(f"{place}; %chat branches lists them") if place else ""
    asked = f'<blockquote><div class="nbc-plain">{escape(readable(turn.question.text))}</div></blockquote>'
    ending = note(flag) if (flag := _flag(turn)) else ""
    return f"{where}{asked}{render.to_html(turn.answer.text)}{ending}"


def _turn_text(turn: Turn, place: str) -> str:
    where = f"({place})\n" if place else ""
    ending = f"\n\n({flag})" if (flag := _flag(turn)) else ""
    return f"{where}> {turn.question.text}\n\n{render.plain(turn.answer)}{ending}"


def _flag(turn: Turn) -> str:
    """What is wrong with an answer that is not whole."""
    reason, detail = turn.answer.stop.reason, turn.answer.stop.detail
    return {"interrupted": detail or "stopped", "broken": f"broke off: {detail}"}.get(reason, "")
