"""What a file would change if it were trusted: host by host, and key by key.

A hostile file is shown here to the one who decides. So nothing of it is drawn as it is: what
acts or is not seen is written out, and in names and addresses all that only looks like ASCII.
What we say of it is in the person's language, and what the file says as it says it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from nbchat import addresses, known_keys
from nbchat.catalog.catalog import Catalog, Route, shipped
from nbchat.catalog.rows import Model, Provider, ThinkingFields, ThinkingTable
from nbchat.catalog.user_tables import UserRow
from nbchat.errors import BadSettings, NbchatError
from nbchat.key_owners import owners_of
from nbchat.languages import translated
from nbchat.render.terminal.clean import padded
from nbchat.settings_file import FILES, FileContent
from nbchat.settings_values import OWN_ALONE
from nbchat.trust.beside import Layers, content_of_found, lay_trusted
from nbchat.trust.found_file import FoundFile, user_name
from nbchat.wording import folded, plural, shorten, written_out

LONGEST_VALUE = 500  # characters of one value
MOST_NAMES = 12  # models that are named for one host
MOST_LINES = 40  # of a file that is shown as it is written

_HOST = re.compile(r"(?:https?://)?([^/?#]*)", re.I)


def report(file: FoundFile, own: Catalog, others: Sequence[FoundFile] = ()) -> list[str]:
    """The lines to read before one decides. Raises BadSettings where the file cannot be used.

    `others` count with it: those that are trusted already, or would be together with it.
    """
    content = content_of_found(file)
    together = sorted((*others, file), key=lambda one: FILES.index(one.path.name))
    after = lay_trusted(Layers(own), together).catalog
    lines = [file.shown_path, f"  {_facts(file)}", "", *_text(file), *_hosts(content, own, after)]
    if history := content.values.get("history"):
        kept = "not be kept" if history.lower() == "off" else f"be kept in {written_out(history)}"
        lines += [translated(f"  Conversations would {kept}."), ""]
    if own_alone := [name for name in content.values if name in OWN_ALONE]:
        names = ", ".join(own_alone)
        said = f"  {names} would not count: only your own files and the environment say so."
        lines += [translated(said), ""]
    lines += [translated("All that it says, key by key:"), *_members(content)]
    return [known_keys.hide(line) for line in lines]


def _facts(file: FoundFile) -> str:
    facts = [plural(len(file.content), "byte")]
    if file.owner is not None and os.name != "nt":
        facts += [f"{translated('of')} {user_name(file.owner)}", f"mode {file.mode:o}"]
    if file.path.is_symlink():
        facts.append(f"a link to {written_out(os.path.realpath(file.path))}")
    if file.doubt:
        facts.append(f"ignored until now, since {file.doubt}")
    return ", ".join(map(translated, facts))


def _text(file: FoundFile) -> list[str]:
    """The file as it is written, where that is short."""
    text = file.content.decode("utf-8-sig").splitlines()
    if len(text) > MOST_LINES or max(map(len, text), default=0) > LONGEST_VALUE:
        return []
    return [*(f"  | {written_out(line.replace(chr(9), '    '))}" for line in text), ""]


# --- host by host --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Host:
    """What would go to one host, and what is refused although the file asks for it."""

    asked: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def lines(self, name: str) -> Iterator[str]:
        yield f"  {name}"
        shown = self.asked[:MOST_NAMES]
        if len(shown) < len(self.asked):
            shown.append(translated(f"{len(self.asked) - len(shown):,} more"))
        for label, words in (
            ("is asked for", shown),
            ("is sent", self.sent),
            ("is never sent", self.refused),
        ):
            for number, word in enumerate(dict.fromkeys(words)):
                yield f"    {padded(translated(label) if number == 0 else '', 15)}{word}"


def _hosts(content: FileContent, own: Catalog, after: Catalog) -> list[str]:
    hosts: dict[str, _Host] = {}
    for row in content.tables.providers:
        provider = after.providers[row.row.type]
        _add_provider(hosts, row, provider, own.providers.get(provider.type))
    for row in content.tables.models:
        _add_model(hosts, row, own, after)
    for alias in content.tables.aliases:
        _add_name(
            hosts, alias, f"{_plain(alias)}, which means {_plain(after.aliases[alias])}", own, after
        )
    if model := content.values.get("model"):
        _add_name(hosts, model, f"{_plain(model)}, where no model is named", own, after)
    if not hosts:
        return []
    lines = [translated("If you trust it, as it is now:"), ""]
    for name, host in hosts.items():
        lines += [*host.lines(f"{name}, {translated(_whose(name))}"), ""]
    return lines


def _add_provider(
    hosts: dict[str, _Host], row: UserRow, provider: Provider, before: Provider | None
) -> None:
    kind = _plain(provider.type)
    asked = f"every model of {kind}" + _namesake(provider)
    today = _hosts_of(before) if before else []
    for name in _hosts_of(provider):
        host = hosts.setdefault(name, _Host())
        is_moved = bool(today) and name not in today
        moved = asked + (f", which is asked at {today[0]} today" if is_moved else "")
        host.asked.append(translated(moved))
        for variable in provider.env_keys:
            _add_variable(host, name, variable, "as the key")
        in_headers = provider.header_variables
        for variable in sorted(in_headers):
            _add_variable(host, name, variable, "in a header")
        for variables in provider.env_params.values():
            for variable in variables.partition("=")[0].split("|"):
                if variable not in in_headers:
                    _add_variable(host, "", variable, "in its address")
        for header, value in provider.headers.items():
            about = translated(f"the header {_plain(header)}")
            host.sent.append(f"{about}: {written_out(value)}")
        host.sent += _bodies(row)
    if "env_base_url" in row.fields:
        for variable in provider.env_base_url:
            where = translated(f"the address in {variable}" + _state(variable))
            hosts.setdefault(where, _Host()).asked.append(translated(asked))


def _add_model(hosts: dict[str, _Host], row: UserRow, own: Catalog, after: Catalog) -> None:
    route = _route(after, row.row.id, row.row.type)
    if route is None:
        return
    before = _route(own, row.row.id)
    name, asked = _host_of(route.base_url, route.provider), _plain(row.row.id)
    host = hosts.setdefault(name, _Host())
    today = _host_of(before.base_url, before.provider) if before else name
    if today != name:
        asked += f", which is asked at {today} today"
    host.asked.append(translated(asked))
    host.sent += _bodies(row)
    if "env_key" in row.fields:
        _add_variable(host, name, row.row.env_key, "as the key")


def _add_name(hosts: dict[str, _Host], name: str, asked: str, own: Catalog, after: Catalog) -> None:
    """A name that may lead elsewhere than today."""
    route, before = _route(after, name), _route(own, name)
    if route is None:
        return
    host = _host_of(route.base_url, route.provider)
    today = _host_of(before.base_url, before.provider) if before else host
    if today != host:
        asked += f", and is asked at {today} today"
    elif route.base_url == shipped().providers["demo"].base_url:
        return  # the demo answers here, and asks no host
    hosts.setdefault(host, _Host()).asked.append(translated(asked))


def _route(catalog: Catalog, name: str, kind: str = "") -> Route | None:
    """The route to a model, which may stand in the table under `kind:name`."""
    model: Model | None = catalog.models.get(f"{kind}:{name}") if kind else None
    try:
        return catalog.find(model.id if model and name not in catalog.models else name)
    except NbchatError:
        return None


def _add_variable(host: _Host, name: str, variable: str, how: str) -> None:
    """A variable that the file names; `name` is the host to which its owner may send it."""
    owners = owners_of(variable, os.environ.get(variable, ""))
    words = f"{_plain(variable)}{_state(variable)}, {translated(how)}"
    if not owners or any(owner.trusts(name) or name in _hosts_of(owner) for owner in owners):
        host.sent.append(translated(words))
    else:
        host.refused.append(translated(words + f": it holds the key of {owners[0].name}"))


def _whose(host: str) -> str:
    """Which provider of the shipped table has the host."""
    for provider in shipped().providers.values():
        if provider.trusts(host):
            return f"a host of {provider.name}"
    return "a host that no provider of the table has"


def _namesake(provider: Provider) -> str:
    """Whether it has the name of another provider, of the shipped table."""
    for known in shipped().providers.values():
        if known.type != provider.type and folded(known.name) == folded(provider.name):
            return f", which calls itself {known.name} as {known.type} does"
    return ""


def _state(variable: str) -> str:
    return " (set here)" if os.environ.get(variable) else " (not set here)"


def _hosts_of(provider: Provider) -> list[str]:
    """Every host that the row names, its own first."""
    urls = [provider.base_url, *provider.base_urls.values(), *provider.regions.values()]
    urls += [profile.base_url for profile in provider.families.values()]
    urls += provider.host_by_key.values()
    if provider.models_url.startswith("https://"):
        urls.append(provider.models_url)
    return list(dict.fromkeys(_host_of(url, provider) for url in urls if url))


def _host_of(url: str, provider: Provider) -> str:
    """The host that is asked now at an address; a {name} in it that stands for nothing yet stays.

    What is before an `@` is a user and no host.
    """
    host = _before_path(url)
    with suppress(BadSettings):  # not set, or a key, which no address may hold
        host = _before_path(addresses.fill(host, provider))
    return _plain(host.rpartition("@")[2])


def _before_path(url: str) -> str:
    match = _HOST.match(url)
    return match[1] if match else url


def _bodies(row: UserRow) -> Iterator[str]:
    """What the row adds to the requests themselves."""
    profiles = [row.row, *getattr(row.row, "families", {}).values()]
    for profile in profiles:
        bodies = [profile.quirks.body, profile.quirks.tools_body]
        if isinstance(profile.thinking, ThinkingTable):
            ways = (getattr(profile.thinking, name) for name in ThinkingTable.model_fields)
            bodies += [way.body for way in ways if isinstance(way, ThinkingFields)]
        for search in (profile.search or {}).values():
            bodies += [search.body, search.tool, search.tools_body]
        yield from (f"{translated('its own body')}: {_value(body)}" for body in bodies if body)


# --- key by key ----------------------------------------------------------------------------------


def _members(content: FileContent) -> Iterator[str]:
    for name, value in content.values.items():
        yield f"  {_plain(name)} = {_value(value)}"
    for alias, name in content.tables.aliases.items():
        yield f"  {translated('alias')} {_plain(alias)} = {_value(name)}"
    for kind, rows in (("provider", content.tables.providers), ("model", content.tables.models)):
        for row in rows:
            yield from _fields(kind, row)


def _fields(kind: str, row: UserRow) -> Iterable[str]:
    """Each field of a row as it was written, under the name of the row."""
    name = _plain(getattr(row.row, "type" if kind == "provider" else "id"))
    about = f"{translated(kind)} {name}"
    for field_name, spelling in row.fields.items():
        yield f"  {about}: {_plain(spelling)} = {_value(getattr(row.row, field_name))}"


def _value(value: Any) -> str:
    """A value as JSON on one line, written out."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=_as_json)
    except (ValueError, RecursionError):
        text = translated("something that is too deeply nested to be shown")
    return shorten(written_out(text), LONGEST_VALUE)


def _as_json(value: Any) -> Any:
    """An object of a row as what was written of it."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_unset=True, by_alias=True)
    if isinstance(value, Mapping):
        return dict(value)
    names = getattr(value, "__dataclass_fields__", ())
    return {name: getattr(value, name) for name in names} if names else str(value)


def _plain(text: str) -> str:
    """A name or an address, in which a letter that only looks like ASCII is written out."""
    return written_out(text).encode("ascii", "backslashreplace").decode()
