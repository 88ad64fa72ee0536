"""What an address is: whether it may be clicked, and where it leads, whatever it looks like.

It reads addresses as browsers do, and knows nothing of Markdown or HTML.
"""

from __future__ import annotations

import re
import socket
import unicodedata
from urllib.parse import unquote

from nbchat.render.characters import readable, unmasked

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
# Only endings that are known for hosts: Node.js and main.py are files.
_TOP_LEVEL_DOMAINS = (
    "(?:com|org|net|edu|gov|info|app|dev|io|ai|co|me"
    "|cn|hk|tw|jp|kr|in|ru|uk|de|fr|nl|ch|eu|us|ca|au|br)"
)
# What a reader takes for a host: anything behind a scheme or an @, and words with such an ending.
_HOST_IN_WORDS = re.compile(
    r"(?:://|@)[^\s/?#]+|\d{1,3}(?:\.\d{1,3}){3}"
    rf"|(?<![\w.-])(?:[\w-]{{1,63}}[.\u2024\u3002]){{1,9}}{_TOP_LEVEL_DOMAINS}(?![\w.-])"
)


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
    if host.startswith("xn--") or ".xn--" in host or unmasked(words) != words:
        return host not in words
    named = [match[0] for match in _HOST_IN_WORDS.finditer(words.lower())]
    return not all(_names_destination(name, host, address) for name in named)


def _names_destination(named: str, host: str, address: str) -> bool:
    """Whether the name in the words is the host, a part of it, or the end of the address."""
    name = named.removeprefix("://").removeprefix("@").rstrip(".,:;!").removeprefix("www.")
    name = name.partition(":")[0]
    if name == host.removeprefix("www.") or host.endswith(f".{name}"):
        return True
    return name in address.lower().partition(host)[2]


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
