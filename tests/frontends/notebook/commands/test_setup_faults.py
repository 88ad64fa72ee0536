"""What is wrong in the settings and the environment is said, with what to do, and marked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbchat import runtime
from nbchat.errors import NbchatError
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.setup import settings_rows
from nbchat.frontends.notebook.commands.setup_faults import setup_faults
from nbchat.frontends.notebook.commands.state_lines import state_lines
from nbchat.settings_file import FILE, JSON_FILE, config_folder

from ....trusted import write_trusted

KEY = "sk-secret-0123456789"
ADDRESS = "should be an address such as https://api.example.com/v1"
WRONG = {  # by what is set: the row, and what is said of it
    "NBCHAT_MODEL=nosuch": ("model", "no model is called 'nosuch'."),
    "NBCHAT_MODEL=kimi": ("model", "'kimi' is a provider. Name a model of it"),
    "NBCHAT_MODEL=kimi:": ("model", "'kimi:' names no model."),
    "NBCHAT_MODEL=github:gpt-4o": ("model", "GitHub Models"),
    "NBCHAT_MODEL=glm-5.3": ("model now", "needs GLM_API_KEY"),
    "NBCHAT_HISTORY=~nobody-here/x": ("history", "of a user that is not known here"),
    "NBCHAT_HISTORY=/dev/null/x": ("history", "/dev/null is not a folder. Set NBCHAT_HISTORY"),
    "NBCHAT_MODLE=kimi-k2.6": ("", "NBCHAT_MODLE is none of the variables that count. Did you"),
    "NBCHAT_LANG=fr": ("", "NBCHAT_LANG is 'fr', which nbchat does not speak. It is 'en' (Eng"),
    "NBCHAT_LANG=中文": ("", "NBCHAT_LANG is '中文', which nbchat does not speak."),
    "NBCHAT_LANGS=zh": ("", "NBCHAT_LANGS is none of the variables that count. Did you"),
    "XDG_DATA_HOME=here": ("", "XDG_DATA_HOME is 'here', which is not used: write a whole path."),
    "KIMI_BASE_URL=nonsense": ("kimi base URL", "KIMI_BASE_URL is 'nonsense', which is no address"),
    "MOONSHOT_API_BASE=no": ("kimi base URL", "MOONSHOT_API_BASE is 'no', which is no address"),
    "KIMI_BASE_URL=https://": ("kimi base URL", f"KIMI_BASE_URL {ADDRESS}"),
    "KIMI_BASE_URL=ftp://x.example": ("kimi base URL", f"KIMI_BASE_URL {ADDRESS}"),
    "KIMI_BASE_URL=http://x.example": ("kimi base URL", "plain http would send the question"),
    "KIMI_BASE_URL=a b": ("kimi base URL", f"KIMI_BASE_URL {ADDRESS}"),
    "OLLAMA_HOST=:99999": ("ollama base URL", f"OLLAMA_HOST {ADDRESS}"),
    "AZURE_OPENAI_ENDPOINT=nonsense": (
        "azure endpoint",
        f"AZURE_OPENAI_ENDPOINT {ADDRESS}, not 'nonsense'.",
    ),
    "AZURE_OPENAI_API_KEY=azure-8f31c7d2e9": ("azure key", "needs AZURE_OPENAI_ENDPOINT"),
    "GLM_API_KEY=a b": ("glm key", "the key in GLM_API_KEY has spaces or odd characters in it."),
    "HTTPS_PROXY=nonsense://x": ("proxy for https", "HTTPS_PROXY should be an http://"),
    "http_proxy=http://": ("proxy for http", "http_proxy should be an http://"),
    "SSL_CERT_FILE=/not/there": ("certificates", "SSL_CERT_FILE names /not/there, which is not"),
    "SSL_CERT_DIR=/not/there": ("certificates", "SSL_CERT_DIR names /not/there, which is not"),
    f"SSL_CERT_FILE={__file__}": ("certificates", "which cannot be used"),
}


@pytest.fixture
def chat(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ChatCommand]:
    monkeypatch.chdir(tmp_path)
    for server in ("OLLAMA", "LMSTUDIO", "LLAMACPP", "VLLM", "LOCALAI", "SGLANG"):
        monkeypatch.delenv(f"{server}_BASE_URL", raising=False)
    yield ChatCommand.open(shell)
    runtime.reset()


def told(chat: ChatCommand) -> list[str]:
    return [fault.words for fault in setup_faults(chat)]


@pytest.mark.field("C6")
@pytest.mark.parametrize("setting", WRONG)
def test_what_is_set_wrong_is_said_with_what_to_do_and_marked(
    setting: str, chat: ChatCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, words = WRONG[setting]
    assert told(chat) == []
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    variable, _, value = setting.partition("=")
    monkeypatch.setenv(variable, value)

    faults = told(chat)

    assert any(words in fault for fault in faults)
    assert not [line for line in faults if KEY in line or "import os" in line]
    marked = {row.name for row in settings_rows(chat) if "at fault" in row.note}
    assert name in marked or not name
    assert "kimi key" not in marked
    assert f"At fault: {faults[0]}" in state_lines(chat)


@pytest.mark.field("C6")
def test_what_is_right_is_no_fault(chat: ChatCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    right = {
        "NBCHAT_MODEL": "kimi-k2.6",
        "NBCHAT_HISTORY": "off",
        "NBCHAT_SERVER_TOKEN": "x",
        "NBCHAT_OF_MINE": "x",
        "KIMI_API_KEY": KEY,
        "KIMI_BASE_URL": "gateway.example/v1",
        "GLM_API_KEY": " ",
        "LLAMACPP_BASE_URL": "localhost",
        "OLLAMA_HOST": "gpubox:11434" if os.name == "nt" else "127.0.0.1:11434",
        "AZURE_OPENAI_ENDPOINT": "https://me.openai.azure.com",
        "HTTPS_PROXY": "proxy.example:3128",
        "ALL_PROXY": "",
        "NO_PROXY": "*",
    }
    for name, value in right.items():
        monkeypatch.setenv(name, value)

    assert told(chat) == []


@pytest.mark.field("C6")
@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (FILE, "model = ", "is not TOML at end of document"),
        (FILE, "modle = 'x'", "'modle' is not a setting here"),
        (FILE, "[timeouts]\ngap = 'x'", "timeouts.gap should be"),
        (FILE, "display = 'loud'", "display is 'live' or 'static'"),
        (FILE, "model = 'nosuch'", "no model is called 'nosuch'"),
        (FILE, "[aliases]\nfast = 'nosuch'", "alias 'fast'"),
        (FILE, "[[models]]\nid = 'a'", "needs 'type'"),
        (FILE, f"model = '{'x' * 300_000}'", "is ignored: it is larger than"),
        (JSON_FILE, "{", "is not JSON at line 1"),
        (JSON_FILE, "[]", "should be a table with"),
    ],
)
def test_a_fault_of_a_file_that_nobody_trusts_is_said_once_and_as_a_fault(
    name: str, text: str, words: str, chat: ChatCommand, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text)

    faults = told(chat)

    assert len(faults) == 1
    assert str(path) in faults[0]
    assert words in faults[0]
    assert len([line for line in state_lines(chat) if words in line]) == 1


@pytest.mark.field("C6")
def test_a_trusted_file_that_lacks_rows_of_one_that_is_not_is_a_fault(
    chat: ChatCommand, tmp_path: Path
) -> None:
    write_trusted(tmp_path, "[aliases]\nfast = 'mine'\n")
    (tmp_path / JSON_FILE).write_text('{"models": [{"id": "mine", "name": "M", "type": "kimi"}]}')

    assert any("is left out" in words and "nbchat trust FILE" in words for words in told(chat))


@pytest.mark.field("C6")
def test_a_fault_of_the_users_own_file_is_said_once_and_its_row_is_marked(
    chat: ChatCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    config_folder().mkdir(parents=True)
    (config_folder() / FILE).write_text("modle = 1\n")
    monkeypatch.setenv("GLM_API_KEY", KEY)

    rows = settings_rows(chat)

    assert sum("'modle'" in row.value for row in rows) == 1
    assert told(chat) == []
    assert [row.note for row in rows if row.name == "file"] == ["at fault"]


@pytest.mark.field("C6")
def test_a_history_that_is_none_is_said(
    chat: ChatCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.txt").write_text("Not a database. " * 500)
    monkeypatch.setenv("NBCHAT_HISTORY", str(tmp_path / "notes.txt"))
    chat.runtime.open(static=False, watched=True)

    (words,) = told(chat)

    assert "notes.txt" in words


@pytest.mark.field("C6")
@pytest.mark.parametrize("variable", ["KIMI_BASE_URL", "MOONSHOT_API_BASE"])
def test_a_question_is_refused_with_the_fault_that_is_shown(
    variable: str, chat: ChatCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    monkeypatch.setenv(variable, "ftp://x")

    with pytest.raises(NbchatError) as refused:
        chat.conversation.ask("Hello?", "kimi-k2.6")

    first, *_ = str(refused.value).splitlines()
    assert any(words.startswith(first) for words in told(chat))
