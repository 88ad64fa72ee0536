"""Which hosts are on the user's own network, by what they are called and by their address."""

from __future__ import annotations

import re
from ipaddress import ip_network

from nbchat.host_lists import address_of, bare_name

NETWORKS = tuple(
    map(
        ip_network,
        (
            *("127.0.0.0/8", "::1/128"),  # this machine
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),  # RFC 1918
            *("169.254.0.0/16", "fe80::/10"),  # link-local
            "fc00::/7",  # unique local
        ),
    )
)
# What no name server of the world answers for: mDNS, ICANN's name for private use, Kubernetes.
ENDINGS = (".local", ".internal", ".svc", ".localhost")
# Where clouds hand out the keys of the machine that asks; no model is served there.
METADATA = (
    *("169.254.169.254", "169.254.170.2", "169.254.170.23"),
    *("fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254"),
    *("metadata.google.internal", "instance-data.ec2.internal"),
)
_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)", re.A)  # what systems read as an address


def is_private_host(host: str) -> bool:
    """Whether a host is on the user's own network, as far as its name or address says so.

    >>> hosts = ("192.168.1.20", "ollama", "host.docker.internal", "fd00::1", "nas.local")
    >>> [is_private_host(host) for host in hosts]
    [True, True, True, True, True]
    >>> [is_private_host(host) for host in ("8.8.8.8", "134744072", "ollama.example", "0x8080808")]
    [False, False, False, False]
    """
    host = bare_name(host)
    address = address_of(host)
    if host in METADATA or str(address) in METADATA:
        return False
    if address:
        return any(address in network for network in NETWORKS)
    if not host or _NUMBER.fullmatch(host):
        return False
    return "." not in host or host.endswith(ENDINGS)


def is_reachable_by_all(address: str) -> bool:
    """Whether an address, which a private name has led to, is one of the whole internet.

    Names of a network may lead to more addresses than are called private: to those of a
    provider's network, say, which Kubernetes uses (100.64.0.0/10).
    """
    meant = address_of(address)
    return meant is None or meant.is_global or str(meant) in METADATA
