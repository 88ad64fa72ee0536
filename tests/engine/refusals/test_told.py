"""What a message says of the key, of the address and of the body, and what it never masks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from nbchat.engine.engine import Engine
from nbchat.errors import KeyNotSent, KeyRefused, NbchatError, RequestRefused, Unreachable
from nbchat.settings import Settings
from nbchat.wording import to_copy

from ...fakes.provider import Service, answer, said

pytestmark = pytest.mark.field("E1")
NOBODY = "http://127.0.0.1:1"
PLACEHOLDERS = (
    *("YOUR_API_KEY_HERE", "your-api-key", "sk-your-key-here", "hf_your_token", "<YOUR_KEY>"),
    *("sk-no-key-required", "no-key", "not-needed", "EMPTY", "none", "dummy", "changeme"),
    *("change-me-please", "sk-xxxx", "sk-xxxxxxxxxxxxxxxxxxxxxxxx", "hf_xxx", "sk-...", "********"),
    *("OPENAI_API_KEY", "$OPENAI_API_KEY", "${OPENAI_API_KEY}", "%OPENAI_API_KEY%", "{{key}}"),
    *("insert-key-here", "REPLACE_ME", "paste_your_key", "put-your-key-here", "placeholder"),
    *("lm-studio", "add-your-own-key", "TODO", "[your-key]", "my-api-key", "fake-key"),
)
KEYS = (  # that look odd, and are keys all the same
    *("sk-proj-4dG7hQ2xW9pLmN3v", "sk-1234", "hunter2-for-real", "0f1e2d3c4b5a69788796a5b4"),
    *("your-4dG7hQ2xW9pLmN3vK8sT", "AIzaSyD4dG7hQ2xW9pLmN3vK8sTb6", "secret-4dG7hQ2xW9pLmN"),
)


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine()
    yield engine
    await engine.aclose()


async def error_of(engine: Engine, model: str, **options: object) -> NbchatError:
    with pytest.raises(NbchatError) as raised:
        await engine.stream(model, "Hi", **options).answer()  # type: ignore[arg-type]
    return raised.value


def refuse(service: Service, status: int, message: str) -> None:
    body = json.dumps({"error": {"message": message}}).encode()
    service.always(answer(body, status=status))


async def test_where_no_key_is_set_the_variable_that_would_hold_one_is_named(
    engine: Engine, service: Service
) -> None:
    refuse(service, 401, "Invalid API Key")

    error = await error_of(engine, "llamacpp:m", base_url=service.url)

    assert isinstance(error, KeyRefused)
    assert error.happened.startswith(
        "llama.cpp wants a key, and none is set (401): LLAMACPP_API_KEY. It says: Invalid API Key."
    )
    assert to_copy(str(error)) == (
        'import os, getpass; os.environ["LLAMACPP_API_KEY"] = getpass.getpass()'
    )


async def test_an_empty_key_is_none(engine: Engine, service: Service) -> None:
    refuse(service, 401, "no")

    error = await error_of(engine, "kimi:m", base_url=service.url, api_key="")

    assert "wants a key, and none is set (401): KIMI_API_KEY" in str(error)


async def test_a_placeholder_is_told_as_one_where_it_is_refused(
    engine: Engine, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIMI_BASE_URL", service.url)
    for key in PLACEHOLDERS:
        monkeypatch.setenv("KIMI_API_KEY", key)
        refuse(service, 401, f"Incorrect API key: {key}")

        error = await error_of(engine, "kimi:m")

        assert isinstance(error, KeyRefused), key
        assert "KIMI_API_KEY (401): it is a placeholder, no key." in str(error), key
        assert key in str(error)
        assert "[key]" not in str(error)
        assert to_copy(str(error)).startswith('import os, getpass; os.environ["KIMI_API_KEY"]')


async def test_what_is_a_key_is_masked_and_told_as_refused(
    engine: Engine, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIMI_BASE_URL", service.url)
    for key in KEYS:
        monkeypatch.setenv("KIMI_API_KEY", key)
        refuse(service, 401, f"Incorrect API key: {key}")

        error = await error_of(engine, "kimi:m")

        assert "refuses the key from KIMI_API_KEY (401)" in str(error), key
        assert "placeholder" not in str(error), key
        assert key not in str(error)


@pytest.mark.parametrize("key", ["<your key>", "sk-…", "PASTE YOUR KEY HERE"])
async def test_a_placeholder_that_cannot_be_sent_is_told_as_one(
    key: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", key)

    error = await error_of(engine, "kimi:m")

    assert isinstance(error, KeyNotSent)
    assert error.happened.startswith("what is set in KIMI_API_KEY is a placeholder, no key.")


async def test_a_server_that_takes_any_key_takes_a_placeholder(
    engine: Engine, service: Service
) -> None:
    service.answers(*said("Hello"))

    told = await engine.stream(
        "vllm:m", "Hi", base_url=service.url, api_key="sk-no-key-required"
    ).answer()

    assert told.text == "Hello"
    assert service.requests[0].headers["authorization"] == "Bearer sk-no-key-required"


async def test_a_placeholder_masks_nothing_of_what_a_server_says(
    engine: Engine, service: Service
) -> None:
    refuse(service, 422, "Field model is required")

    error = await error_of(engine, "llamacpp:m", base_url=service.url, api_key="sk-no-key-required")

    assert "It says: Field model is required." in str(error)


@pytest.mark.parametrize(
    "key", ["kimi_api_key_of_mine_7", "refuses-the-key-99", "moonshot-conversation-8"]
)
async def test_our_own_words_are_not_masked_though_the_key_is_made_of_them(
    key: str, engine: Engine, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", key)
    monkeypatch.setenv("KIMI_BASE_URL", service.url)
    refuse(service, 401, f"no, not {key}")

    error = await error_of(engine, "kimi:m")

    assert error.happened.startswith("Moonshot AI (Kimi) refuses the key from KIMI_API_KEY (401).")
    assert error.happened.endswith("It says: no, not [key].")


# --- the address ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "variable"),
    [("llamacpp:m", "LLAMACPP_BASE_URL"), ("vllm:m", "VLLM_BASE_URL"), ("ollama:m", "OLLAMA_HOST")],
)
async def test_a_lost_connection_names_the_variable_that_has_set_the_address(
    model: str, variable: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, NOBODY)

    error = await error_of(engine, model)

    assert isinstance(error, Unreachable)
    assert f"the base URL ({variable})" in str(error)


async def test_a_silent_server_names_the_variable_too(
    engine: Engine, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMACPP_BASE_URL", service.url)
    service.always(answer(gap=0, hold=30))

    error = await error_of(engine, "llamacpp:m", timeout=0.5)

    assert f"It is asked at {service.url} (LLAMACPP_BASE_URL)." in str(error)
    assert to_copy(str(error)) == "%chat models"


async def test_a_list_of_models_that_cannot_be_had_names_it_as_well(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_BASE_URL", NOBODY)

    with pytest.raises(Unreachable, match=r"the base URL \(VLLM_BASE_URL\)"):
        await engine.models("vllm")


async def test_for_the_default_address_the_variable_is_named_that_would_set_another() -> None:
    def with_default() -> Settings:
        settings = Settings.load()
        row = settings.catalog.providers["sglang"].model_copy(update={"base_url": NOBODY})
        providers = {**settings.catalog.providers, "sglang": row}
        return replace(settings, catalog=replace(settings.catalog, providers=providers))

    engine = Engine(with_default)
    error = await error_of(engine, "sglang:m")
    await engine.aclose()

    assert "(set SGLANG_BASE_URL if it listens elsewhere)" in str(error)


async def test_the_hint_after_an_unknown_model_is_a_command_that_works(
    engine: Engine, service: Service
) -> None:
    refuse(service, 404, "The model `nope` does not exist.")

    for kind, line in {"vllm": "--live vllm", "sglang": "--live sglang", "kimi": "kimi"}.items():
        error = await error_of(engine, f"{kind}:nope", base_url=service.url, api_key="k")
        assert to_copy(str(error)) == f"%chat models {line}"


async def test_a_body_that_is_no_json_at_all_is_quoted(engine: Engine, service: Service) -> None:
    service.always(answer(b"no such thing", status=400))

    error = await error_of(engine, "kimi:m", base_url=service.url, api_key="k")

    assert isinstance(error, RequestRefused)
    assert "It answered with 'no such thing', which is no JSON." in str(error)
