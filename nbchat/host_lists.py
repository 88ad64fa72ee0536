"""Whether a list of hosts, as people write it in NO_PROXY, names a host.

What counts is all that curl, Go's httpproxy and Node's undici understand: names with all
that is below them, addresses, networks, ports, and `*`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from nbchat.environment import QUOTES

Address = IPv4Address | IPv6Address

_QUOTES = "".join({*QUOTES, *QUOTES.values()})
_ADDRESSES = re.compile(r"[\d.*]*\d[\d.*]*")  # of these and no names: 192.168.*
_PATH = re.compile(r"/(?![\da-f.:]+$).*")  # behind a host; not the size of a network
_ZONE = re.compile(r"%.*")  # of an IPv6 address: the interface, which names no other host
_MAPPED = IPv6Network("::ffff:0:0/96")  # IPv4 addresses written as IPv6 ones
_IN_BRACKETS = re.compile(r"\[([^\]]*)\](/\d+)?(?::(\d+|\*))?")
_WITH_PORT = re.compile(r"([^:]*):(\d*|\*)")


def split_hosts(text: str) -> list[str]:
    """The entries of a list, between commas, semicolons, bars or white space, quoted or not.

    >>> split_hosts("localhost, '.corp'  10.0.0.0/8,")
    ['localhost', '.corp', '10.0.0.0/8']
    """
    entries = [entry.strip(_QUOTES) for entry in re.split(r"[\s,;|]+", text)]
    return [entry for entry in entries if entry]


def entry_for(
    host: str, port: int | None, entries: Iterable[str], *, with_all_below: bool = True
) -> str:
    """The first of the entries that names the host at that port; empty where none does.

    Without `with_all_below`, a name stands for what is below it only behind `.` or `*.`.

    >>> entry_for("api.corp.example", 443, [".example", "10.0.0.0/8"])
    '.example'
    >>> entry_for("10.1.2.3", 80, ["10.0.0.0/8:8080", "10.0.0.0/8"])
    '10.0.0.0/8'
    """
    bare = bare_name(host)
    address = address_of(bare)
    for entry in entries:
        name, wanted = _name_and_port(entry)
        if wanted.isdigit() and int(wanted) != port:
            continue
        named = name == "*"
        if address:
            named = named or _names_address(name, address)
        else:
            named = named or _names_name(name, bare, with_all_below)
        if named:
            return entry
    return ""


@lru_cache(maxsize=1000)  # every request asks it of the same few
def address_of(host: str) -> Address | None:
    """The address that a host is; an IPv4 address may be written as an IPv6 one.

    >>> str(address_of("[::ffff:10.0.0.1]")), address_of("example.com")
    ('10.0.0.1', None)
    """
    try:
        address = ip_address(_ZONE.sub("", host.removeprefix("[").removesuffix("]")))
    except ValueError:
        return None
    return (address.version == 6 and address.ipv4_mapped) or address


def bare_name(host: str) -> str:
    """A host as names are compared: in small letters, in ASCII, without a dot at its end."""
    host = host.lower().removesuffix(".")
    if not host.isascii():
        with suppress(UnicodeError):
            host = host.encode("idna").decode()
    return host


def _name_and_port(entry: str) -> tuple[str, str]:
    """The host or network of an entry, and its port where it has one."""
    entry = entry.lower()
    if "://" in entry:  # as no program wants it, and people write it
        entry = entry.partition("://")[2].partition("/")[0]
    entry = _PATH.sub("", entry.rpartition("@")[2])
    if match := _IN_BRACKETS.fullmatch(entry):
        return match[1] + (match[2] or ""), match[3] or ""
    if match := _WITH_PORT.fullmatch(entry):
        return match[1], match[2]
    return entry, ""


def _names_address(name: str, address: Address) -> bool:
    if "*" in name:
        return _is_like(name, str(address))
    one = address_of(name.removesuffix("."))
    if one:
        return one == address
    try:
        network = ip_network(name, strict=False)
    except ValueError:
        return False
    if isinstance(network, IPv6Network) and isinstance(address, IPv4Address):
        return network.subnet_of(_MAPPED) and ip_address(f"::ffff:{address}") in network
    return address in network


def _names_name(name: str, host: str, with_all_below: bool) -> bool:
    ending = re.sub(r"^\*?\.", "", name)
    is_ending = ending != name
    ending = bare_name(ending)
    if "*" in ending:
        return not _ADDRESSES.fullmatch(ending) and _is_like(ending, host)
    if not ending:
        return False
    is_below = host.endswith(f".{ending}") and (with_all_below or is_ending)
    return host == ending or is_below


def _is_like(pattern: str, host: str) -> bool:
    parts = map(re.escape, pattern.split("*"))
    return re.fullmatch(".*".join(parts), host) is not None
