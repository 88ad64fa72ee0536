"""Where a provider is asked: its own address, or one that the user has named."""

from __future__ import annotations

from dataclasses import dataclass

from nbchat.catalog.catalog import Route, shipped
from nbchat.catalog.rows import Provider, own_variable
from nbchat.environment import variable_value
from nbchat.errors import MissingAddress
from nbchat.hosts import complete_address, host_of, is_loopback, place_of
from nbchat.key_owners import refuse_key_in_address
from nbchat.wording import WHERE_TO_SET, set_variable

ARGUMENT = "the base_url argument"
TABLE = "the provider's table"


@dataclass(slots=True, frozen=True)
class Setting:
    """A value, and who said so: a line of `%chat settings`."""

    name: str
    value: str
    origin: str
    note: str = ""  # what else is to be said of the origin


def base_url(route: Route, argument: str | None, key_origin: str) -> Setting:
    """The address to use for a route, and who said so.

    `key_origin` is the variable of the key, for a provider whose keys have hosts of their own.
    """
    if argument:
        return Setting("base_url", argument.rstrip("/"), ARGUMENT)
    moved = moved_by_environment(route.provider)
    if moved is not None:
        return moved
    provider = route.provider
    region = fill(f"{{{provider.region_by}}}", provider) if provider.region_by else ""
    template = route.base_url_in(region) if region else route.base_url
    origin = key_origin if provider.host_by_key else ""
    url = provider.at_home_of(origin, fill(template, provider))
    return Setting("base_url", url.rstrip("/"), TABLE)


def moved_by_environment(provider: Provider) -> Setting | None:
    """The address that one of the provider's variables names.

    Raises BadSettings where it would hold a key.
    """
    own = own_variable(provider.type)
    for variable in provider.address_variables:
        value = variable_value(variable)
        if not value:
            continue
        if variable not in _shipped_variables(provider):
            refuse_key_in_address(variable, value, provider.type)
        value = complete_address(value, provider.home_of(host_of(f"//{value}")))
        moved = value if variable == own else provider.moved_to(value)
        return Setting("base_url", moved.rstrip("/"), variable)
    return None


def foreign_host(provider: Provider, base_url: Setting) -> str:
    """The host and port of an address that the shipped table does not know for this provider.

    Empty where it does, and for this machine where the user has said so beside the question.
    """
    host = host_of(base_url.value)
    known = shipped().providers.get(provider.type)
    if known and (known.trusts(host) or host == host_of(known.base_url)):
        return ""
    if known and is_loopback(host) and base_url.origin != TABLE:
        return ""
    return place_of(base_url.value)[1]


def _shipped_variables(provider: Provider) -> tuple[str, ...]:
    """The variables that move its base URL as the shipped table says."""
    known = shipped().providers.get(provider.type)
    return known.address_variables if known else ()


def fill(template: str, provider: Provider) -> str:
    """A URL or path of the table with its {names} taken from the environment.

    Raises BadSettings for one that is not set and has no default.
    """
    for name, variables in provider.env_params.items():
        if f"{{{name}}}" in template:
            value = _parameter(variables, name, template, provider)
            template = template.replace(f"{{{name}}}", value.rstrip("/"))
    return template


def _parameter(variables: str, name: str, template: str, provider: Provider) -> str:
    """The first that is set of `ONE|OTHER=default`, or the default."""
    names, _, default = variables.partition("=")
    known = names.split("|")
    for variable in known:
        if value := variable_value(variable):
            refuse_key_in_address(variable, value, provider.type)
            return value
    if default:
        return default
    expected = f"It should be the {name} of your account there."
    if template.startswith(f"{{{name}}}") and provider.hosts:
        own = provider.hosts[0].replace("*", "NAME")
        expected = f"It should be the address of your own resource, such as https://{own}."
    missing = (
        f"{provider.name} needs {' or '.join(known)}, which is not set: "
        "without it there is no address to ask at."
    )
    raise MissingAddress(f"{missing}\n{expected} {WHERE_TO_SET}\n{set_variable(known[0])}")
