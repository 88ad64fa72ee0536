"""An address that was typed where the name of a model or a provider is expected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from nbchat.catalog.rows import Provider, own_variable
from nbchat.hosts import connectable, host_of, is_loopback
from nbchat.private_hosts import is_private_host

OWN = "vllm"  # the provider whose rules most servers of one's own go by: OpenAI's, and no key
LONGEST_SHOWN = 60  # characters of an address that are repeated
WHICH_ARE_ASKED = "Which are asked, and who has named them:\n%chat settings"

_HOST = r"(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\]|(?:[\w-]+\.)+[a-z]{2,})"
_ADDRESS = re.compile(
    rf"(?xi) (?:[\w-]+:)? https?: \S*"  # also behind the name of a provider
    rf"| {_HOST} : \d{{2,5}} (?:/\S*)? | [\w-]+ : \d{{2,5}} / \S* | :\d{{4,5}} (?:/\S*)?"
    rf"| (?:localhost | \d{{1,3}}(?:\.\d{{1,3}}){{3}}) (?:/\S*)? | {_HOST} / (?:v\d|api|openai)\S*"
)


class Providers(Protocol):
    """The providers of a catalog."""

    @property
    def providers(self) -> Mapping[str, Provider]: ...


def address_meant(word: str, catalog: Providers) -> str:
    """What to say of an address, which names no model; "" where the word is none.

    >>> from nbchat.catalog.catalog import shipped
    >>> print(address_meant("localhost:1234", shipped()))
    'localhost:1234' is an address, and the name of a model is expected. ...
    %chat models --live lmstudio
    >>> address_meant("llama3:8b", shipped())
    ''
    """
    if not _ADDRESS.fullmatch(word):
        return ""
    url = _complete(word)
    said = f"{_shown(url, word)!r} is an address, and the name of a model is expected."
    for provider in catalog.providers.values():
        if _place(provider.base_url) == _place(url):
            asked = (
                f"{provider.name} is asked there; where a server is, its variable says "
                f"({own_variable(provider.type)}), or base_url= in Python."
            )
            return f"{said} {asked} {_models_hint(provider)}"
    if not host_of(url) or "@" in url:
        return f"{said} {WHICH_ARE_ASKED}"
    advice = (
        f"A server of yours is asked as {OWN}:ITS-MODEL once its address is set, or by a "
        "row of its own in nbchat.toml; in Python base_url= names it for one question."
    )
    return f'{said} {advice}\nimport os; os.environ["{own_variable(OWN)}"] = "{url}"'


def _models_hint(provider: Provider) -> str:
    live = "--live " if is_loopback(host_of(provider.base_url)) else ""
    return f"Its models:\n%chat models {live}{provider.type}"


def _complete(word: str) -> str:
    """The address with scheme and path, and without what follows these."""
    word = re.sub(r"(?i)^[\w-]+:(?=https?:)", "", word)
    if not re.match(r"(?i)https?:", word):
        host = host_of(f"//{word}")
        word = f"{'http' if not host or is_private_host(host) else 'https'}://{word}"
    url = connectable(re.split(r"[?#]", word)[0].rstrip("/").removesuffix("/models"))
    has_path = bool(url.partition("://")[2].partition("/")[1])
    return url if has_path else f"{url}/v1"


def _shown(url: str, word: str) -> str:
    """The address as it was typed, but for what may be secret in it."""
    typed = re.split(r"[?#]", word)[0]
    return typed[:LONGEST_SHOWN] if "@" not in typed else host_of(url)


def _place(url: str) -> tuple[str, int | None]:
    """Host and port; this machine is one, whatever it is called."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "?", None
    ports = {"http": 80, "https": 443}
    return "localhost" if is_loopback(host) else host, port or ports.get(parts.scheme)
