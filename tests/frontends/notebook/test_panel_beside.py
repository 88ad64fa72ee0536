"""The one panel that a kernel has for a page to show beside the notebook."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from comm import get_comm_manager

from nbchat.frontends.notebook.panel_beside import PanelBeside


@pytest.fixture
def beside() -> Iterator[PanelBeside]:
    beside = PanelBeside()
    yield beside
    beside.forget()


def test_it_is_made_once_and_only_where_it_is_wanted(beside: PanelBeside) -> None:
    before = beside.model_id(make=False)
    made = beside.model_id(make=True)

    assert before == ""
    assert made
    assert beside.model_id(make=True) == beside.model_id(make=False) == made


def test_what_was_made_for_it_is_closed_with_it(beside: PanelBeside) -> None:
    made = beside.model_id(make=True)
    was_open = get_comm_manager().get_comm(made) is not None
    beside.forget()

    assert was_open
    assert get_comm_manager().get_comm(made) is None
    assert beside.model_id(make=False) == ""


def test_the_one_that_a_cell_shows_takes_its_place_and_stays_open(
    beside: PanelBeside, capsys: pytest.CaptureFixture[str]
) -> None:
    made = beside.model_id(make=True)
    heard: list[str] = []
    beside.listener = heard.append
    beside.show("a trip")
    shown = beside.model_id(make=False)
    beside.forget()

    assert get_comm_manager().get_comm(shown) is not None
    assert get_comm_manager().get_comm(made) is None
    assert heard == [shown] != [made]
    assert "%%chat" in capsys.readouterr().out
