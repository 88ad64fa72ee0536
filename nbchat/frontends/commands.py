"""`%chat COMMAND`: a method here is a command, its docstring the help that `%chat` shows."""

from __future__ import annotations

import inspect
from fnmatch import fnmatch
from html import escape
from typing import TYPE_CHECKING

from nbchat import kernel, render
from nbchat.errors import BadSettings
from nbchat.frontends.footer import cost, money, price_of, tokens
from nbchat.messages import Usage
from nbchat.settings import Settings

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.catalog import Catalog, Model
    from nbchat.conversation import Turn


class Commands:
    """What `%chat` can do."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._conversation = kernel.current().chat()

    def run(self, line: str) -> None:
        """Run the command on a `%chat` line; without one, tell the state and the commands."""
        name, _, rest = line.strip().partition(" ")
        if not name:
            print(self._help())
        elif name not in COMMANDS:
            raise BadSettings(
                f"%chat has no command {name!r}. Commands: {', '.join(COMMANDS)}. To ask: %chat ask TEXT."
            )
        else:
            getattr(self, name)(rest.strip())

    def _help(self) -> str:
        from nbchat.frontends.magic import state_of

        rows = [inspect.getdoc(getattr(Commands, name)) or "" for name in COMMANDS]
        usages = [row.partition(": ") for row in rows]
        width = max(len(usage) for usage, _, _ in usages)
        lines = [f"  %chat {usage:{width}}  {what}" for usage, _, what in usages]
        return "\n".join(
            [state_of(self._conversation), "Ask with %%chat [MODEL] and your question below it. Commands:", *lines]
        )

    def models(self, pattern: str) -> None:
        """models [PATTERN]: the models there are, those usable with your keys first"""
        settings = Settings.load()
        rows = [m for m in settings.catalog.models.values() if _matches(m, pattern)]
        if not rows:
            raise BadSettings(f"no model or provider matches {pattern!r}. %chat models lists them all.")
        usable = {t for t, p in settings.catalog.providers.items() if not p.key_needed or settings.key(p)}
        rows.sort(key=lambda m: (m.type not in usable, m.status == "retired"))
        cells = [_model_row(m, settings.catalog, m.type in usable) for m in rows]
        self._table(["model", "provider", "context", "in / out per 1M", "", "key"], cells)

    def use(self, model: str) -> None:
        """use MODEL: answer with this model from now on"""
        if not model:
            raise BadSettings("%chat use needs the name of a model. %chat models lists them.")
        route = Settings.load().catalog.find(model)
        self._conversation.model = model
        print(f"{model} ({route.provider.name}) answers from now on.")

    def ask(self, text: str) -> None:
        """ask TEXT: ask a question on one line"""
        from nbchat.frontends.line import Line
        from nbchat.frontends.magic import ask

        ask(self._shell, Line(name=self._conversation.name), text)

    def history(self, _: str) -> None:
        """history: the conversation so far"""
        turns = self._conversation.turns
        if not turns:
            print("Nothing has been asked yet.")
            return
        self._publish("".join(map(_turn_html, turns)), "\n\n".join(map(_turn_text, turns)))

    def undo(self, count: str) -> None:
        """undo [N]: take back the last question and answer, or the last N"""
        if count and not count.isdecimal():
            raise BadSettings(f"%chat undo takes a number of turns, not {count!r}.")
        gone = self._conversation.undo(int(count or 1))
        print(
            f"Took back {len(gone)} of {len(gone) + len(self._conversation.turns)} turns."
            if gone
            else "Nothing to take back."
        )

    def reset(self, _: str) -> None:
        """reset: start the conversation over, without its history"""
        print(f"The conversation starts over; {self._conversation.reset()} turns are left behind.")

    def switch(self, name: str) -> None:
        """switch [NAME]: go on in another conversation, which `%chat` then is about"""
        state = kernel.current()
        if name:
            state.active = name
            state.chat(name)
        for one in state.conversations.values():
            print(f"{'*' if one.name == state.active else ' '} {one.name}: {len(one.turns)} turns")

    def export(self, file: str) -> None:
        """export FILE: write the conversation as Markdown, or as JSON to FILE.json"""
        if not file:
            raise BadSettings("%chat export needs the name of a file, such as talk.md or talk.json.")
        try:
            print(f"Wrote {len(self._conversation.turns)} turns to {self._conversation.export(file)}.")
        except OSError as error:
            raise BadSettings(f"{file} cannot be written: {error.strerror}. Choose another place.") from None

    def usage(self, _: str) -> None:
        """usage: tokens, cost and time of the conversation"""
        turns = self._conversation.turns
        rows = [
            [
                t.answer.model,
                tokens(t.answer.usage),
                money(t.answer.usage, price_of(t.answer.model)),
                f"{t.seconds:.1f} s",
            ]
            for t in turns
        ]
        if not rows:
            print("Nothing has been asked yet.")
            return
        total = Usage(sum(t.answer.usage.input or 0 for t in turns), sum(t.answer.usage.output or 0 for t in turns))
        self._table(
            ["model", "tokens", "cost", "time"],
            [*rows, ["together", tokens(total), _sum(turns), f"{sum(t.seconds for t in turns):.1f} s"]],
        )

    def settings(self, _: str) -> None:
        """settings: every setting, and where its value comes from"""
        self._table(["setting", "value", "from"], [[s.name, s.value, s.origin] for s in Settings.load().rows()])

    # --- showing ---------------------------------------------------------------------------------

    def _table(self, head: list[str], rows: list[list[str]]) -> None:
        cells = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>" for row in rows)
        names = "".join(f"<th>{escape(name)}</th>" for name in head)
        page = f"<table><thead><tr>{names}</tr></thead><tbody>{cells}</tbody></table>"
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (head, *rows)
        ]
        self._publish(page, "\n".join(lines))

    def _publish(self, page: str, text: str) -> None:
        if not hasattr(self._shell, "kernel"):
            print(text)
            return
        wrapped = f'<div class="nbc tex2jax_ignore mathjax_ignore"><style>{render.STYLE}</style>{page}</div>'
        self._shell.display_pub.publish({"text/html": wrapped, "text/plain": text})


COMMANDS = [name for name in vars(Commands) if not name.startswith("_") and name != "run"]


def _matches(model: Model, pattern: str) -> bool:
    pattern = pattern.lower()
    return not pattern or any(fnmatch(text.lower(), f"*{pattern}*") for text in (model.id, model.name, model.type))


def _model_row(model: Model, catalog: Catalog, usable: bool) -> list[str]:
    price = model.price
    costs = (
        f"{price.input:g} / {price.output:g} {price.currency}"
        if price and None not in (price.input, price.output)
        else ""
    )
    window = f"{model.context_window:,}" if model.context_window else ""
    status = "" if model.status == "current" else f"{model.status} {model.retired_on or ''}".strip()
    provider = catalog.providers[model.type]
    key = (
        "none needed"
        if not provider.key_needed
        else "set"
        if usable
        else f"needs {provider.env_keys[0]}"
        if provider.env_keys
        else ""
    )
    return [model.id, provider.name, window, costs, status, key]


def _turn_html(turn: Turn) -> str:
    asked = f'<div class="nbc-question">{escape(turn.question.text)}</div>'
    return f"{asked}{render.to_html(turn.answer.text)}"


def _turn_text(turn: Turn) -> str:
    return f"> {turn.question.text}\n\n{render.plain(turn.answer)}"


def _sum(turns: list[Turn]) -> str:
    """The cost of all turns, by currency."""
    sums: dict[str, float] = {}
    for turn in turns:
        price = price_of(turn.answer.model)
        if price and (amount := cost(turn.answer.usage, price)):
            sums[price.currency] = sums.get(price.currency, 0.0) + amount
    return ", ".join(f"{amount:.4f} {currency}" for currency, amount in sums.items())
