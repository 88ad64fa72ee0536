"""What is wrong in the settings and the environment, before a question finds it out.

Each fault is what a question would be refused with, or what is silently not used. Nothing is
sent: only a model that nobody is known to serve is looked for on this machine, as a question would.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbchat import languages
from nbchat.addresses import TABLE
from nbchat.catalog.rows import Provider
from nbchat.catalog.user_mistakes import safe_value
from nbchat.engine.prepare import prepare
from nbchat.environment import variable_value
from nbchat.errors import BadSettings, MissingAddress, MissingKey, NbchatError, UnknownModel
from nbchat.options import Options
from nbchat.settings_rows import own_keys, shown, shown_address
from nbchat.settings_values import DISPLAYS
from nbchat.store.notebook_path import history_file
from nbchat.trust.beside import FileState, Layers, content_of_found, lay_trusted
from nbchat.trust.found_file import FoundFile
from nbchat.wording import did_you_mean, first_line

if TYPE_CHECKING:
    from nbchat.frontends.notebook.commands.chat_command import ChatCommand
    from nbchat.settings import Settings

MODEL_ROWS = frozenset({"model now", "model"})
STORE_SECONDS = 2.0
CANNOT = " cannot be asked: "
ANY_QUESTION = "?"
ANY_MODEL = "any-model"
FOLDERS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME")
PREFIX = "NBCHAT_"
SETTINGS = ("MODEL", "DISPLAY", "HISTORY", "CONFIG", "PLAIN_HTTP", "LANG")
_NOT_AN_ADDRESS = re.compile(r"\bnot '[^']*'")


@dataclass(slots=True, frozen=True)
class Fault:
    """What is wrong and what to do, in words; `marks` are the rows or variables it is about."""

    words: str
    marks: frozenset[str] = frozenset()


def setup_faults(chat: ChatCommand) -> list[Fault]:
    """All that is wrong but for what makes every question impossible, each fault once."""
    settings = chat.settings
    found = [
        *(Fault(words) for words in file_faults(settings).values()),
        *_model_faults(chat, settings),
        *_provider_faults(settings),
        *_history_faults(chat, settings),
        *_network_faults(),
        *_variable_faults(),
    ]
    told = tuple(shown(first_line(fault)) for fault in settings.faults)
    if told:
        found = [fault for fault in found if not fault.words.startswith(told)]
    return _each_once(found)


def _each_once(found: Sequence[Fault]) -> list[Fault]:
    """The faults without those that are only the consequence of another, whose marks it gets."""
    every = {fault.words for fault in found}
    marks: dict[str, frozenset[str]] = {}
    for fault in found:
        causes = [words for words in every if fault.words.endswith(f"{CANNOT}{words}")]
        words = causes[0] if causes else fault.words
        marks[words] = marks.get(words, frozenset()) | fault.marks
    return [Fault(words, of_words) for words, of_words in marks.items()]


def _sentences(text: object) -> str:
    """What an error says in all its lines, without the Python that it offers."""
    lines = [line for line in str(text).splitlines() if not line.startswith("import ")]
    return " ".join(map(shown, lines))


# --- files ---------------------------------------------------------------------------------------


def file_faults(settings: Settings) -> Mapping[str, str]:
    """What is wrong with files beside the work that are not trusted, by the path that is shown."""
    faults = {}
    right: list[FileState] = []
    for state in settings.files:
        if state.is_trusted:
            if state.line:
                faults[state.file.shown_path] = state.line
        elif words := _fault_of(state.file, settings):
            faults[state.file.shown_path] = words
        elif not state.file.doubt:
            right.append(state)
    together = [state.file for state in right]
    try:
        lay_trusted(Layers(settings.catalog), together)
    except BadSettings as error:
        named = [file.shown_path for file in together if file.shown_path in str(error)]
        path = (named or [together[0].shown_path])[0]
        faults[path] = f"{_sentences(error)} {_what_to_do(path)}"
    return faults


def _fault_of(file: FoundFile, settings: Settings) -> str:
    """What is wrong with a file by itself; empty where nothing is."""
    path = file.shown_path
    if file.trouble:
        return f"{path} is ignored: {file.trouble}. Correct it, or remove it."
    try:
        values = content_of_found(file).values
        if values.get("display") not in (None, *DISPLAYS):
            return f"{path}: display is 'live' or 'static', not {safe_value(values['display'])}."
        if values.get("model"):
            settings.catalog.find(values["model"])
    except UnknownModel as error:
        return f"{path}: {_sentences(error)}"
    except BadSettings as error:
        return f"{_sentences(error)} {_what_to_do(path)}"
    return ""


def _what_to_do(path: str) -> str:
    return f"Correct {Path(path).name}: to trust it mends nothing."


# --- the model -----------------------------------------------------------------------------------


def _model_faults(chat: ChatCommand, settings: Settings) -> Iterator[Fault]:
    """Why the model that is asked next, or the one that is set, cannot be asked."""
    if settings.trouble:  # nothing can
        return
    try:
        name, why = chat.runtime.choose_model(chat.conversation)
    except NbchatError as error:
        yield Fault(_sentences(error), MODEL_ROWS - {"model"})
    else:
        yield from _model_fault(chat, settings, name, why, "model now")
    if settings.model:
        yield from _model_fault(
            chat, settings, settings.model, settings.origins.get("model", ""), "model"
        )


def _model_fault(
    chat: ChatCommand, settings: Settings, name: str, why: str, row: str
) -> Iterator[Fault]:
    try:
        with suppress(UnknownModel):  # of which `prepare` says more
            chat.runtime.find_model(name)
        prepare(settings, name, ANY_QUESTION, Options())
    except NbchatError as error:
        words = f"{shown(name)} ({why}) cannot be asked: {_sentences(error)}"
        yield Fault(words, frozenset({row}))


# --- providers -----------------------------------------------------------------------------------


def _provider_faults(settings: Settings) -> Iterator[Fault]:
    """What is wrong with the addresses and keys of the providers that something is set for."""
    catalog = settings.catalog
    for provider in catalog.providers.values():
        variables = _set_variables(provider)
        if variables and not provider.retired:
            name = f"{provider.type}:{provider.default_model or ANY_MODEL}"
            yield from _refusal(settings, name, provider, variables)
            yield from _half_addresses(provider)
    for variable, models in own_keys(catalog).items():
        if variable_value(variable):
            provider = catalog.find(models[0]).provider
            yield from _refusal(settings, models[0], provider, [variable])


def _set_variables(provider: Provider) -> list[str]:
    """Those of the provider's variables that are set."""
    names = [*provider.address_variables, *provider.env_keys]
    for parameter in provider.env_params.values():
        names += parameter.partition("=")[0].split("|")
    return [name for name in dict.fromkeys(names) if variable_value(name)]


def _refusal(
    settings: Settings, name: str, provider: Provider, variables: Iterable[str]
) -> Iterator[Fault]:
    """What a question to a model of the provider is refused with, but for a key that is not set."""
    try:
        prepare(settings, name, ANY_QUESTION, Options())
    except MissingKey:
        return
    except MissingAddress as error:
        if settings.key(provider):
            yield Fault(_sentences(error), frozenset({f"{provider.type} key"}))
    except NbchatError as error:
        words = _sentences(error)
        if TABLE in words:
            words = _named_by_variables(words, provider, variables)
        yield Fault(words, frozenset(one for one in variables if one in words))


def _named_by_variables(words: str, provider: Provider, variables: Iterable[str]) -> str:
    """What is said of an address that was put together, said of the variables in it."""
    parts = [one for one in variables if one not in provider.env_keys]
    if not parts:
        return words
    values = " and ".join(repr(shown_address(variable_value(part))) for part in parts)
    words = _NOT_AN_ADDRESS.sub(lambda match: f"not {values}", words)
    return words.replace(TABLE, " and ".join(parts))


def _half_addresses(provider: Provider) -> Iterator[Fault]:
    """An address that is one word. It may be a host of the user's network, and mostly is none."""
    for variable in provider.address_variables:
        value = variable_value(variable)
        is_word = value.replace("-", "").replace("_", "").isalnum()
        if variable.endswith(("_BASE_URL", "_API_BASE")) and is_word and value != "localhost":
            yield Fault(
                f"{variable} is {shown(value)!r}, which is no address. "
                "Write it whole, such as https://api.example.com/v1.",
                frozenset({variable}),
            )


# --- the rest ------------------------------------------------------------------------------------


def _history_faults(chat: ChatCommand, settings: Settings) -> Iterator[Fault]:
    """Why conversations cannot be kept."""
    marks = frozenset({"history"})
    try:
        path = history_file(settings.history)
    except BadSettings as error:
        yield Fault(_sentences(error), marks)
        return
    if path is None:
        return
    above = next(folder for folder in path.parents if folder.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        why = "cannot be written to" if above.is_dir() else "is not a folder"
        yield Fault(
            f"Conversations cannot be kept in {shown(str(path))}: {shown(str(above))} {why}. "
            "Set NBCHAT_HISTORY to another file, or to off.",
            marks,
        )
        return
    store = chat.runtime.store() if chat.runtime.watched else None
    if store is None:
        return
    try:
        with suppress(TimeoutError):  # it is busy, and no fault
            store.ask(lambda database: database.conversations(), STORE_SECONDS)
    except BadSettings as error:
        yield Fault(_sentences(error), marks)


def _network_faults() -> Iterator[Fault]:
    from nbchat.network.pool import CERTIFICATES, tls_context
    from nbchat.network.proxy import proxies

    for proxy in proxies().values():
        if proxy.trouble:
            yield Fault(f"{proxy.trouble} Correct it, or unset it.", frozenset({proxy.variable}))
    named = {name: path for name in CERTIFICATES if (path := variable_value(name))}
    for name, path in named.items():
        if not os.path.exists(path):
            yield Fault(
                f"{name} names {shown(path)}, which is not there, so no server is trusted. "
                "Correct it, or unset it.",
                frozenset({name}),
            )
    if named and all(map(os.path.exists, named.values())):
        try:
            tls_context()
        except BadSettings as error:
            yield Fault(f"{_sentences(error)} Correct it, or unset it.", frozenset(named))


def _variable_faults() -> Iterator[Fault]:
    """Variables of the environment that are not looked at, although somebody meant them to be."""
    for name in FOLDERS:
        folder = os.environ.get(name)
        if folder and not os.path.isabs(folder):
            yield Fault(f"{name} is {shown(folder)!r}, which is not used: write a whole path.")
    if wrong := languages.not_spoken():
        yield Fault(
            f"{languages.VARIABLE} is {shown(wrong)!r}, which nbchat does not speak. "
            "It is 'en' (English) or 'zh' (中文)."
        )
    for name in os.environ:
        setting = name.removeprefix(PREFIX)
        if setting == name or setting in SETTINGS:
            continue
        near = did_you_mean(setting, SETTINGS, least=0.7)
        if near:
            meant = near.replace("'", "").replace("mean ", f"mean {PREFIX}")
            yield Fault(f"{shown(name)} is none of the variables that count." + meant)
