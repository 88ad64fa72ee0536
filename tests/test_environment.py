"""Keys, addresses and second keys as they are really set: in quotes, under other names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import nbchat
from nbchat import known_keys
from nbchat.engine.prepare import PreparedRequest, prepare
from nbchat.environment import unquoted
from nbchat.errors import BadSettings, KeyNotSent, MissingKey, NbchatError, RequestRefused
from nbchat.options import Options
from nbchat.settings import Settings
from nbchat.settings_file import FILE, config_folder

from .fakes.provider import Service, answer, said
from .trusted import write_trusted

KEY = "sk-canary-0123456789abcdef"
SECOND = "pk-4dG7hQ2xW9pL0aZt"

PORTKEY = """
[[providers]]
type = "portkey"
name = "Portkey"
base_url = "{url}/v1"
env_keys = ["GATE_API_KEY"]
headers = {{ "x-portkey-api-key" = "{{portkey}}", "x-team" = "us", "x-config" = '{{"a":1}}' }}
env_params = {{ portkey = "PORTKEY_API_KEY" }}
"""


def own(text: str) -> None:
    config_folder().mkdir(parents=True, exist_ok=True)
    (config_folder() / FILE).write_text(text)


def prepared(model: str, **options: Any) -> PreparedRequest:
    return prepare(Settings.load(), model, "hi", Options.of(options))


# --- quotes ---------------------------------------------------------------------------------------

QUOTED = [
    ("'{}'", "%env KIMI_API_KEY='…'"),
    ('"{}"', "docker --env-file"),
    (" {}\n", "a line of a file"),
    (" '{}' ", "both"),
    ("' {} '", "white space inside"),
    ("“{}”", "a word processor's"),
    ("‘{}’", "a word processor's"),
    ("`{}`", "a page's"),
    ("„{}“", "a word processor's"),
    ("«{}»", "a word processor's"),
    ("\ufeff{}", "the mark at the beginning of a file"),
    ("\ufeff'{}'\r\n", "a line of such a file"),
    ("\u200b{}\u00a0", "copied from a page"),
]


@pytest.mark.field("E14")
@pytest.mark.parametrize(("form", "why"), QUOTED)
def test_quotes_around_a_key_and_an_address_are_no_part_of_them(
    monkeypatch: pytest.MonkeyPatch, form: str, why: str
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", form.format(KEY))
    monkeypatch.setenv("KIMI_BASE_URL", form.format("https://gateway.example/v1"))
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", form.format(KEY))
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", form.format("https://me.openai.azure.com"))
    monkeypatch.setenv("NBCHAT_MODEL", form.format("kimi-k2.6"))

    request, azure = prepared("kimi-k2.6"), prepared("azure:gpt-4.1")

    assert request.headers()["authorization"] == f"Bearer {KEY}"
    assert request.call.url == "https://gateway.example/v1/chat/completions"
    assert azure.headers()["api-key"] == KEY
    assert azure.call.url.startswith("https://me.openai.azure.com/openai/v1/")
    assert Settings.load().model == "kimi-k2.6"
    assert KEY not in known_keys.hide(f"It is {KEY}.")
    assert KEY in [secret.reveal() for secret in Settings.load().secrets()]


@pytest.mark.field("E14")
@pytest.mark.parametrize("value", ["it's", "'", "''a", "a''", "'a\"", '"a', "sk-'abc'", "'a' 'b'x"])
def test_what_is_no_pair_of_quotes_stays(value: str) -> None:
    assert unquoted(value) == value


@pytest.mark.field("E14")
def test_an_empty_pair_of_quotes_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIMI_API_KEY", "''")
    monkeypatch.setenv("MOONSHOT_API_KEY", KEY)

    assert prepared("kimi-k2.6").key.origin == "MOONSHOT_API_KEY"


@pytest.mark.field("E14")
def test_quotes_inside_a_settings_file_are_no_part_of_an_address() -> None:
    own('[[providers]]\ntype = "mine"\nbase_url = "\'http://127.0.0.1:9/v1\'"\n')

    assert prepared("mine:m").call.url == "http://127.0.0.1:9/v1/chat/completions"


# --- old names ------------------------------------------------------------------------------------

OLD_NAMES = [
    ("OPENAI_API_BASE", "openai:gpt-4.1", "/v1", "/v1/chat/completions"),
    ("OPENAI_API_BASE_URL", "openai:gpt-4.1", "/v1", "/v1/chat/completions"),
    ("ANTHROPIC_API_BASE", "claude-sonnet-5-5", "", "/v1/messages"),
    ("ANTHROPIC_API_URL", "claude-sonnet-5-5", "", "/v1/messages"),
    ("DEEPSEEK_API_BASE", "deepseek:m", "/v1", "/v1/chat/completions"),
    ("MISTRAL_API_BASE", "mistral:m", "/v1", "/v1/chat/completions"),
    ("MOONSHOT_BASE_URL", "kimi-k2.6", "/v1", "/v1/chat/completions"),
    ("GROQ_API_BASE", "groq:m", "", "/openai/v1/chat/completions"),
    ("OPENROUTER_API_BASE", "openrouter:m", "/api/v1", "/api/v1/chat/completions"),
    ("DASHSCOPE_BASE_URL", "qwen:m", "/v1", "/v1/chat/completions"),
    ("ZHIPUAI_API_BASE", "glm-5.3-flash", "/v4", "/v4/chat/completions"),
    ("ARK_BASE_URL", "doubao:m", "/api/v3", "/api/v3/chat/completions"),
    ("NVIDIA_NIM_API_BASE", "nvidia:m", "/v1", "/v1/chat/completions"),
    ("TOGETHER_API_BASE", "together:m", "", "/v1/chat/completions"),
    ("OLLAMA_API_BASE", "ollama:m", "", "/api/chat"),
    ("VLLM_API_BASE", "vllm:m", "/v1", "/v1/chat/completions"),
    ("LM_STUDIO_BASE_URL", "lmstudio:m", "/v1", "/v1/chat/completions"),
    ("GOOGLE_GEMINI_BASE_URL", "gemini:m", "", "/v1beta/models/m:streamGenerateContent?alt=sse"),
    ("AZURE_API_BASE", "azure:gpt-4.1", "", "/openai/v1/chat/completions"),
]


@pytest.mark.field("E14")
@pytest.mark.parametrize(("variable", "model", "path", "asked"), OLD_NAMES)
def test_the_names_that_other_clients_have_for_an_address_are_understood(
    monkeypatch: pytest.MonkeyPatch, variable: str, model: str, path: str, asked: str
) -> None:
    provider = Settings.load().catalog.find(model).provider
    for name in provider.env_keys[:1]:
        monkeypatch.setenv(name, KEY)
    host = "https://mine.openai.azure.com" if provider.type == "azure" else "https://gate.example"
    monkeypatch.setenv(variable, f"{host}{path}")

    request = prepared(model)

    assert request.call.url == f"{host}{asked}"
    assert variable in request.base_url.origin or provider.type == "azure"


@pytest.mark.field("E14")
def test_nbchats_own_name_for_an_address_goes_before_those_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_BASE", "https://old.example/v1")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://new.example/v1")

    assert prepared("openai:gpt-4.1").base_url.value == "https://new.example/v1"


# --- a row without a key --------------------------------------------------------------------------


@pytest.mark.field("E14")
@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:9/v1", "http://localhost:9/v1", "http://[::1]:9", "http://gpu:9/v1"]
)
def test_a_row_of_this_machine_or_network_without_a_variable_needs_no_key(place: str) -> None:
    own(f'[[providers]]\ntype = "mine"\nbase_url = "{place}"\n')

    request = prepared("mine:m")

    assert not request.key.secret
    assert "authorization" not in request.headers()


@pytest.mark.field("E14")
def test_a_row_elsewhere_without_a_variable_is_told_what_to_write() -> None:
    own('[[providers]]\ntype = "mine"\nname = "Mine"\nbase_url = "https://gate.example/v1"\n')

    with pytest.raises(MissingKey, match=r'Mine may need a key.*\n.*env_keys = \["MY_KEY"\]'):
        prepared("mine:m")
    own(
        '[[providers]]\ntype = "mine"\nbase_url = "http://localhost:9/v1"\n'
        'env_keys = ["MINE_API_KEY"]\n'
    )
    with pytest.raises(MissingKey, match="MINE_API_KEY"):
        prepared("mine:m")


# --- a second key ---------------------------------------------------------------------------------


@pytest.fixture
def portkey(monkeypatch: pytest.MonkeyPatch, service: Service) -> Service:
    own(PORTKEY.format(url=service.url))
    monkeypatch.setenv("GATE_API_KEY", KEY)
    monkeypatch.setenv("PORTKEY_API_KEY", f"'{SECOND}'")
    return service


@pytest.mark.field("E14")
def test_a_second_key_goes_into_its_header_and_is_masked_everywhere(portkey: Service) -> None:
    echo = f'{{"error": {{"message": "key {SECOND} is wrong"}}}}'.encode()
    portkey.plays(
        answer(*said(f"It is {SECOND}.")),
        answer(echo, status=400, headers={"content-type": "application/json"}),
    )

    told = nbchat.ask("portkey:m", f"My key is {SECOND}.")
    with pytest.raises(RequestRefused) as refused:
        nbchat.ask("portkey:m", "hi")

    sent = portkey.requests[0]
    assert sent.headers["x-portkey-api-key"] == SECOND
    assert sent.headers["x-team"] == "us"
    assert sent.headers["x-config"] == '{"a":1}'
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert SECOND not in sent.body.decode()
    assert told.text == "It is [PORTKEY_API_KEY]."
    assert SECOND not in f"{refused.value} {refused.value!r}"
    assert SECOND not in "".join(map(repr, Settings.load().rows()))
    assert SECOND not in repr(prepared("portkey:m"))


@pytest.mark.field("E14")
@pytest.mark.parametrize("base_url", ["https://evil.example/v1", "https://api.openai.com/v1"])
def test_a_second_key_is_sent_to_no_host_that_its_row_does_not_name(
    portkey: Service, base_url: str
) -> None:
    with pytest.raises(KeyNotSent) as error:
        prepared("portkey:m", base_url=base_url, api_key="sk-for-this-host-12345")

    assert "PORTKEY_API_KEY" in str(error.value)
    assert SECOND not in str(error.value)
    assert prepared("portkey:m", base_url=f"{portkey.url}/v2").row_headers


@pytest.mark.field("E14")
def test_a_second_key_that_is_not_set_or_cannot_be_sent_is_named(
    portkey: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTKEY_API_KEY", f"{SECOND}\nx-evil: 1")
    with pytest.raises(KeyNotSent, match="PORTKEY_API_KEY.*x-portkey-api-key") as error:
        prepared("portkey:m")
    assert SECOND not in str(error.value)
    monkeypatch.delenv("PORTKEY_API_KEY")
    with pytest.raises(MissingKey, match="Portkey needs PORTKEY_API_KEY for its header"):
        prepared("portkey:m")


@pytest.mark.field("E14")
def test_a_second_key_is_refused_over_plain_http(
    portkey: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(PORTKEY.format(url="http://gateway.internal").replace('["GATE_API_KEY"]', "[]"))

    with pytest.raises(BadSettings, match="the question and the key readable"):
        prepared("portkey:m")
    monkeypatch.setenv("NBCHAT_PLAIN_HTTP", "gateway.internal")
    assert prepared("portkey:m").row_headers


@pytest.mark.field("E14")
def test_a_file_beside_the_work_sends_no_providers_key_in_a_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trusted or not; nor does it move the second key of a row of the user's own."""

    def refusal(text: str, model: str) -> str:
        write_trusted(tmp_path, text)
        try:
            prepare(Settings.load(tmp_path), model, "hi", Options())
        except NbchatError as error:
            return type(error).__name__
        return ""

    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai-0918273645xyz")
    monkeypatch.setenv("PORTKEY_API_KEY", SECOND)
    monkeypatch.setenv("GATE_API_KEY", KEY)
    theirs = PORTKEY.format(url="https://evil.example").replace('["GATE_API_KEY"]', "[]")
    theirs += "key_needed = false\n"
    assert refusal(theirs.replace("PORTKEY_API_KEY", "OPENAI_API_KEY"), "portkey:m") == "KeyNotSent"
    assert refusal(theirs, "portkey:m") == ""  # nobody's key, and the user has trusted the file
    own(PORTKEY.format(url="https://gate.example"))
    assert refusal(theirs, "portkey:m") == "KeyNotSent"
    moved = '[[models]]\nid = "m"\ntype = "portkey"\nbase_url = "https://evil.example"\n'
    assert refusal(moved, "m") == "KeyNotSent"
    added = (
        '[[providers]]\ntype = "portkey"\nheaders = { "x-a" = "{k}" }\n'
        'env_params = { k = "OPENAI_API_KEY" }\n'
    )
    assert refusal(added, "portkey:m") == "KeyNotSent"
