"""What the user decided, and where each value came from.

Order, first wins: an argument, the environment, `nbchat.toml` (nearest upwards from
the working directory, then the user's config folder), the default. The environment
and the files are looked at anew for every question, so a change counts at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbchat import addresses, key_policy, known_keys
from nbchat.addresses import Setting
from nbchat.catalog.catalog import Catalog, Route, shipped
from nbchat.catalog.rows import Provider
from nbchat.errors import BadSettings
from nbchat.keys import Key, Secret
from nbchat.settings_file import FILE, TIMEOUTS, Timeouts, find_file, is_own_file, read_file

DISPLAYS = ("live", "static")
USUAL_TIMEOUTS = Timeouts()


@dataclass(slots=True, frozen=True)
class Settings:
    """Everything decided, at one moment. `Settings.load()` looks around now."""

    model: str | None = None
    display: str | None = None  # "live", "static", or None: as the front-end finds right
    history: str | None = None
    timeouts: Timeouts = USUAL_TIMEOUTS
    catalog: Catalog = field(default_factory=shipped)
    file: Path | None = None
    origins: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, start: Path | None = None) -> Settings:
        """Read the environment and the nearest file. Raises BadSettings, naming file and field."""
        path = find_file(start)
        values: dict[str, Any] = {}
        catalog = shipped()
        if path:
            written, catalog = read_file(path)
            values.update(written)
        origins = {name: str(path) for name in values}
        for name in ("model", "display", "history"):
            variable = f"NBCHAT_{name.upper()}"
            if value := os.environ.get(variable):
                values[name], origins[name] = value, variable
        if values.get("display") not in (None, *DISPLAYS):
            raise BadSettings(
                f"{origins['display']}: display is 'live' or 'static', not {values['display']!r}."
            )
        known_keys.watch(catalog.key_variables)
        return cls(catalog=catalog, file=path, origins=origins, **values)

    # --- keys and addresses ------------------------------------------------------------------

    def key(self, provider: Provider, first: str = "") -> Key | None:
        """The provider's key, from `first` or one of its own variables, if one is set."""
        return key_policy.find_key(provider, first)

    def key_for(self, route: Route, base_url: Setting, api_key: Secret | None) -> Key:
        """The key to send to `base_url`. Raises MissingKey, or BadSettings where it may not go."""
        return key_policy.key_for(route, base_url, api_key, own_file=is_own_file(self.file))

    def base_url(self, route: Route, argument: str | None = None) -> Setting:
        """The address to use for a route, and who said so."""
        key = self.key(route.provider, route.model.env_key)
        return addresses.base_url(route, argument, key.origin if key else "")

    def secrets(self) -> Iterator[Secret]:
        """Every key that is set, to be masked wherever it comes up."""
        set_here = self.catalog.key_variables.intersection(os.environ)
        return (Secret(os.environ[name].strip()) for name in set_here)

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
            Setting(f"timeouts.{name}", f"{getattr(self.timeouts, name):g} s", origin)
            for name in TIMEOUTS
        ]
        for provider in self.catalog.providers.values():
            if found := self.key(provider):
                rows.append(Setting(f"{provider.type} key", "set", found.origin))
        return rows
