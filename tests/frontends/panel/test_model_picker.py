"""Which models the panel offers, and in which order."""

from __future__ import annotations

from itertools import groupby

import pytest

from nbchat.catalog import seen_names
from nbchat.catalog.rows import Model
from nbchat.frontends.panel.model_picker import OBSTACLES, model_rows
from nbchat.settings import Settings


def test_what_can_be_asked_now_comes_first_and_a_provider_s_models_stand_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", "a-key-of-the-test")
    rows = model_rows(Settings.load(), {})

    words = [OBSTACLES.index(word) for _, _, word, _ in rows]
    runs = [provider for provider, _ in groupby((word, name) for _, name, word, _ in rows)]
    kimi = [name for name, provider, word, _ in rows if "Kimi" in provider and not word]

    assert words == sorted(words)
    assert len(runs) == len(set(runs))
    assert kimi.index("kimi-k3") < kimi.index("kimi-k2.6")
    assert len({name for name, *_ in rows}) == len(rows)


def test_the_models_of_a_server_that_runs_are_the_first() -> None:
    here = {"ollama": [Model(id="mine:4b", name="mine:4b", type="ollama")]}

    rows = model_rows(Settings.load(), here)

    assert rows[0] == ("ollama:mine:4b", "Ollama", "", "")


def test_what_a_provider_has_listed_is_offered_by_the_name_to_ask_it_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", "a-key-of-the-test")
    seen_names.note("kimi", "kimi-of-today")
    try:
        rows = model_rows(Settings.load(), {})
    finally:
        seen_names.forget()

    assert ("kimi:kimi-of-today", "Moonshot AI (Kimi)", "", "") in rows
