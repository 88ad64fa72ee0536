"""`%chat COMMAND`: a method here is a command, its docstring the help that `%chat` shows."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from nbchat.catalog.model_list import abilities, price_text
from nbchat.errors import BadSettings
from nbchat.events import Usage
from nbchat.frontends.notebook.commands.conversations import ConversationCommands
from nbchat.frontends.notebook.commands.stored import StoredCommands
from nbchat.frontends.notebook.footer import money
from nbchat.frontends.notebook.magic import HELP, state_of
from nbchat.frontends.notebook.show import show_table
from nbchat.key_policy import missing_key
from nbchat.settings import Settings
from nbchat.wording import did_you_mean, shorten

if TYPE_CHECKING:
    from nbchat.catalog.catalog import Catalog
    from nbchat.catalog.rows import Model, Provider


READY = ("set", "none needed")


class Commands(ConversationCommands):
    """What `%chat` can do; those about conversations are in files of their own."""

    def run(self, line: str) -> None:
        """Run the command on a `%chat` line; without one, tell the state and the commands."""
        name, _, rest = line.strip().partition(" ")
        if name in ("", "help", *HELP):
            print(self._help())
        elif name not in COMMANDS:
            raise BadSettings(_no_command(name, rest.strip()))
        else:
            COMMANDS[name](self, rest.strip())

    def _help(self) -> str:
        lines = [state_of(self._conversation), *self._kept()]
        lines.append(
            "Ask with %%chat [MODEL] and your question below it; %%chat? has its options. Commands:"
        )
        width = max(len(_usage(method)[0]) for method in COMMANDS.values())
        for group in GROUPS:
            lines.append("")
            lines += [
                f"  %chat {usage:{width}}  {what}" for usage, what in map(_usage, group.values())
            ]
        return "\n".join(lines)

    def models(self, pattern: str) -> None:
        """models [PATTERN]: the models, those your keys open first; --live PROVIDER asks the provider"""
        option, _, kind = pattern.partition(" ")
        if option == "--live":
            self._live(kind.strip())
            return
        settings = Settings.load()
        found = settings.catalog.models.values()
        rows = [
            m
            for m in found
            if _named(pattern, m.id, m.name, m.type) or pattern.lower() in m.features
        ]
        if not rows:
            raise BadSettings(
                f"no model or provider matches {pattern!r}. %chat models lists them all."
            )
        states = {t: _key_state(p, settings) for t, p in settings.catalog.providers.items()}
        rows.sort(key=lambda m: (states[m.type] not in READY, m.status == "retired"))
        cells = [_model_row(m, settings.catalog, states[m.type]) for m in rows]
        show_table(
            self._shell,
            ["model", "provider", "context", "in / out per 1M", "besides text", "", "key"],
            cells,
        )

    def _live(self, kind: str) -> None:
        """What a provider lists now, by the names to ask them by."""
        from nbchat import runtime

        if not kind:
            raise BadSettings("--live needs a provider: %chat models --live kimi.")
        rows = runtime.current().list_models(kind)
        catalog = Settings.load().catalog
        cells = []
        for model in rows:
            _, _, window, costs, able, status, _ = _model_row(model, catalog, "set")
            name = model.id if model.id in catalog.models else f"{kind}:{model.id}"
            cells.append(
                [name, model.name, window, costs, able, "" if status == "unlisted" else status]
            )
        after = f"{len(rows)} models, as {catalog.providers[kind].name} lists them now."
        show_table(
            self._shell,
            ["model", "name", "context", "in / out per 1M", "besides text", ""],
            cells,
            after,
        )

    def providers(self, pattern: str) -> None:
        """providers [PATTERN]: who serves them, the variables their keys are read from, and which are set"""
        settings = Settings.load()
        found = [
            p
            for p in settings.catalog.providers.values()
            if not p.retired and _named(pattern, p.type, p.name)
        ]
        if not found:
            raise BadSettings(f"no provider matches {pattern!r}. %chat providers lists them all.")
        rows = [
            [p.type, p.name, " or ".join(p.env_keys), _key_state(p, settings), p.default_model]
            for p in found
        ]
        rows.sort(key=lambda row: row[3] not in READY)
        show_table(self._shell, ["type", "provider", "key in", "", "a model"], rows)

    def use(self, model: str) -> None:
        """use MODEL: answer with this model from now on"""
        if not model:
            raise BadSettings("%chat use needs the name of a model. %chat models lists them.")
        settings = Settings.load()
        route = settings.catalog.find(model)
        self._conversation.model = model
        print(f"{model} answers from now on. Provider: {route.provider.name}.")
        if route.model.status == "retired":
            print(_retired(route.model, settings.catalog))
        if route.provider.key_needed and not settings.key(route.provider, route.model.env_key):
            print(missing_key(route.provider))

    def ask(self, text: str) -> None:
        """ask TEXT: ask a question on one line"""
        from nbchat.frontends.notebook.arguments import MagicArguments
        from nbchat.frontends.notebook.magic import ask

        ask(self._shell, MagicArguments(name=self._conversation.name), text)

    def usage(self, _: str) -> None:
        """usage: tokens, cost and time of the conversation"""
        turns = self._conversation.turns
        rows = [
            [
                t.answer.model,
                str(t.answer.usage),
                money([t.answer]),
                f"{t.seconds:.1f} s",
            ]
            for t in turns
        ]
        if not rows:
            print("Nothing has been asked yet.")
            return
        total = Usage(
            sum(t.answer.usage.input or 0 for t in turns),
            sum(t.answer.usage.output or 0 for t in turns),
        )
        costs = money(t.answer for t in turns)
        show_table(
            self._shell,
            ["model", "tokens", "cost", "time"],
            [
                *rows,
                ["together", str(total), costs, f"{sum(t.seconds for t in turns):.1f} s"],
            ],
        )

    def settings(self, _: str) -> None:
        """settings: every setting, and where its value comes from"""
        show_table(
            self._shell,
            ["setting", "value", "from"],
            [[s.name, s.value, s.origin] for s in Settings.load().rows()],
        )

    def panel(self, _: str) -> None:
        """panel: the conversation as a panel, live with every %%chat"""
        from nbchat.frontends.panel import ChatPanel

        ChatPanel(self._conversation.name)._ipython_display_()


# By name, in the order in which `%chat` lists them.
GROUPS = [
    {
        name.rstrip("_"): method
        for name, method in vars(kind).items()
        if not name.startswith("_") and name != "run"
    }
    for kind in (Commands, ConversationCommands, StoredCommands)
]
COMMANDS = {name: method for group in GROUPS for name, method in group.items()}


def _usage(method: Callable[..., None]) -> tuple[str, str]:
    """What a command's docstring says: how to write it, and what it does."""
    usage, _, what = (inspect.getdoc(method) or "").partition(": ")
    return usage, what


def _no_command(name: str, rest: str) -> str:
    """What to say of a first word that is no command: a typo, a model, or a question."""
    if guess := did_you_mean(name, COMMANDS):
        return f"%chat has no command {name!r}.{guess} %chat alone lists them."
    settings = Settings.load()
    if name in (*settings.catalog.models, *settings.catalog.aliases) or ":" in name:
        return f"%chat takes a command, not a model. To ask {name}: %%chat {name}, and the question below it."
    asked = f"{name} {rest}" if rest else "TEXT"
    asked = shorten(asked, 60)
    return f"%chat has no command {name!r}; alone it lists them. To ask: %chat ask {asked}"


def _retired(model: Model, catalog: Catalog) -> str:
    """What to know of a model that its vendor no longer serves."""
    since = f" on {model.retired_on}" if model.retired_on else ""
    said = [f"It was retired{since} and will most likely be refused."]
    if model.replacement:
        said.append(f"Its replacement: {model.replacement}.")
    if others := ", ".join(catalog.elsewhere(model)):
        said.append(f"Still served as {others}.")
    return " ".join(said)


def _named(pattern: str, *names: str) -> bool:
    return not pattern or any(fnmatch(name.lower(), f"*{pattern.lower()}*") for name in names)


def _key_state(provider: Provider, settings: Settings) -> str:
    if not provider.key_needed:
        return "none needed"
    return "set" if settings.key(provider) else "not set"


def _model_row(model: Model, catalog: Catalog, key: str) -> list[str]:
    window = f"{model.context_window:,}" if model.context_window else ""
    status = "" if model.status == "current" else f"{model.status} {model.retired_on or ''}".strip()
    provider = catalog.providers[model.type]
    if key not in READY:
        key = f"needs {provider.env_keys[0]}" if provider.env_keys else ""
    return [model.id, provider.name, window, price_text(model), abilities(model), status, key]
