"""`%chat usage` of a time, and what it says of the budgets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

import nbchat
from nbchat import runtime
from nbchat.errors import BadCommand
from nbchat.frontends.notebook.commands.table import run_line
from nbchat.frontends.notebook.commands.usage_words import period_and_group
from nbchat.store.spent_table import NOTHING

from ....fakes.provider import Service, answer, said
from ....trusted import write_trusted


@pytest.fixture(autouse=True)
def kimi(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Service]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIMI_API_KEY", "k")
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    service.always(answer(*said("Yes.", usage=(1_000_000, 400_000))))
    runtime.reset()
    yield service
    runtime.reset()


def told(shell: InteractiveShell, line: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    run_line(shell, line)
    return re.sub(" +", " ", capsys.readouterr().out)


def test_a_time_is_shown_in_groups_with_a_row_for_all(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(shell, "usage today", capsys) == f"{NOTHING}\n"
    nbchat.ask("kimi-k2-thinking", "Hi")
    nbchat.chat("physics").ask("Hi", "kimi-k2.6")

    by_model = told(shell, "usage month", capsys)
    by_name = told(shell, "usage --by conversation", capsys)

    assert "kimi-k2-thinking at kimi 1 1,000,000 → 400,000 $1.60" in by_model
    assert re.search(r"all 2 2,000,000 → 800,000 \$\d\.\d\d", by_model)
    assert "physics 1 " in by_name
    assert "none, or deleted 1 " in by_name


def test_a_budget_is_told_below_what_the_conversation_has_used(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    nbchat.chat().ask("Hi", "kimi-k2-thinking")
    assert "budget" not in told(shell, "usage", capsys)
    write_trusted(tmp_path, 'budget.day = "5 USD + 2 CNY"\n')

    said_of_it = told(shell, "usage", capsys)

    assert "The budget of today: $1.60 of $5.00 and 0 CNY of ¥2.00 are spent." in said_of_it


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("today", ("today", "model")),
        ("TODAY --by Day", ("today", "day")),
        ("--by=notebook month", ("month", "notebook")),
        ("all", ("all", "model")),
    ],
)
def test_the_words_behind_it_come_in_any_order(typed: str, meant: tuple[str, str]) -> None:
    assert period_and_group(typed) == meant


@pytest.mark.parametrize(
    ("typed", "said_of_it"),
    [
        ("yesterday", "'today', 'month' or 'all' as a time, not 'yesterday'"),
        ("todya", "Did you mean 'today'?"),
        ("--by", "--by takes 'model', 'day', 'notebook' or 'conversation'"),
        ("--by hour", "or 'conversation' as a group, not 'hour'"),
        ("today --by mode", "Did you mean 'model'?"),
    ],
)
def test_what_is_none_of_its_words_is_told(typed: str, said_of_it: str) -> None:
    with pytest.raises(BadCommand, match=re.escape(said_of_it)):
        period_and_group(typed)


def test_names_that_a_file_holds_are_written_out_and_never_markup(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    nbchat.chat("<img src=x>\x1b[2J").ask("Hi", "kimi-k2.6")

    shown = nbchat.usage("all", "conversation")._repr_mimebundle_()

    assert "<img" not in shown["text/html"]
    assert "\x1b" not in shown["text/plain"] + told(shell, "usage --by conversation", capsys)
