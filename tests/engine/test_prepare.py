"""Base URLs and keys as people type them: refused before anything is sent, in words that help."""

from __future__ import annotations

import pytest

from nbchat.engine.prepare import PreparedRequest, prepare
from nbchat.errors import BadSettings, NbchatError
from nbchat.options import Options
from nbchat.settings import Settings

KEY = "sk-canary-0123456789abcdef"

REFUSED = {
    "no scheme": "api.openai.com/v1",
    "host and port alone": "localhost:11434",
    "scheme misspelt": "htp://localhost:11434/v1",
    "scheme without colon": "http//localhost:11434/v1",
    "one slash": "https:/api.openai.com/v1",
    "three slashes": "https:///api.openai.com/v1",
    "backslashes": "https:\\\\api.openai.com\\v1",
    "backslash before an at": "http://localhost\\@evil.example/v1",
    "no host": "https://",
    "spaces around the host": "https:// api.openai.com/v1",
    "space in the path": "https://api.openai.com/v 1",
    "space at the end": "https://api.openai.com/v1 ",
    "line end": "https://api.openai.com/v1\n",
    "tab": "https://api.openai.com/\tv1",
    "NUL": "https://api.openai.com/\x00v1",
    "quotes around it": '"https://api.openai.com/v1"',
    "angle brackets": "<https://api.openai.com/v1>",
    "a placeholder": "https://{host}/v1",
    "port that is no number": "https://api.openai.com:abc/v1",
    "port too large": "https://api.openai.com:99999/v1",
    "port zero": "http://localhost:0/v1",
    "IPv6 without brackets": "http://::1:8080/v1",
    "IPv6 half open": "http://[::1/v1",
    "user": "https://user@api.openai.com/v1",
    "user and password": f"https://user:{KEY}@api.openai.com/v1",
    "key in the query": f"https://api.openai.com/v1?key={KEY}",
    "fragment": f"https://api.openai.com/v1#{KEY}",
    "file": "file:///etc/passwd",
    "javascript": "javascript:alert(1)",
    "letters that only look right": "https://аpi.openai.com/v1",
    "nothing but a word": "none",
    "plain http to a host": "http://api.openai.com/v1",
    "plain http, looks like loopback": "http://127.evil.example/v1",
    "plain http, begins like localhost": "http://localhost.evil.example/v1",
    "plain http with a key, an address of this network": "http://192.168.1.10:11434/v1",
    "plain http, begins like any address": "http://0.0.0.0.evil.example/v1",
    "plain http, no host": "http:///v1",
    "plain http, a number": "http://2130706433/v1",
    "plain http, hexadecimal": "http://0x7f000001/v1",
}

TAKEN = {
    "https://api.example.com": "https://api.example.com/chat/completions",
    "https://api.example.com/v1/": "https://api.example.com/v1/chat/completions",
    "https://api.example.com/v1/chat/completions": "https://api.example.com/v1/chat/completions",
    "HTTPS://API.example.com/v1": "HTTPS://API.example.com/v1/chat/completions",
    "https://api.example.com:8443/a/b-c_d~e/v1": "https://api.example.com:8443/a/b-c_d~e/v1/chat/completions",
    "http://localhost:11434/v1": "http://localhost:11434/v1/chat/completions",
    "http://127.0.0.1:1/v1": "http://127.0.0.1:1/v1/chat/completions",
    "http://127.8.9.10/v1": "http://127.8.9.10/v1/chat/completions",
    "http://[::1]:8080/v1": "http://[::1]:8080/v1/chat/completions",
    "http://0.0.0.0:8000/v1": "http://127.0.0.1:8000/v1/chat/completions",
    "http://[::]:8000/v1": "http://[::1]:8000/v1/chat/completions",
    "http://:8000/v1": "http://127.0.0.1:8000/v1/chat/completions",
    "https://my_host.internal/v1": "https://my_host.internal/v1/chat/completions",
    "https://xn--bcher-kva.example/v1": "https://xn--bcher-kva.example/v1/chat/completions",
}


def url(base_url: str, **options: object) -> str:
    return planned(base_url, model="openai:some-model", **options).call.url


def planned(
    base_url: str = "https://x.example/v1", *, model: str = "openai:m", **options: object
) -> PreparedRequest:
    given = {"base_url": base_url, "wire": "openai-chat", "api_key": KEY, **options}
    return prepare(Settings(), model, "hi", Options.of(given))


@pytest.mark.parametrize("typo", REFUSED)
def test_an_address_that_cannot_be_right_is_refused(typo: str) -> None:
    with pytest.raises(BadSettings) as raised:
        url(REFUSED[typo])
    said = str(raised.value)

    assert "base_url" in said
    assert KEY not in said
    assert len(said.splitlines()) <= 2
    assert "https" in said


@pytest.mark.parametrize("base_url", TAKEN)
def test_an_address_that_can_be_right_is_used(base_url: str) -> None:
    assert url(base_url) == TAKEN[base_url]


@pytest.mark.parametrize(
    "key",
    [
        "sk-one\nsk-two",
        "sk-ключ-0123456789",
        "sk with spaces 012345",
        "sk-\x00123456",
        "sk-\x7f1234567",
    ],
)
def test_a_key_that_no_header_can_carry_is_refused_unseen(key: str) -> None:
    with pytest.raises(NbchatError) as raised:
        planned(api_key=key)

    assert "Copy it again" in str(raised.value)
    assert key not in str(raised.value)
    assert key not in repr(raised.value)


def test_white_space_around_a_key_is_no_part_of_it() -> None:
    assert planned(api_key=f" {KEY}\n").headers()["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "5", True])
def test_a_timeout_is_a_number_of_seconds(timeout: object) -> None:
    with pytest.raises(BadSettings, match="timeout should be a number"):
        url("https://x.example/v1", timeout=timeout)


def test_the_tries_of_one_question_have_one_key_and_the_next_question_another() -> None:
    def tried() -> tuple[str, str, bytes]:
        made = planned()
        first, second = made.headers()["idempotency-key"], made.headers()["idempotency-key"]
        return first, second, made.call.encoded()

    one, other = tried(), tried()

    assert one[0] == one[1] != other[0]
    assert one[2] == other[2], "the body of the same question is the same bytes"


# --- addresses in variables --------------------------------------------------------------

OLLAMA = "http://127.0.0.1:11434"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("0.0.0.0", OLLAMA),
        ("0.0.0.0:11434", OLLAMA),
        (":11434", OLLAMA),
        ("http://0.0.0.0:11434", OLLAMA),
        ("http://0.0.0.0:11434/", OLLAMA),
        ("127.0.0.1", OLLAMA),
        ("localhost:8080", "http://localhost:8080"),
        ("http://0.0.0.0", "http://127.0.0.1"),  # as Ollama's own client has it: port 80
        ("::", "http://[::1]:11434"),
        ("[::]:8080", "http://[::1]:8080"),
        ("ollama.com", "https://ollama.com"),
    ],
)
def test_what_people_write_for_ollama_is_understood_as_ollama_does(
    monkeypatch: pytest.MonkeyPatch, said: str, meant: str
) -> None:
    """Servers are told to listen at 0.0.0.0, and the variable is one for both."""
    monkeypatch.setenv("OLLAMA_HOST", said)

    assert prepare(Settings.load(), "ollama:qwen3", "hi", Options()).call.url == f"{meant}/api/chat"


@pytest.mark.parametrize(
    "said", ["203.0.113.10", "203.0.113.10:11434", "my-server.example:11434", "0.0.0.0:abc"]
)
def test_a_server_elsewhere_is_not_asked_over_plain_http(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", said)

    with pytest.raises(BadSettings, match="OLLAMA_HOST"):
        prepare(Settings.load(), "ollama:qwen3", "hi", Options())


def test_a_host_alone_is_asked_over_tls_where_the_provider_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    monkeypatch.setenv("KIMI_BASE_URL", "api.moonshot.cn/v1")

    assert prepare(Settings.load(), "kimi-k2.6", "hi", Options()).call.url.startswith(
        "https://api.moonshot.cn/v1/"
    )


@pytest.mark.parametrize(
    ("variable", "host"),
    [
        ("ZAI_API_KEY", "api.z.ai"),
        ("GLM_API_KEY", "open.bigmodel.cn"),
        ("ZHIPUAI_API_KEY", "open.bigmodel.cn"),
    ],
)
def test_a_key_goes_to_the_host_that_gave_it(
    monkeypatch: pytest.MonkeyPatch, variable: str, host: str
) -> None:
    """Keys of Z.ai and of bigmodel.cn are refused by the other (zai-sdk 0.2.3 README)."""
    monkeypatch.setenv(variable, KEY)
    chat = prepare(Settings.load(), "glm-5.3-flash", "hi", Options())
    claude = prepare(Settings.load(), "glm-5.3-flash", "hi", Options(wire="anthropic-messages"))

    assert chat.call.url == f"https://{host}/api/paas/v4/chat/completions"
    assert claude.call.url == f"https://{host}/api/anthropic/v1/messages"
    monkeypatch.setenv("GLM_BASE_URL", "https://glm.example.com/v4")
    assert prepare(Settings.load(), "glm-5.3-flash", "hi", Options()).call.url.startswith(
        "https://glm.example.com/v4/"
    )


@pytest.mark.parametrize("wire", ["openai-responses", "anthropic-messages", "gemini", "cohere"])
def test_the_demo_says_that_it_speaks_one_wire_format(wire: str) -> None:
    with pytest.raises(BadSettings, match=f"speaks openai-chat alone, not {wire}"):
        prepare(Settings(), "demo", "Why is the sky blue?", Options(wire=wire))
