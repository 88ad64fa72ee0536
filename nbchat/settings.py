"""What the user decided, and where each value came from.

Order, first wins: an argument, the environment, `nbchat.toml` (nearest upwards from
the working directory, then the user's config folder), the default. The environment
and the files are looked at anew for every question, so a change counts at once.
A key comes from the environment only, and never from a file that might be shared.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from nbchat.catalog.catalog import Catalog, Route, own_variable, shipped
from nbchat.catalog.rows import Provider
from nbchat.catalog.table_files import read_table
from nbchat.catalog.user_tables import TABLES, read_tables
from nbchat.errors import BadSettings, MissingKey
from nbchat.folders import config_folder
from nbchat.hosts import complete_address, host_of, is_loopback
from nbchat.keys import Key, Secret
from nbchat.wire.formats import FORMATS
from nbchat.wording import did_you_mean

FILE = "nbchat.toml"
DISPLAYS = ("live", "static")
ARGUMENT = "the base_url argument"
TABLE = "the provider's table"
CONNECT = 10.0  # seconds


@dataclass(slots=True, frozen=True)
class Setting:
    """A value, and who said so: a line of `%chat settings`."""

    name: str
    value: str
    origin: str


@dataclass(slots=True, frozen=True)
class Timeouts:
    """Seconds of silence that end a request; there is no limit on its whole length."""

    connect: float = CONNECT
    first_byte: float = 300.0  # a thinking model may say nothing for minutes
    gap: float = 120.0  # between two bytes; heartbeats count

    @classmethod
    def of(cls, seconds: float) -> Timeouts:
        """One limit for the silence before the first byte and between bytes."""
        return cls(min(CONNECT, seconds), seconds, seconds)


@dataclass(slots=True, frozen=True)
class Settings:
    """Everything decided, at one moment. `Settings.load()` looks around now."""

    model: str | None = None
    display: str | None = None  # "live", "static", or None: as the front-end finds right
    history: str | None = None
    timeouts: Timeouts = Timeouts()
    catalog: Catalog = field(default_factory=shipped)
    file: Path | None = None
    origins: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, start: Path | None = None) -> Settings:
        """Read the environment and the nearest file. Raises BadSettings, naming file and field."""
        path = find_file(start)
        said, catalog = _read(path, path.stat().st_mtime_ns) if path else ({}, shipped())
        origins = {name: str(path) for name in said}
        values = dict(said)
        for name in ("model", "display", "history"):
            variable = f"NBCHAT_{name.upper()}"
            if value := os.environ.get(variable):
                values[name], origins[name] = value, variable
        if values.get("display") not in (None, *DISPLAYS):
            raise BadSettings(
                f"{origins['display']}: display is 'live' or 'static', not {values['display']!r}."
            )
        return cls(catalog=catalog, file=path, origins=origins, **values)

    # --- keys and addresses ----------------------------------------------------------------

    def key(self, provider: Provider, first: str = "") -> Key | None:
        """The provider's key from the first of its variables that is set; `first` goes before them."""
        for variable in dict.fromkeys((first, *provider.env_keys)):
            if variable and (value := os.environ.get(variable, "").strip()):
                return Key(Secret(value), variable)
        return None

    def key_for(self, route: Route, base_url: Setting, api_key: Secret | None) -> Key:
        """The key to send to `base_url`. Raises MissingKey, or BadSettings for a host the key is not for."""
        provider = route.provider
        if api_key is not None:
            return Key(api_key, "the api_key argument")
        found = self.key(provider, route.model.env_key)
        if found is None:
            if provider.key_needed and base_url.origin != ARGUMENT:
                raise MissingKey(missing_key(provider))
            return Key(Secret(""), "no key")
        host = host_of(base_url.value)
        if not is_loopback(host) and not self._may_have(host, found, provider, base_url):
            owner = next((owner.name for owner in _owners(found)), provider.name)
            raise BadSettings(
                f"{found.origin} belongs to {owner} and is not sent to {host} ({base_url.origin}).\n"
                f"Pass api_key=..., or set {own_variable(provider)} in the environment if that host may have it."
            )
        return found

    def _may_have(self, host: str, key: Key, provider: Provider, base_url: Setting) -> bool:
        """Whether a key may go to a host: the provider's own, or one that the user's own settings name.

        A file found beside a notebook may come with somebody else's repository, so
        it cannot send a provider's key to another host.
        """
        owners = _owners(key)
        if any(owner.trusts(host) for owner in owners):
            return True
        if base_url.origin == ARGUMENT:
            return provider.trusts(host) and not owners
        return base_url.origin != TABLE or not owners or self._own_file()

    def _own_file(self) -> bool:
        """Whether the settings file is the user's own: named by NBCHAT_CONFIG, or in the config folder."""
        return bool(os.environ.get("NBCHAT_CONFIG")) or (
            self.file is not None and self.file.parent == config_folder()
        )

    def base_url(self, route: Route, argument: str | None = None) -> Setting:
        """The address to use for a route, and who said so."""
        provider = route.provider
        if argument:
            return Setting("base_url", argument.rstrip("/"), ARGUMENT)
        own = own_variable(provider)
        for variable in (own, *provider.env_base_url):
            if value := os.environ.get(variable, "").strip():
                value = complete_address(value, provider.home_of(host_of(f"//{value}")))
                moved = value if variable == own else provider.moved_to(value)
                return Setting("base_url", moved.rstrip("/"), variable)
        region = self.filled(f"{{{provider.region_by}}}", provider) if provider.region_by else ""
        template = route.base_url_in(region) if region else route.base_url
        key = self.key(provider, route.model.env_key) if provider.host_by_key else None
        url = provider.at_home_of(key.origin if key else "", self.filled(template, provider))
        return Setting("base_url", url.rstrip("/"), TABLE)

    def filled(self, template: str, provider: Provider) -> str:
        """A URL or path of the table with its {names} taken from the environment."""
        for name, variable in provider.env_params.items():
            if f"{{{name}}}" in template:
                variable, _, default = variable.partition("=")
                value = next((v for v in map(os.environ.get, variable.split("|")) if v), default)
                if not value:
                    wanted = variable.replace("|", " or ")
                    raise BadSettings(
                        f"{provider.name} needs {wanted}, which is not set. Set it as you set the key."
                    )
                template = template.replace(f"{{{name}}}", value.rstrip("/"))
        return template

    def secrets(self) -> Iterator[Secret]:
        """Every key that is set, to be masked wherever it comes up."""
        return (
            Secret(os.environ[name].strip())
            for name in self.catalog.key_variables.intersection(os.environ)
        )

    # --- what is shown --------------------------------------------------------------------------

    def rows(self) -> list[Setting]:
        """Every value with its origin; of a key only that it is set."""

        def row(name: str, value: Any) -> Setting:
            return Setting(name, str(value), self.origins.get(name, "default"))

        rows = [
            row("model", self.model or "chosen by the keys that are set"),
            row("display", self.display or "live, or static where nobody watches"),
            row("history", self.history or "in the user's data folder"),
            row("file", self.file or f"no {FILE} found"),
        ]
        origin = self.origins.get("timeouts", "default")
        rows += [
            Setting(f"timeouts.{n}", f"{getattr(self.timeouts, n):g} s", origin)
            for n in Timeouts.__slots__
        ]
        for provider in self.catalog.providers.values():
            if found := self.key(provider):
                rows.append(Setting(f"{provider.type} key", "set", found.origin))
        return rows


def _owners(key: Key) -> list[Provider]:
    """The providers whose key it is, by the variable it came from; the shipped table alone says so."""
    return [
        provider for provider in shipped().providers.values() if key.origin in provider.env_keys
    ]


def missing_key(provider: Provider) -> str:
    """The sentence for a provider without a key."""
    first, *others = provider.env_keys or ("its key",)
    also = f" (or {', '.join(others)})" if others else ""
    return (
        f"{provider.type} needs {first}{also}, which is not set.\n"
        f"Set it before starting Jupyter, or here with: import os, getpass; "
        f'os.environ["{first}"] = getpass.getpass(). No key at hand? %%chat demo needs none.'
    )


def find_file(start: Path | None = None) -> Path | None:
    """The settings file that counts: NBCHAT_CONFIG, the nearest upwards, or the user's own."""
    if named := os.environ.get("NBCHAT_CONFIG"):
        path = Path(named).expanduser()
        if not path.is_file():
            raise BadSettings(
                f"NBCHAT_CONFIG names {named}, which is not a file. Correct it, or unset it."
            )
        return path
    places = (*_upwards(os.path.abspath(start or os.getcwd())), os.path.join(config_folder(), FILE))
    return next((Path(place) for place in places if os.path.isfile(place)), None)


@cache
def _upwards(folder: str) -> tuple[str, ...]:
    """The file in a folder and in each above it; as strings, since every question looks at all of them."""
    here = Path(folder)
    return tuple(str(place / FILE) for place in (here, *here.parents))


_files: dict[tuple[Path, int], tuple[dict[str, Any], Catalog]] = {}  # by path and time of change


def _read(path: Path, changed: int) -> tuple[dict[str, Any], Catalog]:
    if (path, changed) not in _files:
        _files[path, changed] = _parse(path)
    return _files[path, changed]


def _parse(path: Path) -> tuple[dict[str, Any], Catalog]:
    data = read_table(path)
    if path.suffix.lower() == ".json":  # the model-mapping table alone, in its documented shape
        return {}, read_tables(data, str(path), FORMATS).over(shipped())
    tables = {name: data.pop(name) for name in TABLES if name in data}
    values: dict[str, Any] = {}
    for name, value in data.items():
        if name == "timeouts":
            values[name] = _timeouts(value, path)
        elif name in ("model", "display", "history") and isinstance(value, str):
            values[name] = value
            if name == "history" and value.lower() != "off":
                values[name] = str(path.parent / Path(value).expanduser())
        else:
            known = ("model", "display", "history", "timeouts", *TABLES)
            wrong = f"{name!r} is not a setting here, or not of the right type.{did_you_mean(name, known)}"
            raise BadSettings(f"{path}: {wrong}\nSettings: {', '.join(known)}.")
    return values, read_tables(tables, str(path), FORMATS).over(shipped())


def _timeouts(value: Any, path: Path) -> Timeouts:
    known = Timeouts.__slots__
    if not isinstance(value, Mapping) or not set(value) <= set(known):
        raise BadSettings(f"{path}: timeouts has {', '.join(known)}, in seconds.")
    for name, seconds in value.items():
        if (
            not isinstance(seconds, int | float)
            or isinstance(seconds, bool)
            or not 0 < seconds < 1e6
        ):
            raise BadSettings(f"{path}: timeouts.{name} should be a number of seconds above 0.")
    return Timeouts(**value)
