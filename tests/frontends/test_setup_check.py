"""`nbchat check` in a terminal: its exit status says whether a model can be asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbchat import runtime
from nbchat.__main__ import main
from nbchat.engine import checks, local_servers
from nbchat.settings_file import FILE, config_folder

from ..engine.check_stage import KEY, as_json, at_paths, openai_list
from ..fakes.provider import Service


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A busy machine may take longer for what is looked at than a person waits."""
    monkeypatch.setattr(checks, "SECONDS", 30.0)
    monkeypatch.setattr(local_servers, "SEARCH_SECONDS", 10.0)
    yield
    runtime.reset()


@pytest.fixture
def kimi(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    service.always(at_paths({"/v1/models": as_json(openai_list("kimi-k2.6"))}))
    return service


def test_a_set_up_that_works_ends_with_0(kimi: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "kimi-k2.6"]) == 0

    printed = capsys.readouterr().out
    assert printed.startswith("Nothing is wrong with what was looked at.\n")
    assert KEY not in printed


def test_what_is_wrong_ends_with_1(
    kimi: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", "")

    assert main(["check", "kimi-k2.6"]) == 1
    assert capsys.readouterr().out.startswith("Key: KIMI_API_KEY is set, and empty.\n")


def test_without_a_model_it_is_the_one_that_would_be_asked(
    kimi: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GLM_API_KEY", "a-key-of-glm")

    assert main(["check"]) == 0

    printed = capsys.readouterr().out
    assert "kimi-k2.6 (KIMI_API_KEY is set)" in printed
    assert "glm (GLM_API_KEY)" in printed


def test_without_any_key_a_server_on_this_machine_is_the_one(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", service.url)
    service.always(at_paths({"/api/tags": as_json({"models": [{"name": "qwen3:4b"}]})}))

    assert main(["check"]) == 0

    printed = " ".join(capsys.readouterr().out.split())
    assert "ollama:qwen3:4b (no key is set, but a server on this machine has it)" in printed
    assert "Ollama (1 model)" in printed


def test_a_settings_file_that_is_broken_is_what_is_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    config_folder().mkdir(parents=True, exist_ok=True)
    (config_folder() / FILE).write_text("model = ")

    assert main(["check", "demo"]) == 1
    printed = " ".join(capsys.readouterr().out.split())
    assert "is not TOML" in printed
    assert "Correct that, and look again." in printed
