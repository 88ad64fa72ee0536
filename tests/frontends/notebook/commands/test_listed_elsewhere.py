"""Providers of which the table has no models: every hint leads to a command that works."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbchat.catalog.catalog import shipped
from nbchat.catalog.lookup_errors import no_such_model
from nbchat.errors import NotThere, RequestRefused, UnknownModel
from nbchat.frontends.notebook.commands.table import run_line
from nbchat.wording import to_copy

from ....fakes.provider import Service, answer
from ..shell import shell_in

pytestmark = pytest.mark.field("E1")
LIST = json.dumps({"data": [{"id": "gemma3-270m"}]}).encode()
WITHOUT_ROWS = ("vllm", "llamacpp", "lmstudio", "sglang", "localai", "azure-deployments")


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    with shell_in(tmp_path_factory.mktemp("ipython")) as shell:
        yield shell


@pytest.fixture
def listed(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Every one of them is this server, which lists one model."""
    for kind in WITHOUT_ROWS:
        monkeypatch.setenv(f"{kind.upper().replace('-', '_')}_BASE_URL", service.url)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "a-key-0f-the-Test-77")
    service.always(answer(LIST))
    return service


def lines_shown(shell: InteractiveShell, line: str, capsys: pytest.CaptureFixture[str]) -> str:
    run_line(shell, line.removeprefix("%chat "))
    return capsys.readouterr().out


@pytest.mark.parametrize("kind", [*WITHOUT_ROWS, "vertex-express"])
def test_a_provider_without_rows_is_known_and_the_command_that_is_offered_works(
    kind: str, shell: InteractiveShell, listed: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    listed.always(answer(b'{"data": []}'))  # none of those that are looked for has a model
    with pytest.raises(NotThere) as raised:
        run_line(shell, f"models {kind}")
    listed.always(answer(LIST))

    said = str(raised.value)
    name = shipped().providers[kind].name
    assert said.startswith(f"the table has no models of {name}")
    if kind == "vertex-express":
        assert said.endswith("Ask for one as vertex-express:ITS-ID.")
        return
    assert to_copy(said) == f"%chat models --live {kind}"
    assert "gemma3-270m" in lines_shown(shell, to_copy(said), capsys)


@pytest.mark.parametrize(
    "line", ["models --live sglang", "models sglang --live", "models --live=sglang"]
)
def test_the_option_may_stand_before_the_provider_and_behind_it(
    line: str, shell: InteractiveShell, listed: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "sglang:gemma3-270m" in lines_shown(shell, line, capsys)


@pytest.mark.parametrize("kind", [*WITHOUT_ROWS, "kimi", "ollama", "gemini"])
def test_the_name_of_a_provider_alone_leads_to_its_models(kind: str) -> None:
    line = to_copy(no_such_model(kind, shipped()))

    live = "--live " if kind in WITHOUT_ROWS else ""
    assert line == f"%chat models {live}{kind}"


def test_a_server_that_has_no_list_is_not_sent_back_to_a_table_without_rows(
    shell: InteractiveShell, listed: Service
) -> None:
    listed.always(answer(b"{}", status=404))

    with pytest.raises(RequestRefused, match="ask for one as sglang:ITS-ID"):
        run_line(shell, "models --live sglang")


def test_a_provider_that_has_ended_says_so(shell: InteractiveShell) -> None:
    with pytest.raises(NotThere, match="2026-07-30"):
        run_line(shell, "models github")


def test_one_that_nobody_knows_is_still_unknown(shell: InteractiveShell) -> None:
    with pytest.raises((NotThere, UnknownModel), match="no model or provider matches 'zzz'"):
        run_line(shell, "models zzz")
