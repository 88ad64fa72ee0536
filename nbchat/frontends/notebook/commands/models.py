"""`%chat` commands about who may answer: models, providers, and the choice of one."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import TYPE_CHECKING

from nbchat.catalog.model_list import abilities, price_text, short_price, window_text
from nbchat.catalog.models_hint import NO_LIST
from nbchat.catalog.typed_addresses import address_meant
from nbchat.errors import BadCommand, NotThere, UnknownModel
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.table import command
from nbchat.frontends.notebook.page_or_text import say, show_table
from nbchat.frontends.notebook.stand_ins import explained
from nbchat.key_policy import missing_key
from nbchat.languages import listed, translated
from nbchat.wording import nearest, plural, shorten

if TYPE_CHECKING:
    from nbchat.catalog.catalog import Catalog
    from nbchat.catalog.rows import Model, Provider
    from nbchat.settings import Settings

READY = ("set", "none needed")  # of a key: its models can be asked
ALL = "all"  # in place of a pattern
LIVE = "--live"
# What people type behind a command that lists by itself.
LISTING = ("list", "ls", "show", "print", "available", "usable", "now", "mine", "local", "names")
EVERYTHING = (ALL, "a", "every", "everything", "full")
DEMO = "demo"
LONGEST_SHOWN = 60  # characters of a pattern that are repeated
LEAST_ALIKE = 0.8  # of the letters, for a name to be meant by a pattern
KEY_HEAD = "key"
MODEL_HEAD = ["model", "provider", KEY_HEAD, "context / answer", "USD per 1M in / out"]
MODEL_HEAD += ["besides text", ""]
LIVE_HEAD = ["model", "name", "context", "in / out per 1M", "besides text", ""]
PROVIDER_HEAD = ["type", "provider", "key in", "", "a model"]


@command(
    "models [PATTERN]",
    "models you can ask now, all, or with PATTERN; --live PROVIDER: its own list",
    group="general",
)
def models(chat: ChatCommand, pattern: str = "") -> None:
    words = pattern.replace(f"{LIVE}=", f"{LIVE} ").split()
    if LIVE in words:
        _show_live_models(chat, " ".join(word for word in words if word != LIVE))
    elif pattern and pattern != ALL:
        _show_matching_models(chat, pattern)
    else:
        _show_models(chat, every=pattern == ALL)


def _show_models(chat: ChatCommand, *, every: bool) -> None:
    """The models that can be asked now, or every one of the table behind these."""
    table = _ModelTable(chat)
    now = table.usable()
    rest = [row for row in table.rows if not table.is_usable(row)]
    if every:
        table.show([*now, *rest])
        return
    keyless = sum(table.settings.catalog.providers[row.type].key_needed for row in rest)
    needs = f"{keyless:,} more needs a key" if keyless == 1 else f"{keyless:,} more need a key"
    table.show(now, f"{needs}: %chat models {ALL}" if keyless else "")


def _show_matching_models(chat: ChatCommand, pattern: str) -> None:
    """The models whose name, provider or ability is like the pattern."""
    table = _ModelTable(chat)
    rows = [row for row in [*table.usable(), *table.rows] if _is_about(row, pattern)]
    rows = [*{(row.type, row.id): row for row in rows}.values()]
    if not rows:
        raise NotThere(_no_match(pattern, table.settings.catalog))
    table.show(rows)


def _no_match(pattern: str, catalog: Catalog) -> str:
    """What to say of a pattern that nothing matches, with the command that was meant."""
    if address := address_meant(pattern, catalog):
        return address
    said = f"no model or provider matches {shorten(pattern, LONGEST_SHOWN)!r}."
    words = [word.strip("-*?.,'\"").lower() for word in pattern.split()]
    provider = catalog.providers.get(words[0])
    if provider and len(words) == 1:
        return _no_rows(provider, catalog)
    if words[0] == LIVE.strip("-"):
        kind = words[-1] if words[-1] in catalog.providers else "kimi"
        return f"{said} What a provider has today:\n%chat models {LIVE} {kind}"
    if set(words) & {*EVERYTHING}:
        return f"{said} Every one:\n%chat models {ALL}"
    names = [name for row in catalog.models.values() for name in (row.id, row.type)]
    meant = [word for word in words if any(_is_like(word, name) for name in names if word)]
    if meant:
        return f"{said} With {meant[0]!r} alone:\n%chat models {meant[0]}"
    if set(words) & {*LISTING}:
        return f"{said} Those you can ask now:\n%chat models"
    near = nearest(pattern, [*catalog.providers, *catalog.models], LEAST_ALIKE)[:1]
    if near:
        return f"{said} Did you mean {near[0]!r}?\n%chat models {near[0]}"
    return f"{said} All there are:\n%chat models {ALL}"


def _no_rows(provider: Provider, catalog: Catalog) -> str:
    """What to say of a provider of which the table has no models."""
    if provider.retired:
        return provider.retired
    said = f"the table has no models of {provider.name}"
    if provider.models_url == NO_LIST:
        return f"{said}, and it lists none itself. Ask for one as {provider.type}:ITS-ID."
    return f"{said}, which lists its own. What it has now:\n%chat models {LIVE} {provider.type}"


class _ModelTable:
    """The models that are known now, and what is said of each."""

    def __init__(self, chat: ChatCommand) -> None:
        self.settings = chat.settings
        self.rows = list(self.settings.catalog.models.values())
        self._shell = chat.shell
        self._here = chat.runtime.local_models()  # of the servers that run on this machine
        providers = self.settings.catalog.providers
        self._keys = {kind: _key_state(row, self.settings) for kind, row in providers.items()}

    def usable(self) -> list[Model]:
        """Those of the keys that are set, and what the servers that run have; the demo is last."""
        rows = [row for row in self.rows if self.is_usable(row)]
        here = [row for models in self._here.values() for row in models]
        return sorted([*rows, *here], key=lambda row: row.type == DEMO)

    def is_usable(self, row: Model) -> bool:
        """Whether it can be asked now, and is not one of a server, which lists its own."""
        provider = self.settings.catalog.providers[row.type]
        return self._keys[row.type] in READY and not provider.local

    def show(self, rows: list[Model], below: str = "") -> None:
        rows = sorted(rows, key=lambda row: row.status == "retired")
        cells = [self._cells(row) for row in rows]
        show_table(self._shell, *_telling(MODEL_HEAD, cells), below, is_wide=True)

    def _cells(self, row: Model) -> list[str]:
        catalog = self.settings.catalog
        name = row.id if row.id in catalog.models else catalog.name_of(row.type, row.id)
        provider = catalog.providers[row.type].name
        price, able = short_price(row), listed(abilities(row))
        key = self._key_cell(row)
        row_status = _status(row)
        return [
            name or row.id,
            provider,
            translated(key),
            window_text(row),
            price,
            able,
            row_status,
        ]

    def _key_cell(self, row: Model) -> str:
        """Whether its provider has a key, or which variable it would be in."""
        state = self._keys[row.type]
        provider = self.settings.catalog.providers[row.type]
        if provider.local:
            return self._server_cell(row)
        if state in READY:
            return state
        return f"needs {provider.env_keys[0]}" if provider.env_keys else ""

    def _server_cell(self, row: Model) -> str:
        """Whether a server on this machine runs, and has the model."""
        models = self._here.get(row.type)
        if not models:
            return "its server does not run"
        is_there = row.sent_id in (model.sent_id for model in models)
        return "none needed" if is_there else "not on its server"


def _telling(head: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """The table without columns that say nothing: an empty one, and keys that are all there."""
    nothing = {"", *READY, *map(translated, READY)}
    dull = [
        name in ("", KEY_HEAD) and {*said} <= nothing
        for name, *said in zip(head, *rows, strict=True)
    ]
    kept = [
        [cell for cell, is_dull in zip(row, dull, strict=True) if not is_dull]
        for row in (head, *rows)
    ]
    return kept[0], kept[1:]


def _show_live_models(chat: ChatCommand, kind: str) -> None:
    """What a provider lists now, by the names to ask them by."""
    if kind.strip("[]<>") in ("", "PROVIDER"):
        raise BadCommand(f"{LIVE} needs a provider, such as:\n%chat models {LIVE} kimi")
    rows = chat.runtime.list_models(kind)
    catalog = chat.settings.catalog
    cells = []
    for model in rows:
        window = f"{model.context_window:,}" if model.context_window else ""
        name = catalog.name_of(kind, model.id) or f"{kind}:{model.id}"
        price, able = price_text(model), listed(abilities(model))
        cells.append([name, model.name, window, price, able, _status(model)])
    below = f"{plural(len(rows), 'model')}, as {catalog.providers[kind].name} lists them now."
    show_table(chat.shell, LIVE_HEAD, cells, below)


@command(
    "providers [PATTERN]",
    "who serves them, the variables their keys are read from, and which are set",
    group="general",
)
def providers(chat: ChatCommand, pattern: str = "") -> None:
    settings = chat.settings
    rows = []
    for provider in settings.catalog.providers.values():
        if provider.retired or not _is_like(pattern, provider.type, provider.name):
            continue
        variables = f" {translated('or')} ".join(provider.env_keys)
        key = _key_state(provider, settings)
        model = settings.catalog.name_of(provider.type, provider.default_model) or ""
        rows.append([provider.type, provider.name, variables, key, model])
    if not rows:
        raise NotThere(_no_provider(pattern, settings.catalog))
    rows.sort(key=lambda row: row[3] not in READY)
    cells = [[*row[:3], translated(row[3]), row[4]] for row in rows]
    show_table(chat.shell, PROVIDER_HEAD, cells)


def _no_provider(pattern: str, catalog: Catalog) -> str:
    """What to say of a pattern that no provider matches."""
    if address := address_meant(pattern, catalog):
        return address
    said = f"no provider matches {shorten(pattern, LONGEST_SHOWN)!r}."
    near = nearest(pattern, catalog.providers, LEAST_ALIKE)[:1]
    if near:
        return f"{said} Did you mean {near[0]!r}?\n%chat providers {near[0]}"
    return f"{said} All of them:\n%chat providers"


@command("use MODEL", "answer with this model from now on", group="general")
def use(chat: ChatCommand, model: str = "") -> None:
    if not model:
        raise BadCommand(
            "%chat use needs the name of a model. Those you can ask now:\n%chat models"
        )
    settings = chat.settings
    try:
        route = chat.runtime.find_model(model)
    except UnknownModel as error:
        raise explained(error, chat.shell, model, "%chat use", model) from None
    if route.provider.retired:
        raise UnknownModel(route.provider.retired)
    chat.conversation.model = model
    say(f"{model} answers from now on. Provider: {route.provider.name}.")
    if route.model.status == "retired":
        say(_retired_text(route.model, settings.catalog))
    if route.provider.key_needed and not settings.key(route.provider, route.model.env_key):
        say(missing_key(route.provider))


def _retired_text(model: Model, catalog: Catalog) -> str:
    """What to know of a model that its vendor no longer serves."""
    sentences = ["It was retired and will most likely be refused."]
    if model.retired_on:
        sentences = [f"It was retired on {model.retired_on} and will most likely be refused."]
    if model.replacement:
        name = catalog.name_of(model.type, model.replacement) or model.replacement
        sentences.append(f"Its replacement: {name}.")
    others = ", ".join(catalog.elsewhere(model))
    if others:
        sentences.append(f"Still served as {others}.")
    return " ".join(sentences)


def _is_about(model: Model, pattern: str) -> bool:
    """Whether a pattern names the model or its provider, or one of its abilities exactly."""
    able = (*model.features, *map(translated, model.features))
    return _is_like(pattern, model.id, model.name, model.type) or pattern.lower() in able


def _is_like(pattern: str, *names: str) -> bool:
    """Whether one of the names has the words of the pattern in it, in their order."""
    wanted = f"*{'*'.join(pattern.lower().split())}*"
    return any(fnmatch(name.lower(), wanted) for name in names)


def _key_state(provider: Provider, settings: Settings) -> str:
    if not provider.key_needed:
        return "none needed"
    key = settings.key(provider)
    if key is None:
        return "not set"
    return "set" if key.secret.sendable else "not usable"


def _status(model: Model) -> str:
    if model.status in ("current", "unlisted"):
        return ""
    return f"{translated(model.status)} {model.retired_on or ''}".strip()
