"""What an address is: whether it may be clicked, and where it leads, whatever it looks like.

It reads addresses as browsers do, and knows nothing of Markdown or HTML.
"""

from __future__ import annotations

import re
import socket
import unicodedata
from urllib.parse import unquote

from nbchat.render.characters import readable, undisguised_name, unmasked
from nbchat.render.markdown.hosts_in_words import NamedHost, hosts_in

LONGEST_ADDRESS = 4_000  # characters; a reference can be used again and again
_WEB = re.compile(
    r"https?://(?:[^/?#\\]*@)?(\[[^\]]*\]|[^/?#\\:@]+)(?::(\d{0,5}))?(?=[/?#\\]|$)", re.IGNORECASE
)
# No other fields: some mail programs attached files that an address named.
_MAIL = re.compile(
    r"mailto:[^?#\s@]+@([^?#\s@,]+)(?:[?&](?:subject|body|cc|bcc)=[^?&#]*)*", re.IGNORECASE
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_HOST = re.compile(r"(?:[a-z0-9_-]+\.)*[a-z0-9_-]+\.?")
_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0x[\da-f]*)\.?")


def destination(address: str) -> str:
    """The host that a click would reach, in ASCII; "" where a click must not be possible.

    >>> destination("https://bank.example@%65vil.example/"), destination("javascript:alert(1)")
    ('evil.example', '')
    """
    if len(address) > LONGEST_ADDRESS:
        return ""
    if web := _WEB.match(address):
        return _host(web[1]) if int(web[2] or 0) < 2**16 else ""
    mail = _MAIL.fullmatch(address)
    return _host(mail[1]) if mail else ""


def is_mail(address: str) -> bool:
    return address[:7].lower() == "mailto:"


def misleads(words: str, address: str) -> bool:
    """Whether a reader of the words would expect another host than the address leads to.

    >>> misleads("https://bank.example", "https://evil.example")
    True
    >>> misleads("the docs", "https://docs.example")
    False
    """
    host = destination(address)
    if not is_mail(address) and "@" in address.split("/")[2]:
        return True
    named = list(hosts_in(words))
    if not all(_is_destination(one, host, address) for one in named):
        return True
    is_look_alike = host.startswith("xn--") or ".xn--" in host
    return (is_look_alike or undisguised_name(words) != words) and not named


def _is_destination(named: NamedHost, host: str, address: str) -> bool:
    """Whether the name in the words is the host or a part of it; `@name` may be in its path."""
    if named.name == host.removeprefix("www.") or host.endswith(f".{named.name}"):
        return True
    return not named.is_certain and named.name in address.lower().partition(host)[2]


def address_in_words(address: str) -> str:
    """The address as words."""
    return unmasked(readable(unquote(address)))


def names_a_place(address: str) -> bool:
    """Whether it has a scheme or a host, so that a reader should see what is not a link."""
    return bool(_SCHEME.match(address)) and len(address) <= LONGEST_ADDRESS


def _host(typed: str) -> str:
    if typed.startswith("["):
        try:
            packed = socket.inet_pton(socket.AF_INET6, typed[1:-1])
            return f"[{socket.inet_ntop(socket.AF_INET6, packed)}]"
        except (OSError, ValueError):
            return ""
    host = unicodedata.normalize("NFKC", unquote(typed)).lower()
    try:
        host = host if host.isascii() else host.encode("idna").decode()
        if _NUMBER.fullmatch(host):
            return socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))
    except (OSError, ValueError):
        return ""
    return host.rstrip(".") if _HOST.fullmatch(host) else ""
