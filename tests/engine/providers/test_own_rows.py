"""A provider and a model of one's own are rows in a file beside the notebook, and no code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ...fakes.provider import Service, answer, said
from ...running_kernel import RunningKernel
from ...trusted import write_trusted
from .answers import anthropic_messages

FILE = """
[[providers]]
type = "corp"
name = "Corporate gateway"
baseUrl = "{url}/llm/v1"
envKeys = ["CORP_API_KEY"]
headers = {{ X-Team = "notebooks" }}
thinking = "toggle"

[[providers]]
type = "corp-claude"
wire = "anthropic-messages"
base_url = "{url}/claude"
env_keys = ["CORP_API_KEY"]
auth = "x-api-key"

[[models]]
id = "corp-large"
name = "Corporate Large"
type = "corp"
upstream = "large-2026-11"
contextWindow = 65536
maxOutput = 4096
price = {{ currency = "EUR", input = 2, output = 8 }}
quirks = {{ maxTokensField = "max_completion_tokens" }}
refuses = ["temperature"]

[[models]]
id = "corp-sonnet"
type = "corp-claude"

[aliases]
fast = "corp-large"
any = "corp:some-other-model"
"""


@pytest.fixture
def notebook(service: Service, tmp_path: Path) -> Iterator[RunningKernel]:
    """A kernel in a folder with a settings file."""
    write_trusted(tmp_path, FILE.format(url=service.url))
    with RunningKernel(tmp_path, {"CORP_API_KEY": "the-corporate-key"}) as kernel:
        kernel.run("%load_ext nbchat")
        yield kernel


def test_a_made_up_provider_answers_in_a_cell(notebook: RunningKernel, service: Service) -> None:
    service.plays(*[answer(*said("*Bonjour*."))] * 3, answer(anthropic_messages().plain))

    ran = notebook.run(
        "%%chat corp-large --max-tokens 50 --temperature 0.5 --think on --system 'Be brief.'\nHello"
    )
    alias = notebook.run("%%chat fast --fresh\nAnd?")
    other = notebook.run("%%chat any --fresh\nAnd?")
    claude = notebook.run("%%chat corp-sonnet --fresh\nAnd?")

    assert [cell.status for cell in (ran, alias, other, claude)] == ["ok"] * 4, (
        ran.error + claude.error
    )
    assert "<em>Bonjour</em>" in ran.html
    assert "corp-large has a fixed temperature; it was left out." in ran.html
    first, second, third, fourth = service.requests
    assert first.path == "/llm/v1/chat/completions"
    assert first.headers["authorization"] == "Bearer the-corporate-key"
    assert first.headers["x-team"] == "notebooks"
    assert first.json == {  # no cache key either, which an unknown host might refuse
        "model": "large-2026-11",
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": 50,
        "thinking": {"type": "enabled"},
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello"},
        ],
    }
    assert (second.json["model"], third.json["model"]) == ("large-2026-11", "some-other-model")
    assert (fourth.path, fourth.headers["x-api-key"]) == (
        "/claude/v1/messages",
        "the-corporate-key",
    )


def test_the_row_is_shown_and_counted(notebook: RunningKernel, service: Service) -> None:
    service.plays(answer(*said("Hi.", usage=(1_000_000, 500_000))))

    asked = notebook.run("%%chat fast\nHello")
    listed = notebook.run("%chat models corp")

    assert "€6.00" in asked.html  # 2 for a million sent, 4 for half a million generated
    rows = [line.split("  ") for line in listed.text.splitlines()]
    assert {"corp-large", "corp-sonnet"} <= {row[0] for row in rows}
    assert "66k" in listed.text
    assert "2 / 8 EUR" in listed.text


def test_a_wrong_row_is_named_with_its_file(notebook: RunningKernel, tmp_path: Path) -> None:
    write_trusted(tmp_path, '[[models]]\nid = "corp-large"\ntype = "crop"\n')

    ran = notebook.run("%%chat demo\nHello")

    assert ran.status == "error"
    assert "models row 1 ('corp-large') of" in ran.error
    assert "nbchat.toml: no provider is of type 'crop'" in ran.error
    assert "Traceback" not in ran.error
