"""What was paid for is not paid again: rows on disk, and when there are any."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import BaseModel

import nbchat
from nbchat import runtime
from nbchat.dataframes.checkpoint import FILE, kept_maps
from nbchat.errors import HistoryUnavailable
from nbchat.folders import data_folder

from .rows_service import MODEL, RowsService, answers, refused, watched

TEXTS = ["a", "b", "b", "c"]
CANARY = "canary-7f3a"


class Point(BaseModel):
    x: int


@pytest.fixture(autouse=True)
def imported(provider: RowsService) -> None:
    """Each test has a provider."""


def file() -> Path:
    return data_folder() / FILE


def test_a_named_map_goes_on_where_it_was(provider: RowsService) -> None:
    provider.say = lambda prompt: refused() if prompt == "c" else f"said {prompt}"
    nbchat.map(TEXTS, "{value}", MODEL, name="letters")
    provider.forget()
    provider.say = lambda prompt: f"now {prompt}"

    out, watcher = watched([*TEXTS, "d"], "{value}", name="letters")

    assert sorted(provider.prompts) == ["c", "d"]
    assert answers(out) == ["said a", "said b", "said b", "now c", "now d"]
    assert "3 rows answered by an earlier run." in watcher.lines
    assert (watcher.last.before, watcher.last.to_ask) == (3, 2)


def test_what_was_answered_before_is_the_same_in_every_way(provider: RowsService) -> None:
    provider.say = lambda prompt: f'{{"x": {len(prompt)}}}'
    before = nbchat.map(TEXTS, "{value}", MODEL, name="points", schema=Point)
    provider.forget()

    after = nbchat.map(TEXTS, "{value}", MODEL, name="points", schema=Point)

    assert provider.prompts == []
    assert [row.value for row in after] == [Point(x=1)] * 4
    assert after.frame().equals(before.frame())
    assert (after.usage, after.cost) == (before.usage, before.cost)


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"prompt": "Rate {value}"}, "prompt"),
        ({"model": "kimi-k2-thinking"}, "model"),
        ({"schema": str}, "schema"),
        ({"max_tokens": 9}, "options"),
        ({"prompt": "Rate {value}", "system": "Be brief."}, "prompt and options"),
    ],
    ids=["prompt", "model", "schema", "option", "two"],
)
def test_what_is_asked_otherwise_is_asked_anew_and_it_is_said(
    provider: RowsService, changed: dict[str, object], what: str
) -> None:
    provider.say = lambda prompt: '{"value": "yes"}'
    nbchat.map(TEXTS, "{value}", MODEL, name="letters")
    provider.forget()

    given = {"prompt": "{value}", "model": MODEL, **changed}
    watcher = _run(given)

    assert len(provider.prompts) == 3
    said = f"Since 'letters' ran last, its {what} changed: all rows are asked anew."
    assert said in watcher.lines


def _run(given: dict[str, object]) -> object:
    from nbchat.dataframes import mapping

    from .rows_service import Watcher

    watcher = Watcher()
    own = {name: given.pop(name) for name in ("prompt", "model", "schema") if name in given}
    mapping.run(TEXTS, name="letters", display=watcher, options=given, **own)  # type: ignore[arg-type]
    return watcher


def test_the_prompt_of_before_finds_its_rows_again(provider: RowsService) -> None:
    nbchat.map(TEXTS, "{value}", MODEL, name="letters")
    nbchat.map(TEXTS, "Rate {value}", MODEL, name="letters")
    provider.forget()

    nbchat.map(TEXTS, "{value}", MODEL, name="letters")

    assert provider.prompts == []


def test_another_name_is_another_map(provider: RowsService) -> None:
    nbchat.map(TEXTS, "{value}", MODEL, name="letters")
    provider.forget()

    nbchat.map(TEXTS, "{value}", MODEL, name="others")

    assert len(provider.prompts) == 3


@pytest.mark.parametrize(
    ("watches", "name", "is_kept"),
    [
        (True, None, True),
        (True, "letters", True),
        (None, None, False),
        (None, "letters", True),
        (False, None, False),
        (False, "letters", True),
    ],
)
def test_rows_are_kept_where_a_person_watches_or_a_name_is_given(
    watches: bool | None, name: str | None, is_kept: bool
) -> None:
    runtime.current().watched = watches

    nbchat.map(TEXTS, "{value}", MODEL, name=name)

    assert file().exists() == is_kept


def test_nothing_is_kept_where_history_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBCHAT_HISTORY", "off")

    nbchat.map(TEXTS, "{value}", MODEL, name="letters")

    assert not file().exists()


def test_forget_removes_every_byte(provider: RowsService) -> None:
    provider.say = lambda prompt: CANARY
    out = nbchat.map(TEXTS, "{value}", MODEL, name="letters")
    assert any(CANARY.encode() in one.read_bytes() for one in file().parent.glob(f"{FILE}*"))
    provider.forget()

    out.forget()

    assert not any(CANARY.encode() in one.read_bytes() for one in file().parent.glob(f"{FILE}*"))
    nbchat.map(TEXTS, "{value}", MODEL, name="letters")
    assert len(provider.prompts) == 3


def test_neither_rows_nor_keys_are_in_the_file(provider: RowsService) -> None:
    nbchat.map([CANARY], "About {value}", MODEL, name="n", system="sk-test-0123456789")
    provider.say = lambda prompt: "yes"
    nbchat.map([f"{CANARY} 2"], "{value}", MODEL, name="m", api_key="sk-other-98765432101")

    held = b"".join(one.read_bytes() for one in file().parent.glob(f"{FILE}*"))
    assert b"sk-test-0123456789" not in held
    assert b"sk-other-98765432101" not in held
    assert f"{CANARY} 2".encode() not in held


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_may_read_the_file() -> None:
    nbchat.map(TEXTS, "{value}", MODEL, name="letters")

    assert file().stat().st_mode & 0o077 == 0


STRANGE = {
    "of a newer nbchat": ["VACUUM", "PRAGMA user_version = 99"],
    "of somebody else": ["CREATE TABLE other (x)"],
    "with a table of our name": ["CREATE TABLE row (map, key)"],
    "with a view of our name": ["CREATE VIEW row AS SELECT 1 map, 'a' key, '{}' answer"],
    "with a generated column": [
        "CREATE TABLE row (map, key, answer AS (hex(zeroblob(1000000000))))"
    ],
}


@pytest.mark.parametrize("kind", ["no database", *STRANGE])
def test_a_file_that_cannot_be_used_is_left_alone_and_ends_nothing(
    provider: RowsService, kind: str
) -> None:
    _write_strange(kind)
    before = file().read_bytes()

    out, watcher = watched(TEXTS, "{value}", name="letters")

    assert answers(out) == ["[a]", "[b]", "[b]", "[c]"]
    (trouble,) = [line for line in watcher.lines if "not kept" in line]
    assert str(file()) in trouble
    assert file().read_bytes() == before


def _write_strange(kind: str) -> None:
    file().parent.mkdir(parents=True, exist_ok=True)
    if kind == "no database":
        file().write_bytes(b"something else entirely" * 100)
        return
    connection = sqlite3.connect(file())
    with connection:
        for statement in STRANGE[kind]:
            connection.execute(statement)
    connection.close()


def test_a_trigger_of_a_stranger_is_never_run(provider: RowsService) -> None:
    """It may have the name of a table of ours."""
    nbchat.map(TEXTS, "{value}", MODEL, name="letters")
    with closing(sqlite3.connect(file())) as connection:
        connection.execute("CREATE TRIGGER row AFTER INSERT ON row BEGIN DELETE FROM map; END")
    before = file().read_bytes()

    out, watcher = watched(TEXTS, "{value}", name="others")

    assert answers(out) == ["[a]", "[b]", "[b]", "[c]"]
    assert any("holds something else than rows of nbchat" in line for line in watcher.lines)
    assert file().read_bytes() == before


@pytest.mark.parametrize("how", ["EXCLUSIVE", "IMMEDIATE"])
def test_a_file_that_another_program_holds_is_not_waited_for(
    provider: RowsService, how: str
) -> None:
    nbchat.map(["z"], "{value}", MODEL, name="letters")
    with closing(sqlite3.connect(file(), isolation_level=None)) as connection:
        connection.execute(f"BEGIN {how}")
        out, watcher = watched(TEXTS, "{value}", name="letters")

        with pytest.raises(HistoryUnavailable, match="the rows stay on disk, since .* locked"):
            out.forget()

    assert answers(out) == ["[a]", "[b]", "[b]", "[c]"]
    (trouble,) = [line for line in watcher.lines if "not kept" in line]
    assert "locked" in trouble


@pytest.mark.parametrize("place", ["a folder", "behind a file", "nowhere"])
def test_a_place_that_takes_no_file_ends_nothing(provider: RowsService, place: str) -> None:
    folder = data_folder()
    if place == "behind a file":
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.write_bytes(b"")
    else:
        folder.mkdir(parents=True, exist_ok=True)
        file().mkdir() if place == "a folder" else file().symlink_to("/nowhere/else")

    out, watcher = watched(TEXTS, "{value}", name="letters")

    assert answers(out) == ["[a]", "[b]", "[b]", "[c]"]
    assert [line for line in watcher.lines if "not kept" in line] != []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a device that is full")
def test_a_full_disk_ends_nothing(provider: RowsService) -> None:
    file().parent.mkdir(parents=True, exist_ok=True)
    file().symlink_to("/dev/full")

    out, watcher = watched(TEXTS, "{value}", name="letters")

    assert answers(out) == ["[a]", "[b]", "[b]", "[c]"]
    assert any("full" in line for line in watcher.lines)


def test_a_row_that_a_stranger_has_changed_is_asked_again(provider: RowsService) -> None:
    nbchat.map(TEXTS, "{value}", MODEL, name="letters")
    with sqlite3.connect(file()) as connection:
        connection.execute("UPDATE row SET answer = '{\"parts\": 3}'")
    connection.close()
    provider.forget()

    out = nbchat.map(TEXTS, "{value}", MODEL, name="letters")

    assert answers(out) == ["[a]", "[b]", "[b]", "[c]"]
    assert len(provider.prompts) == 3


def test_a_map_says_how_many_rows_are_kept_of_it() -> None:
    nbchat.map(TEXTS, "{value}", MODEL, name="letters")

    (kept,) = kept_maps(file())
    assert (kept.name, kept.notebook, kept.rows) == ("letters", "", 3)
