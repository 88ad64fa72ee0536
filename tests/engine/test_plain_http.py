"""Model servers of one's own network: asked without a key, and with one where the user says so."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

import nbchat
from nbchat.engine.engine import Engine
from nbchat.engine.prepare import prepare
from nbchat.errors import BadSettings
from nbchat.events import Notice
from nbchat.options import Options
from nbchat.settings import Settings
from nbchat.settings_file import FILE, config_folder

from ..fakes.provider import Service, answer
from ..trusted import write_trusted
from .providers.answers import ollama

KEY = "sk-canary-0123456789abcdef"

PRIVATE = [
    "192.168.1.20",
    "10.0.0.7",
    "172.16.0.1",
    "172.31.255.255",
    "169.254.7.8",
    "[fd00::1]",
    "[fdff:1234::9]",
    "[fe80::1]",
    "[::ffff:192.168.1.20]",
    "[::ffff:c0a8:114]",
    "ollama",
    "OLLAMA",
    "ollama.",
    "my_ollama",
    "gpu-1",
    "host.docker.internal",
    "host.containers.internal",
    "gateway.docker.internal",
    "nas.local",
    "NAS.Local.",
    "models.corp.internal",
    "ollama.ai.svc",
    "ollama.ai.svc.cluster.local",
    "ollama.localhost",
]

PUBLIC = [
    "8.8.8.8",
    "172.32.0.1",
    "172.15.0.1",
    "192.169.0.1",
    "11.0.0.1",
    "100.64.0.1",
    "[2001:4860:4860::8888]",
    "[::ffff:8.8.8.8]",
    "[::ffff:808:808]",
    "[64:ff9b::808:808]",
    "134744072",
    "0x08080808",
    "0x8.0x8.0x8.0x8",
    "010.8.8.8",
    "0300.0250.1.1",
    "8.8",
    "127.1",
    "0",
    "ollama.example.com",
    "ollama.lan",
    "internal.example.com",
    "192.168.1.20.example.com",
    "local.example",
    "svc.example",
    "evil-local.example",
    "10.0.0.1.nip.example",
    "169.254.169.254",
    "169.254.170.2",
    "[fd00:ec2::254]",
    "169.254.170.23",
    "[fd00:ec2::23]",
    "[fd20:ce::254]",
    "instance-data.ec2.internal",
    "[::ffff:169.254.169.254]",
    "metadata.google.internal",
    "METADATA.google.internal.",
]


def asked(url: str, **options: Any) -> str:
    given = {"base_url": url, "wire": "openai-chat", **options}
    return prepare(Settings.load(), "vllm:m", "hi", Options.of(given)).call.url


@pytest.mark.field("E15")
@pytest.mark.parametrize("host", PRIVATE)
def test_a_server_of_ones_own_network_is_asked_without_a_key(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    url = f"http://{host}:8000/v1"

    assert asked(url) == f"{url}/chat/completions"
    for key in (KEY, "k", "EMPTY"):  # whatever it is, it would be sent
        with pytest.raises(BadSettings, match="the question and the key readable"):
            asked(url, api_key=key)
    monkeypatch.setenv("VLLM_API_KEY", KEY)
    monkeypatch.setenv("VLLM_BASE_URL", url)
    with pytest.raises(BadSettings, match="VLLM_BASE_URL is http:") as error:
        prepare(Settings.load(), "vllm:m", "hi", Options())
    monkeypatch.delenv("VLLM_API_KEY")
    assert prepare(Settings.load(), "vllm:m", "hi", Options()).call.url.startswith(url)

    said = str(error.value)
    assert "plain_http" in said
    assert "NBCHAT_PLAIN_HTTP=" in said
    assert len(said.splitlines()) == 2
    assert KEY not in said


@pytest.mark.field("E15")
@pytest.mark.parametrize("host", PUBLIC)
def test_a_server_elsewhere_is_refused_with_the_name_of_the_setting(host: str) -> None:
    with pytest.raises(BadSettings, match=r"(?s)plain http.*plain_http = .*NBCHAT_PLAIN_HTTP="):
        asked(f"http://{host}:8000/v1")


@pytest.mark.field("E15")
@pytest.mark.parametrize(
    ("listed", "url"),
    [
        ("ollama.lan", "http://ollama.lan:11434"),
        ("ollama.lan", "http://OLLAMA.lan.:11434"),
        ("other, ollama.lan", "http://ollama.lan:11434"),
        ("ollama.lan:11434", "http://ollama.lan:11434"),
        ("*.lan", "http://ollama.lan:11434"),
        (".lan", "http://ollama.lan:11434"),
        ("192.168.1.20", "http://192.168.1.20:11434"),
        ("192.168.0.0/16", "http://192.168.1.20:11434"),
        ("100.64.0.0/10", "http://100.101.102.103:11434"),
        ("[fd00::1]", "http://[fd00::1]:11434"),
        ("203.0.113.9", "http://203.0.113.9:8000"),
    ],
)
def test_a_host_that_the_user_lists_is_asked_with_a_key(
    monkeypatch: pytest.MonkeyPatch, listed: str, url: str
) -> None:
    monkeypatch.setenv("NBCHAT_PLAIN_HTTP", listed)

    assert asked(f"{url}/v1", api_key=KEY) == f"{url}/v1/chat/completions"


@pytest.mark.field("E15")
@pytest.mark.parametrize(
    ("listed", "url"),
    [
        ("lan", "http://ollama.lan"),
        ("ollama.lan", "http://evil.ollama.lan"),
        ("ollama.lan", "http://ollama.lan.example"),
        ("ollama.lan:11434", "http://ollama.lan:80"),
        ("10.0.0.0/8", "http://11.0.0.1"),
    ],
)
def test_a_listed_host_is_no_other(monkeypatch: pytest.MonkeyPatch, listed: str, url: str) -> None:
    monkeypatch.setenv("NBCHAT_PLAIN_HTTP", listed)

    with pytest.raises(BadSettings, match="plain http would send"):
        asked(f"{url}/v1", api_key=KEY)


@pytest.mark.field("E15")
def test_the_users_own_file_lists_hosts_and_no_file_beside_a_notebook_does(tmp_path: Path) -> None:
    def refused() -> bool:
        settings = Settings.load(tmp_path)
        given = {"base_url": "http://ollama.lan/v1", "api_key": KEY}
        try:
            prepare(settings, "vllm:m", "hi", Options.of(given))
        except BadSettings:
            return True
        return False

    text = 'plain_http = ["ollama.lan"]\n'
    (tmp_path / FILE).write_text(text)
    assert refused()
    assert "plain_http" in "".join(Settings.load(tmp_path).file_lines.values())
    write_trusted(tmp_path, text)
    assert refused()
    assert "plain_http, which counts in your own files" in "".join(
        Settings.load(tmp_path).file_lines.values()
    )
    config_folder().mkdir(parents=True, exist_ok=True)
    (config_folder() / FILE).write_text(text)
    assert not refused()
    rows = {row.name: (row.value, row.origin) for row in Settings.load().rows()}
    assert rows["plain_http"] == ("ollama.lan", str(config_folder() / FILE))


# --- over a socket --------------------------------------------------------------------------------


def leading_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let the system find these addresses for every name."""

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        kinds = [socket.AF_INET6 if ":" in one else socket.AF_INET for one in addresses]
        return [
            (kind, socket.SOCK_STREAM, 6, "", (one, port))
            for kind, one in zip(kinds, addresses, strict=True)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.field("E15")
async def test_it_is_said_once_that_a_question_travels_unencrypted(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    service.always(answer(ollama().plain))
    leading_to(monkeypatch, "8.8.8.8", "127.0.0.1")
    monkeypatch.setenv("OLLAMA_HOST", f"ollama:{service.port}")
    told = []
    engine = Engine()
    for _ in range(2):
        async for event in engine.stream("ollama:qwen3", "hi"):
            if isinstance(event, Notice):
                told.append(event.text)
    await engine.aclose()

    assert told == [
        f"Ollama is asked unencrypted: http://ollama:{service.port}. "
        "Whoever is on that network can read along."
    ]
    assert "authorization" not in service.requests[-1].headers


@pytest.mark.field("E15")
@pytest.mark.parametrize(
    "address", ["8.8.8.8", "169.254.169.254", "2001:4860::8888", "::ffff:8.8.8.8"]
)
def test_a_private_name_that_leads_elsewhere_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """By a search domain, say, or since whoever answers for the name has changed it."""
    leading_to(monkeypatch, address)
    monkeypatch.setenv("OLLAMA_HOST", "http://ollama:11434")

    with pytest.raises(BadSettings, match=r"(?s)ollama leads to .*plain_http") as error:
        nbchat.ask("ollama:qwen3", "hi")
    assert len(str(error.value).splitlines()) == 2


@pytest.mark.field("E15")
@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("ollama", "http://ollama:11434"),
        ("192.168.1.20", "http://192.168.1.20:11434"),
        ("host.docker.internal:8080", "http://host.docker.internal:8080"),
        ("http://ollama.ai.svc.cluster.local", "http://ollama.ai.svc.cluster.local"),
        ("fd00::1", "http://[fd00::1]:11434"),
        ("'http://192.168.1.20:11434/'", "http://192.168.1.20:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
    ],
)
def test_the_variable_of_ollama_names_a_server_of_the_network(
    monkeypatch: pytest.MonkeyPatch, said: str, place: str
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", said)

    assert prepare(Settings.load(), "ollama:qwen3", "hi", Options()).call.url == f"{place}/api/chat"


@pytest.mark.field("E15")
def test_a_proxy_that_reads_along_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "http://ollama:11434")
    monkeypatch.setenv("HTTP_PROXY", "http://me:s3cret@proxy.corp:3128")

    (line,) = prepare(Settings.load(), "ollama:qwen3", "hi", Options()).news.values()

    assert line == (
        "Ollama is asked unencrypted: http://ollama:11434 through the proxy proxy.corp:3128 "
        "(HTTP_PROXY). Whoever is on that network can read along."
    )
