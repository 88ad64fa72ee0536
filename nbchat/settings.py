"""What the user decided, and where each value came from.

Order, first wins: an argument, the environment, `nbchat.toml` and `nbchat.json` beside the
work (nearest upwards from the working directory; what of them counts, `nbchat.trust` says),
the user's own files, the default. The environment and the files are looked at anew for every
question, so a change counts at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbchat import addresses, environment, key_policy, known_keys
from nbchat.addresses import Setting
from nbchat.catalog import prices
from nbchat.catalog.catalog import Catalog, Route, shipped
from nbchat.catalog.prices import Cost
from nbchat.catalog.rows import Price, Provider
from nbchat.catalog.user_tables import UserTables
from nbchat.errors import BadSettings, NbchatError
from nbchat.events import Answer
from nbchat.header_values import filled_headers
from nbchat.host_lists import split_hosts
from nbchat.hosts import place_of
from nbchat.keys import Key, Secret
from nbchat.plain_http import VARIABLE
from nbchat.settings_file import OnFault, is_json, raise_fault, read_own
from nbchat.settings_rows import setting_rows
from nbchat.settings_values import (
    CELL_BUDGET,
    DISPLAYS,
    NO_BUDGETS,
    USUAL_HABITS,
    USUAL_LIMITS,
    USUAL_TIMEOUTS,
    USUAL_TOOLS,
    Budgets,
    Data,
    LabHabits,
    Limits,
    Timeouts,
    ToolLimits,
    budgets_of,
    cell_budget_of,
    lab_habits_of,
    limits_of,
    timeouts_of,
    tool_limits_of,
)
from nbchat.trust.beside import FileState, Layers, lay_beside


@dataclass(slots=True, frozen=True)
class Settings:
    """Everything decided, at one moment. `Settings.load()` looks around now."""

    model: str | None = None
    display: str | None = None  # "live", "static", or None: as the front-end finds right
    history: str | None = None
    plain_http: tuple[str, ...] = ()  # hosts that may be asked so, also with a key
    data: Data = "brief"  # how much is sent of the notebook's values
    cell_budget: int = CELL_BUDGET  # tokens of cells above that go along with a question
    timeouts: Timeouts = USUAL_TIMEOUTS
    limits: Limits = USUAL_LIMITS
    tools: ToolLimits = USUAL_TOOLS
    budgets: Budgets = NO_BUDGETS
    jupyterlab: LabHabits = USUAL_HABITS
    catalog: Catalog = field(default_factory=shipped)
    own_catalog: Catalog = field(default_factory=shipped)  # as it is without any file beside
    own_files: tuple[Path, ...] = ()
    files: tuple[FileState, ...] = ()  # those beside the work
    tables: tuple[UserTables, ...] = ()  # the rows of the files, lower ones first
    origins: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()  # why these are to look at alone, and none to ask with

    @classmethod
    def load(cls, start: Path | None = None) -> Settings:
        """Read the environment and the files. Raises BadSettings, naming file and field."""
        return cls._read(start, raise_fault)

    @classmethod
    def look(cls, start: Path | None = None) -> Settings:
        """The same to look at, never to ask with: each file is read as far as it goes.

        What is wrong is in `faults`.
        """
        faults: list[str] = []
        settings = cls._read(start, lambda error: faults.append(str(error)))
        return replace(settings, faults=tuple(faults))

    @classmethod
    def _read(cls, start: Path | None, on_fault: OnFault) -> Settings:
        own = read_own(on_fault)
        below = Layers(own.catalog)
        for path, content in zip(own.files, own.contents, strict=True):
            below = below.with_values(content.values, content.tables, str(path))
        layers = lay_beside(below, start, on_fault)
        values, origins = dict(layers.values), dict(layers.origins)
        for name in ("model", "display", "history"):
            variable = f"NBCHAT_{name.upper()}"
            if value := environment.variable_value(variable):
                values[name], origins[name] = value, variable
        if values.get("display") not in (None, *DISPLAYS):
            display = values.pop("display")
            on_fault(
                BadSettings(
                    f"{origins.pop('display')}: display is 'live' or 'static', not {display!r}."
                )
            )
        plain_http = tuple(values.get("plain_http", ()))
        if hosts := environment.variable_value(VARIABLE):
            plain_http = (*split_hosts(hosts), *plain_http)
            origins["plain_http"] = VARIABLE
        known_keys.watch(layers.catalog.key_variables)
        return cls(
            model=values.get("model"),
            display=values.get("display"),
            history=values.get("history"),
            plain_http=plain_http,
            data=values.get("data", "brief"),
            cell_budget=cell_budget_of(values),
            timeouts=timeouts_of(values),
            limits=limits_of(values),
            tools=tool_limits_of(values),
            budgets=budgets_of(values),
            jupyterlab=lab_habits_of(values),
            catalog=layers.catalog,
            own_catalog=own.catalog,
            own_files=own.files,
            files=layers.files,
            tables=layers.tables,
            origins=origins,
        )

    # --- keys and addresses ------------------------------------------------------------------

    def key(self, provider: Provider, first: str = "") -> Key | None:
        """The provider's key, from `first` or one of its own variables, if one is set."""
        return key_policy.find_key(provider, first)

    def key_for(self, route: Route, base_url: Setting, api_key: Secret | None) -> Key:
        """The key to send to `base_url`. Raises MissingKey, or BadSettings where it may not go."""
        by_user = self._is_by_user(route, base_url)
        return key_policy.key_for(route, base_url, api_key, by_user=by_user)

    def headers_for(self, route: Route, base_url: Setting) -> Mapping[str, Secret]:
        """The row's headers that hold something of the environment. Raises as `key_for` does."""
        own, provider = self._own_route(route), route.provider
        same = own is not None and (own.provider.headers, own.provider.env_params) == (
            provider.headers,
            provider.env_params,
        )
        by_user = same and self._is_by_user(route, base_url)
        return filled_headers(provider, base_url, by_user=by_user)

    def base_url(self, route: Route, argument: str | None = None) -> Setting:
        """The address to use for a route, and who said so."""
        key = self.key(route.provider, route.model.env_key)
        return addresses.base_url(route, argument, key.origin if key else "")

    def cost_of(self, answers: Iterable[Answer]) -> Cost:
        """What these answers cost, at the addresses that are named now."""
        return prices.cost_of(answers, self.catalog, self._asked_at)

    def price_of(self, answer: Answer) -> Price | None:
        """The price of whoever gave an answer, where that is known."""
        return prices.price_of(answer, self.catalog, self._asked_at)

    def _asked_at(self, route: Route) -> str | None:
        try:
            return self.base_url(route).value
        except NbchatError:  # the address was given with the question
            return None

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
        return (Secret(environment.variable_value(name)) for name in set_here)

    # --- what is shown --------------------------------------------------------------------------

    @property
    def file_lines(self) -> Mapping[str, str]:
        """What there is to tell of the files beside the work; each line by what it is told of."""
        return {state.key: state.line for state in self.files if state.line}

    @property
    def own_file(self) -> Path | None:
        """The user's own settings file, if there is one."""
        settings = [path for path in self.own_files if not is_json(path)]
        return settings[0] if settings else None

    @property
    def trouble(self) -> str:
        """The first of the faults, if there are any."""
        return self.faults[0] if self.faults else ""

    def rows(self) -> list[Setting]:
        """Every value with its origin; of a key only that it is set."""
        return setting_rows(self)
