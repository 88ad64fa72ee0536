"""`%chat` commands about who may answer: models, providers, and the choice of one."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import TYPE_CHECKING

from nbchat.catalog.model_list import abilities, price_text
from nbchat.errors import BadCommand, NotThere, UnknownModel
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.table import command
from nbchat.frontends.notebook.page_or_text import show_table
from nbchat.key_policy import missing_key

if TYPE_CHECKING:
    from nbchat.catalog.catalog import Catalog
    from nbchat.catalog.rows import Model, Provider
    from nbchat.settings import Settings

READY = ("set", "none needed")  # of a key: its models can be asked
MODEL_HEAD = ["model", "provider", "context", "in / out per 1M", "besides text", "", "key"]
LIVE_HEAD = ["model", "name", "context", "in / out per 1M", "besides text", ""]
PROVIDER_HEAD = ["type", "provider", "key in", "", "a model"]


@command(
    "models [PATTERN]",
    "the models, those your keys open first; --live PROVIDER asks the provider",
    group="general",
)
def models(chat: ChatCommand, pattern: str = "") -> None:
    option, _, kind = pattern.partition(" ")
    if option == "--live":
        _show_live_models(chat, kind.strip())
    else:
        _show_models(chat, pattern)


def _show_models(chat: ChatCommand, pattern: str) -> None:
    """The models of the table whose name, provider or ability is like the pattern."""
    settings = chat.settings
    catalog = settings.catalog
    rows = [model for model in catalog.models.values() if _is_about(model, pattern)]
    if not rows:
        raise NotThere(f"no model or provider matches {pattern!r}. %chat models lists them all.")
    keys = {kind: _key_state(row, settings) for kind, row in catalog.providers.items()}
    rows.sort(key=lambda model: (keys[model.type] not in READY, model.status == "retired"))
    cells = [[*_model_cells(model, catalog), _key_cell(model, catalog, keys)] for model in rows]
    show_table(chat.shell, MODEL_HEAD, cells)


def _show_live_models(chat: ChatCommand, kind: str) -> None:
    """What a provider lists now, by the names to ask them by."""
    if not kind:
        raise BadCommand("--live needs a provider: %chat models --live kimi.")
    rows = chat.runtime.list_models(kind)
    catalog = chat.settings.catalog
    cells = []
    for model in rows:
        _, _, window, price, able, status = _model_cells(model, catalog)
        name = catalog.name_of(kind, model.id) or f"{kind}:{model.id}"
        status = "" if status == "unlisted" else status
        cells.append([name, model.name, window, price, able, status])
    below = f"{len(rows)} models, as {catalog.providers[kind].name} lists them now."
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
        variables = " or ".join(provider.env_keys)
        key = _key_state(provider, settings)
        model = settings.catalog.name_of(provider.type, provider.default_model) or ""
        rows.append([provider.type, provider.name, variables, key, model])
    if not rows:
        raise NotThere(f"no provider matches {pattern!r}. %chat providers lists them all.")
    rows.sort(key=lambda row: row[3] not in READY)
    show_table(chat.shell, PROVIDER_HEAD, rows)


@command("use MODEL", "answer with this model from now on", group="general")
def use(chat: ChatCommand, model: str = "") -> None:
    if not model:
        raise BadCommand("%chat use needs the name of a model. %chat models lists them.")
    settings = chat.settings
    route = chat.runtime.find_model(model)
    if route.provider.retired:
        raise UnknownModel(route.provider.retired)
    chat.conversation.model = model
    print(f"{model} answers from now on. Provider: {route.provider.name}.")
    if route.model.status == "retired":
        print(_retired_text(route.model, settings.catalog))
    if route.provider.key_needed and not settings.key(route.provider, route.model.env_key):
        print(missing_key(route.provider))


def _retired_text(model: Model, catalog: Catalog) -> str:
    """What to know of a model that its vendor no longer serves."""
    since = f" on {model.retired_on}" if model.retired_on else ""
    sentences = [f"It was retired{since} and will most likely be refused."]
    if model.replacement:
        name = catalog.name_of(model.type, model.replacement) or model.replacement
        sentences.append(f"Its replacement: {name}.")
    others = ", ".join(catalog.elsewhere(model))
    if others:
        sentences.append(f"Still served as {others}.")
    return " ".join(sentences)


def _is_about(model: Model, pattern: str) -> bool:
    """Whether a pattern names the model or its provider, or one of its abilities exactly."""
    return _is_like(pattern, model.id, model.name, model.type) or pattern.lower() in model.features


def _is_like(pattern: str, *names: str) -> bool:
    return not pattern or any(fnmatch(name.lower(), f"*{pattern.lower()}*") for name in names)


def _key_state(provider: Provider, settings: Settings) -> str:
    if not provider.key_needed:
        return "none needed"
    return "set" if settings.key(provider) else "not set"


def _key_cell(model: Model, catalog: Catalog, keys: dict[str, str]) -> str:
    """Whether its provider has a key, or which variable it would be in."""
    state = keys[model.type]
    if state in READY:
        return state
    variables = catalog.providers[model.type].env_keys
    return f"needs {variables[0]}" if variables else ""


def _model_cells(model: Model, catalog: Catalog) -> list[str]:
    window = f"{model.context_window:,}" if model.context_window else ""
    status = f"{model.status} {model.retired_on or ''}".strip()
    if model.status == "current":
        status = ""
    provider = catalog.providers[model.type].name
    return [model.id, provider, window, price_text(model), abilities(model), status]
