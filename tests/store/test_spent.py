"""What was spent, as the history file has it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from nbchat.events import Usage
from nbchat.middleware.spending import Spending
from nbchat.store.account import Account
from nbchat.store.database import Database
from nbchat.store.spent_rows import GROUPS, By, Spent, SpentSum
from nbchat.store.store import Store
from nbchat.streams import SpentBy

from ..nightly import size
from .disk import contents

DAY = 86_400.0
REQUESTS = size(2_000, nightly=100_000)


def spending(name: str = "main", cost: float | None = 0.5, currency: str = "USD") -> Spending:
    by = SpentBy(f"id of {name}", name, "turn")
    return Spending(by, "model", "provider", Usage(10, 5, cached=2), cost, currency)


def database(folder: Path, *spent: Spent) -> Database:
    made = Database(folder / "history.sqlite", "kernel")
    for one in spent:
        made.write_spent([one])
    return made


def test_what_was_spent_is_summed_by_each_of_its_groups(tmp_path: Path) -> None:
    rows = [
        Spent(spending(name), number * DAY, "kernel", f"/{book}.ipynb")
        for number, (name, book) in enumerate([("a", "x"), ("b", "x"), ("b", "x"), ("b", "y")])
    ]
    file = database(tmp_path, *rows)
    counts: dict[By, list[int]] = {}

    for by in GROUPS:
        sums = file.spent_sums(by, "")
        counts[by] = sorted(one.requests for one in sums)
        assert sum(one.cost for one in sums) == 2.0
        assert sum(one.cached for one in sums) == 8
    assert counts == {"model": [4], "day": [1] * 4, "notebook": [1, 3], "conversation": [1, 1, 2]}
    assert len(file.spent_sums("model", rows[2].day)) == 1
    assert file.spent_sums("model", rows[2].day)[0].requests == 2


def test_the_sums_of_a_day_are_those_of_its_rows(tmp_path: Path) -> None:
    costs = [0.1, None, 0.25, 0.0]
    file = database(tmp_path, *(Spent(spending(cost=cost), DAY, "kernel", "") for cost in costs))
    file.close()

    with sqlite3.connect(file.path) as connection:
        rows = connection.execute(
            "SELECT count(*), total(input), total(cost), sum(cost IS NULL) FROM spent"
        ).fetchone()
        sums = connection.execute(
            "SELECT total(requests), total(input), total(cost), sum(unpriced) FROM spent_on"
        ).fetchone()
    connection.close()
    assert rows == sums == (4, 40, pytest.approx(0.35), 1)


def test_a_deleted_conversation_leaves_its_money_and_nothing_of_its_name(tmp_path: Path) -> None:
    rows = [Spent(spending(name), DAY, "kernel", "/x.ipynb") for name in ("kept", "gone", "gone")]
    file = database(tmp_path, *rows)

    file.delete("id of gone")
    file.delete("id of kept")

    (one,) = file.spent_sums("conversation", "")
    assert (one.requests, one.cost, one.group["name"]) == (3, 1.5, "")
    file.close()
    kept = b"".join(contents(tmp_path).values())
    assert b"gone" not in kept


def test_what_waits_to_be_saved_loses_its_name_with_its_conversation(tmp_path: Path) -> None:
    store = Store(tmp_path / "history.sqlite")
    store.pause(1)
    for name in ("kept", "gone"):
        store.put_spent(Spent(spending(name), DAY, "kernel", ""))
    store.resume()

    store.delete("id of gone")

    names = {one.group["name"] for one in store.ask(lambda d: d.spent_sums("conversation", ""))}
    assert names == {"kept", ""}
    store.close()


def test_what_was_spent_is_written_in_lists(tmp_path: Path) -> None:
    """A commit for each would cost more than the answer of a fast server."""
    store = Store(tmp_path / "history.sqlite")
    statements: list[str] = []
    store.ask(lambda d: d._open().set_trace_callback(statements.append))
    store.pause(1)
    for number in range(REQUESTS):
        store.put_spent(Spent(spending(f"talk {number % 3}"), DAY, "kernel", ""))
    store.resume()

    (one,) = store.ask(lambda d: d.spent_sums("model", ""))

    assert one.requests == REQUESTS
    assert store.ask(lambda d: [*d._open().execute("SELECT count(*) FROM spent")]) == [(REQUESTS,)]
    assert statements.count("COMMIT") <= REQUESTS / 100
    store.close()


def test_what_cannot_be_written_keeps_none_of_the_others_from_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "history.sqlite")
    store.pause(1)
    for cost in (0.25, 0.5, 1.0):
        usage = Usage(1, 2**70) if cost == 0.5 else Usage(1, 2)  # more than SQLite's integers hold
        spent = replace(spending(cost=cost), usage=usage)
        store.put_spent(Spent(spent, DAY, "kernel", ""))
    store.resume()

    (one,) = store.ask(lambda d: d.spent_sums("model", ""))

    assert (one.requests, one.cost) == (2, 1.25)
    store.close()


def test_a_try_without_a_word_is_counted_with_its_conversation_and_an_answer_is_not(
    tmp_path: Path,
) -> None:
    lost = Spending(SpentBy("c", "main", "t"), "m", "p", Usage(7, 1), None, "", has_word=False)
    file = database(tmp_path, Spent(lost, DAY, "k", ""), Spent(spending(), DAY, "k", ""))

    assert [answer.lost for answer in file.unanswered("c")] == [[Usage(7, 1)]]
    assert file.unanswered("id of main") == []


def test_hostile_rows_are_read_as_what_they_should_be(tmp_path: Path) -> None:
    file = database(tmp_path, Spent(spending(), DAY, "kernel", ""))
    with sqlite3.connect(file.path) as connection:
        connection.execute(
            "UPDATE spent_on SET model = ?, input = ?, cost = ?, requests = x'00'",
            ("m" * 5000, "many", -5.0),
        )
    connection.close()

    (one,) = file.spent_sums("model", "")

    assert len(one.group["model"]) == 300
    assert (one.input, one.cost, one.requests) == (0, 0.0, 0)


def test_an_account_adds_its_own_to_what_others_have_spent(tmp_path: Path) -> None:
    """Its own rows are in the file, too, and are not counted twice."""
    store = Store(tmp_path / "history.sqlite")
    other, account = Account(lambda settings: store), Account(lambda settings: store)
    other.note(spending(cost=1.0))
    other.note(spending(cost=2.0, currency="CNY"))
    account.note(spending(cost=0.25))

    account.look()

    own = {"USD": 0.25}
    assert account.spent("notebook") == own  # without a notebook nobody shares it
    assert account.spent("day") == {"USD": 1.25, "CNY": 2.0}
    account.begin_anew()
    account.look()
    assert account.spent("day") == {"USD": 1.25, "CNY": 2.0}
    store.close()


def test_the_sums_of_many_rows_are_read_from_those_of_the_days(tmp_path: Path) -> None:
    """What is read grows with the days and conversations, not with the requests."""
    store = Store(tmp_path / "history.sqlite")
    for number in range(REQUESTS):
        spent = spending(f"talk {number % 20}", cost=0.001)
        store.put_spent(Spent(spent, (number % 30) * DAY, "kernel", "/x.ipynb"))

    (one,) = store.ask(lambda d: d.spent_sums("model", ""))

    assert one.requests == REQUESTS
    assert one.cost == pytest.approx(REQUESTS * 0.001)
    assert store.ask(lambda d: [*d._open().execute("SELECT count(*) FROM spent_on")]) == [(60,)]
    store.close()


def test_sums_of_a_group_are_added_member_by_member() -> None:
    one = SpentSum({"day": "x"}, "USD", 1, 10, 1, 2, 5, 3, 0.5, 1, 0)

    one.add(one)

    assert one == SpentSum({"day": "x"}, "USD", 2, 20, 2, 4, 10, 6, 1.0, 2, 0)
