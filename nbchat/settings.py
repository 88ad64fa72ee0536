"""What the user decided, and where each value came from.

Order, first wins: an argument, the environment, `nbchat.toml` beside the work (nearest
upwards from the working directory; what of it counts, `nbchat.trust` says), the user's own
file, the default. The environment and the files are looked at anew for every question, so
a change counts at once.
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
from nbchat.errors import BadSettings, NbchatError
from nbchat.hosts import place_of
from nbchat.keys import Key, Secret
from nbchat.settings_file import DISPLAYS, FILE, TIMEOUTS, Timeouts, own_file, read_own_file
from nbchat.trust.beside import FileState, lay_beside
from nbchat.wording import first_line

USUAL_TIMEOUTS = Timeouts()


@dataclass(slots=True, frozen=True)
class Settings:
    """Everything decided, at one moment. `Settings.load()` looks around now."""

    model: str | None = None
    display: str | None = None  # "live", "static", or None: as the front-end finds right
    history: str | None = None
    timeouts: Timeouts = USUAL_TIMEOUTS
    catalog: Catalog = field(default_factory=shipped)
    own_catalog: Catalog = field(default_factory=shipped)  # as it is without any file beside
    own_file: Path | None = None
    files: tuple[FileState, ...] = ()  # those beside the work
    origins: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""  # why these are only the defaults, where what was decided cannot be used

    @classmethod
    def load(cls, start: Path | None = None) -> Settings:
        """Read the environment and the files. Raises BadSettings, naming file and field."""
        own = own_file()
        values: dict[str, Any] = {}
        catalog = shipped()
        if own:
            written, catalog = read_own_file(own)
            values.update(written)
        origins = {name: str(own) for name in values}
        layers = lay_beside(catalog, start)
        values.update(layers.values)
        origins.update(layers.origins)
        for name in ("model", "display", "history"):
            variable = f"NBCHAT_{name.upper()}"
            if value := os.environ.get(variable):
                values[name], origins[name] = value, variable
        if values.get("display") not in (None, *DISPLAYS):
            raise BadSettings(
                f"{origins['display']}: display is 'live' or 'static', not {values['display']!r}."
            )
        known_keys.watch(layers.catalog.key_variables)
        return cls(
            catalog=layers.catalog,
            own_catalog=catalog,
            own_file=own,
            files=layers.files,
            origins=origins,
            **values,
        )

    # --- keys and addresses ------------------------------------------------------------------

    def key(self, provider: Provider, first: str = "") -> Key | None:
        """The provider's key, from `first` or one of its own variables, if one is set."""
        return key_policy.find_key(provider, first)

    def key_for(self, route: Route, base_url: Setting, api_key: Secret | None) -> Key:
        """The key to send to `base_url`. Raises MissingKey, or BadSettings where it may not go."""
        by_user = self._is_by_user(route, base_url)
        return key_policy.key_for(route, base_url, api_key, by_user=by_user)

    def base_url(self, route: Route, argument: str | None = None) -> Setting:
        """The address to use for a route, and who said so."""
        key = self.key(route.provider, route.model.env_key)
        return addresses.base_url(route, argument, key.origin if key else "")

    def _is_by_user(self, route: Route, base_url: Setting) -> bool:
        """Whether the same key goes to the same place without the file beside the work."""
        if self.own_catalog is self.catalog:
            return True
        own = self._own_route(route)
        if own is None:
            return False
        key = self.key(route.provider, route.model.env_key)
        if key != self.key(own.provider, own.model.env_key):
            return False
        try:
            models_url = addresses.fill(own.provider.models_url, own.provider)
            places = [self.base_url(own).value, models_url]
        except NbchatError:
            return False
        return place_of(base_url.value) in map(place_of, places)

    def _own_route(self, route: Route) -> Route | None:
        """The same model, as it is asked without the file beside the work."""
        provider = self.own_catalog.providers.get(route.provider.type)
        if provider is None:
            return None
        return Route(self.own_catalog.row_of(provider, route.model.id), provider, route.wire)

    def secrets(self) -> Iterator[Secret]:
        """Every key that is set, to be masked wherever it comes up."""
        set_here = self.catalog.key_variables.intersection(os.environ)
        return (Secret(os.environ[name].strip()) for name in set_here)

    # --- what is shown --------------------------------------------------------------------------

    @property
    def file_lines(self) -> Mapping[str, str]:
        """What there is to tell of the files beside the work; each line by what it is told of."""
        return {state.key: state.line for state in self.files if state.line}

    def rows(self) -> list[Setting]:
        """Every value with its origin; of a key only that it is set."""

        def row(name: str, value: Any) -> Setting:
            return Setting(name, str(value), self.origins.get(name, "default"))

        rows = [
            row("model", self.model or "chosen by the keys that are set"),
            row("display", self.display or "live, or static where nobody watches"),
            row("history", self.history or "in the user's data folder"),
            *self._file_rows(),
        ]
        if self.trouble:
            rows[-2:] = [row("history", "in memory only"), row("file", first_line(self.trouble))]
        origin = self.origins.get("timeouts", "default")
        rows += [
            Setting(f"timeouts.{name}", f"{getattr(self.timeouts, name):g} s", origin)
            for name in TIMEOUTS
        ]
        for provider in self.catalog.providers.values():
            if found := self.key(provider):
                rows.append(Setting(f"{provider.type} key", "set", found.origin))
        return rows

    def _file_rows(self) -> list[Setting]:
        rows = [Setting("file", state.file.shown_path, state.state) for state in self.files]
        if self.own_file:
            rows.append(Setting("file", str(self.own_file), "your own"))
        return rows or [Setting("file", f"no {FILE} found", "default")]
