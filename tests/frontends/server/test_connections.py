"""Which connections are kept where there are too many."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from nbchat.frontends.server.connections import OpenConnections


@dataclass(eq=False)
class Client:
    address: str
    has_shown_token: bool = False
    was_cut: bool = False

    def cut(self) -> None:
        self.was_cut = True


def opened(
    most: int, most_of_one: int, *clients: Client, shared: frozenset[str] = frozenset()
) -> list[int]:
    """Which of them, by their number, were cut when all had come."""
    known = OpenConnections(most, most_of_one, shared)
    for client in clients:
        known.admit(client)
    assert len(known) == sum(not client.was_cut for client in clients)
    return [number for number, client in enumerate(clients) if client.was_cut]


def strangers(count: int, address: str = "a") -> list[Client]:
    return [Client(address) for _ in range(count)]


@pytest.mark.field("S10")
def test_the_oldest_that_has_not_shown_a_token_makes_room() -> None:
    known = Client("a", has_shown_token=True)

    assert opened(3, 3, *strangers(5)) == [0, 1]
    assert opened(3, 3, known, *strangers(4)) == [1, 2]
    assert opened(3, 3, Client("a"), known, Client("b"), Client("c")) == [0]


@pytest.mark.field("S10")
def test_one_address_has_a_part_of_them_at_most() -> None:
    assert opened(10, 2, *strangers(4, "a"), *strangers(2, "b")) == [0, 1]
    assert opened(10, 2, *strangers(2, "a"), *strangers(2, "b")) == []


@pytest.mark.field("S10")
def test_a_proxy_may_have_all_of_them() -> None:
    assert opened(10, 2, *strangers(6, "proxy"), shared=frozenset(["proxy"])) == []
    assert opened(5, 2, *strangers(6, "proxy"), shared=frozenset(["proxy"])) == [0]


@pytest.mark.field("S10")
def test_the_newest_is_refused_where_all_have_shown_the_token() -> None:
    known = [Client("a", has_shown_token=True) for _ in range(3)]

    assert opened(3, 3, *known, Client("a")) == [3]


@pytest.mark.field("S10")
def test_one_that_ended_takes_no_room() -> None:
    first, *others = strangers(3)
    known = OpenConnections(2, 2)
    known.admit(first)
    known.forget(first)
    for client in others:
        known.admit(client)

    assert not any(client.was_cut for client in (first, *others))
