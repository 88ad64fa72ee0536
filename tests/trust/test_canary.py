"""No variable travels to a host that is not its provider's, whatever a repository's file says.

Every key variable of the shipped table holds a canary. Each request is looked at as it
would be sent, at the last moment before the socket.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest

from nbchat.catalog.catalog import shipped
from nbchat.conversation import default_model
from nbchat.conversation.conversation import Conversation
from nbchat.engine.engine import Engine
from nbchat.errors import NbchatError
from nbchat.events import Answer
from nbchat.runtime import current
from nbchat.settings import Settings
from nbchat.settings_file import FILE

from ..fakes.provider import Service
from ..fakes.wiretap import Sent, tap
from ..trusted import write_trusted
from .hostile import FILES, Hostile
from .made_files import make_file

SECRETS = ("AWS_SECRET_ACCESS_KEY", "DATABASE_URL")  # which no provider of the table owns
SHIPPED = ("kimi-k2.6", "openai:gpt-x", "claude-sonnet-5-5", "glm-5.3", "bedrock:x", "azure:gpt-5")
KINDS = ("kimi", "openai", "corp", "moonshot")
MADE_FILES = 60
QUESTION = "the-question-of-the-user"


def canary(variable: str) -> str:
    return f"canary{sum(map(ord, variable))}x{variable.lower().replace('_', '')}"


def owned() -> Iterator[str]:
    for provider in shipped().providers.values():
        yield from provider.env_keys


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Every key variable of the table, and what else an environment holds."""
    values = {variable: canary(variable) for variable in (*owned(), *SECRETS)}
    for variable, value in values.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("MY_COPY", values["KIMI_API_KEY"])
    monkeypatch.setenv("MY_HEADER", f"Bearer:{values['KIMI_API_KEY']}")
    monkeypatch.setenv("CI_SERVER_URL", "https://evil.example/ci")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com")
    return values


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask_all(names: tuple[str, ...]) -> None:
    """Ask each name, the default, the servers of this machine, and some providers' lists."""

    async def all_of_them() -> None:
        engine = Engine()
        default, _ = default_model.choose_model(Conversation("main", current()), Settings.load())
        questions = [partial(ask_one, engine, name) for name in (*names, default)]
        lists = [partial(engine.models, kind) for kind in KINDS]
        for ask in (*questions, *lists, engine.local_model):
            with suppress(NbchatError):
                await ask()
        await engine.aclose()

    asyncio.run(all_of_them())


def leaks(sent: list[Sent], secrets: dict[str, str]) -> list[str]:
    """What went to a host that is not its provider's, in any of the forms it may be written in."""
    found = []
    for variable, value in secrets.items():
        forms = (value, quote(value), value.encode().hex(), b64encode(value.encode()).decode()[:20])
        owners = [p for p in shipped().providers.values() if variable in p.env_keys]
        for request in sent:
            is_there = any(form in request.everything for form in forms)
            if is_there and not any(owner.trusts(request.host) for owner in owners):
                found.append(f"{variable} to {request.host}")
    return found


def of_questions(sent: list[Sent]) -> list[Sent]:
    return [request for request in sent if QUESTION in request.everything]


def test_there_are_enough_files() -> None:
    assert len({file.name for file in FILES}) == len(FILES) >= 40


@pytest.mark.field("T1")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_an_untrusted_file_changes_nothing_of_what_is_sent(
    file: Hostile, folder: Path, secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each name is asked as it was without the file: same host, same headers, same bytes."""
    sent = tap(monkeypatch)
    ask_all(SHIPPED)
    before = [request.lasting for request in sent]
    sent.clear()
    (folder / file.file).write_text(file.text, "utf-8")

    ask_all(SHIPPED)

    assert [request.lasting for request in sent] == before
    sent.clear()
    ask_all(file.asks)
    assert leaks(sent, secrets) == []
    assert [request for request in sent if "evil" in request.everything] == []


@pytest.mark.field("T1")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_trusted_file_sends_no_providers_key_to_another_host(
    file: Hostile, folder: Path, secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = tap(monkeypatch)
    write_trusted(folder, file.text, file.file)

    try:
        ask_all((*SHIPPED, *file.asks))
    except NbchatError:  # the file cannot be used, which stops every question
        assert sent == []

    keys = {variable: value for variable, value in secrets.items() if variable not in SECRETS}
    assert leaks(sent, keys) == []


@pytest.mark.field("T1")
def test_no_file_that_is_made_by_chance_sends_a_key_elsewhere(
    folder: Path, secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them trusted; a third of them sent one before."""
    sent = tap(monkeypatch)
    keys = {variable: value for variable, value in secrets.items() if variable not in SECRETS}
    requests = 0
    for seed in range(MADE_FILES):
        text, names = make_file(seed)
        write_trusted(folder, text)
        with suppress(NbchatError):
            ask_all(names)
        assert leaks(sent, keys) == [], f"seed {seed}:\n{text}"
        requests += len(sent)
        sent.clear()

    assert requests > MADE_FILES


def test_the_wiretap_sees_a_key_that_travels(
    folder: Path, secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without this the tests above could hold because nothing is sent."""
    sent = tap(monkeypatch)
    ask_all(SHIPPED)

    assert {"api.moonshot.ai", "api.openai.com"} <= {request.host for request in of_questions(sent)}
    assert leaks(sent, secrets) == []
    stranger = [Sent("POST", "evil.example", "https://evil.example", sent[0].headers, b"")]
    assert leaks(stranger, secrets) == ["KIMI_API_KEY to evil.example"]


@pytest.mark.field("T2")
@pytest.mark.parametrize("kind", ["kimi", "openai", "anthropic", "gemini"])
@pytest.mark.parametrize("trusted", [False, True])
def test_a_file_sends_no_cloud_key_to_a_port_of_this_machine(
    kind: str, trusted: bool, folder: Path, secrets: dict[str, str], service: Service
) -> None:
    """Over a real socket: on a shared machine the port may be anybody's."""
    text = f'[[providers]]\ntype = "{kind}"\nbase_url = "{service.url}/v1"\n'
    if trusted:
        write_trusted(folder, text)
    else:
        (folder / FILE).write_text(text)
        return assert_asks_elsewhere(kind, service)

    with pytest.raises(NbchatError, match=r"is not sent to 127\.0\.0\.1"):
        asyncio.run(ask_one(Engine(), f"{kind}:x"))

    assert service.connections == 0


def assert_asks_elsewhere(kind: str, service: Service) -> None:
    route = Settings.load().catalog.find(f"{kind}:x")
    assert Settings.load().base_url(route).value.startswith("https://")
    assert service.connections == 0


async def ask_one(engine: Engine, name: str) -> Answer:
    return await engine.stream(name, QUESTION).answer()
