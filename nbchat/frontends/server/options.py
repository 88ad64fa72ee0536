"""How the server is run.

Each field here is a flag of `nbchat serve` and a variable NBCHAT_SERVER_*.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from nbchat.errors import BadSettings
from nbchat.hosts import is_loopback

PREFIX = "NBCHAT_SERVER_"
SHORTEST_TOKEN = 8  # characters


def _split_words(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(value.replace(",", " ").split())
    return value


def _check_token(value: str) -> str:
    fits_header = value.isascii() and value.isprintable() and " " not in value
    if len(value) < SHORTEST_TOKEN or not fits_header:
        raise ValueError(
            f"should be at least {SHORTEST_TOKEN} letters, digits or signs, without spaces"
        )
    return value


Words = Annotated[tuple[str, ...], BeforeValidator(_split_words)]


class ServerOptions(BaseModel):
    """What the server allows; the defaults are for one person on one machine."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="the address to listen on; the default is this machine alone",
    )
    port: int = Field(8765, ge=0, le=65535, description="0 takes any free one")
    token: Annotated[str, AfterValidator(_check_token)] = Field(
        default_factory=lambda: token_urlsafe(24),
        repr=False,
        description="what clients have to send; made up and printed when not given. "
        "A flag shows in the list of processes; set the variable rather",
    )
    workers: int = Field(
        1, ge=1, le=64, description="processes; each counts its clients for itself"
    )
    allow_host: Words = Field(
        (), description="more names this server is called by, such as chat.example.org"
    )
    proxy: str = Field(
        "", description="the address of a reverse proxy whose X-Forwarded-For is believed"
    )
    models: Words = Field(
        (), description="which models may be asked, as patterns: kimi-*,ollama:*; all by default"
    )
    max_tokens: int | None = Field(
        None,
        ge=1,
        description="the longest answer that may be asked for, in tokens; no limit by default",
    )
    max_body: int = Field(1024 * 1024, ge=1024, description="the largest request, in bytes")
    rate: int = Field(600, ge=1, description="requests a minute from one client")
    concurrency: int = Field(128, ge=1, description="answers at once for one client")
    read_timeout: float = Field(
        30.0, gt=0, le=3600, description="seconds a client has to send its request"
    )
    write_timeout: float = Field(
        120.0, gt=0, le=3600, description="seconds a client may read nothing of its answer"
    )
    log: Literal["errors", "requests"] = Field(
        "errors",
        description="what goes to standard error: errors alone, or also a line for each request",
    )
    grace: float = Field(
        5.0,
        ge=0,
        le=3600,
        description="seconds that running answers get when the server is stopped",
    )

    @classmethod
    def of(cls, flags: Mapping[str, Any]) -> ServerOptions:
        """The flags that have a value, then the environment, then the defaults.

        Raises BadSettings, naming flag or variable.
        """
        flags = {name: value for name, value in flags.items() if value is not None}
        variables = {name: os.environ.get(PREFIX + name.upper()) for name in cls.model_fields}
        fields = {name: value for name, value in variables.items() if value} | flags
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            mistakes = error.errors(include_input=False)
            lines = [f"{_origin(str(e['loc'][0]), flags)}: {_plain(e['msg'])}" for e in mistakes]
            raise BadSettings("\n".join(lines)) from None

    @property
    def beyond_this_machine(self) -> bool:
        return not is_loopback(self.host)

    def names(self) -> frozenset[str]:
        """Every `Host` that is answered, exactly as a client writes it."""
        own = ["127.0.0.1", "localhost", "[::1]"]
        if self.host not in ("0.0.0.0", "::"):
            own.append(_host_in_url(self.host))
        names = {f"{name}:{self.port}" for name in own}
        if self.port == 80:
            names |= set(own)
        for name in map(str.lower, self.allow_host):
            names.add(name)
            if not _has_port(name):
                names.add(f"{name}:{self.port}")
        return frozenset(names)

    def origins(self) -> frozenset[str]:
        """Every `Origin` that is answered: pages of this server itself, behind TLS or not."""
        return frozenset(
            f"{scheme}://{name}" for scheme in ("http", "https") for name in self.names()
        )

    @property
    def address(self) -> str:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://{_host_in_url(host)}:{self.port}"


def _origin(name: str, flags: Mapping[str, Any]) -> str:
    """The flag or the variable that a value came from."""
    return f"--{name.replace('_', '-')}" if name in flags else PREFIX + name.upper()


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should be", "should be")


def _host_in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host.lower()


def _has_port(name: str) -> bool:
    return name.rpartition(":")[2].isdecimal() and not name.endswith("]")
