"""Set-ups in which one thing is wrong, made on loopback, and what is to be said of each."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass

from nbchat.settings_file import FILE, config_folder

from ..network.faults.talking import Talk, listening, serving
from ..network.test_proxy import tunnel_to
from .check_stage import KEY, MODEL, PAGE, Setup, Stage, as_json, at_paths, openai_list


@dataclass(frozen=True)
class Fault:
    """`about` is what is wrong; `words` are in what is said of it, and in what is to be done."""

    name: str
    setup: Setup
    about: str
    words: tuple[str, ...]
    model: str
    state: str


FAULTS: list[Fault] = []


def fault(
    about: str, *words: str, model: str = MODEL, state: str = "wrong"
) -> Callable[[Setup], Setup]:
    def add(setup: Setup) -> Setup:
        name = getattr(setup, "__name__", "").replace("_", "-")
        FAULTS.append(Fault(name, setup, about, words, model, state))
        return setup

    return add


def says(line: bytes, body: bytes = b"", *, kind: bytes = b"application/json") -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
        writer.write(head % (line, kind, len(body)) + body)
        await writer.drain()

    return talk


async def proxied(stage: Stage, key: str) -> None:
    """Kimi's own address, with a proxy before it, so that its name is not looked up here."""
    proxy = await stage.stack.enter_async_context(listening(says(b"200 OK")))
    stage.set(KIMI_API_KEY=key, HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")


# --- the model ---------------------------------------------------------------------------------


@fault("model", "no model is called 'kimi-k2.66'", "Did you mean 'kimi-k2.6'", model="kimi-k2.66")
async def a_name_that_nobody_knows(stage: Stage) -> None:
    stage.kimi()


@fault("model", "GitHub Models", model="github:gpt-4o", state="wrong")
async def a_provider_that_has_ended(stage: Stage) -> None:
    stage.kimi()


@fault("model", "retired", "2026-05-25", "%chat use kimi-k2.6", model="kimi-k2-thinking")
async def a_retired_model(stage: Stage) -> None:
    stage.answers(openai_list(MODEL))


@fault("in its list", "kimi-k2.6 is not among the 2 models", "Did you mean 'kimi-k2.6-turbo'?")
async def a_model_that_is_not_listed(stage: Stage) -> None:
    stage.answers(openai_list("kimi-k2.6-turbo", "moonshot-v1"))


@fault("in its list", "lists no models")
async def a_list_without_models(stage: Stage) -> None:
    stage.answers(openai_list())


@fault("in its list", "Ollama runs, and has no models", "ollama pull", model="ollama:qwen3")
async def ollama_without_models(stage: Stage) -> None:
    stage.set(OLLAMA_HOST=stage.service.url)
    stage.service.always(at_paths({"/api/tags": as_json({"models": []})}))


# --- the key -----------------------------------------------------------------------------------


@fault("key", "needs KIMI_API_KEY", "is not set", "getpass")
async def no_key(stage: Stage) -> None:
    stage.set(KIMI_BASE_URL=f"{stage.service.url}/v1")


@fault("key", "KIMI_API_KEY is set, and empty", "getpass")
async def an_empty_key(stage: Stage) -> None:
    stage.kimi(key="")


@fault("key", "KIMI_API_KEY has quotes", "getpass")
async def a_key_with_a_quote(stage: Stage) -> None:
    stage.kimi(key='"sk-4dG7hQ2xW9pLabcd1234')


@fault("key", "KIMI_API_KEY has white space", "getpass")
async def a_key_with_a_line_end_inside(stage: Stage) -> None:
    stage.kimi(key="sk-4dG7hQ2xW9pL\nabcd1234")


@fault("key", "KIMI_API_KEY holds a placeholder", "getpass")
async def a_placeholder(stage: Stage) -> None:
    await proxied(stage, "your-api-key-here")


@fault("key", "holds a key of Anthropic", "Moonshot AI (Kimi)", "getpass")
async def a_key_of_another_provider(stage: Stage) -> None:
    await proxied(stage, "sk-ant-api03-4dG7hQ2xW9pLabcd1234")


@fault("key", "refuses the key from KIMI_API_KEY (401)", "Incorrect key", "getpass")
async def a_key_that_is_refused(stage: Stage) -> None:
    stage.answers({"error": {"message": "Incorrect key", "code": "invalid_api_key"}}, 401)


@fault("key", "wants a key, and none is set", "LLAMACPP_API_KEY", model="llamacpp:tiny")
async def a_local_server_that_wants_a_key(stage: Stage) -> None:
    stage.set(LLAMACPP_BASE_URL=f"{stage.service.url}/v1")
    refusal = {"error": {"message": "Invalid API Key", "type": "authentication_error"}}
    stage.service.always(at_paths({"/v1/models": as_json(refusal, 401)}))


# --- the account -------------------------------------------------------------------------------


@fault("account", "does not allow", "403", "Missing scopes", "list of models", "--live")
async def a_key_without_permission(stage: Stage) -> None:
    stage.answers({"error": {"message": "Missing scopes: api.model.read"}}, 403)


@fault("account", "no credit or quota", "402")
async def an_account_without_credit(stage: Stage) -> None:
    stage.answers({"error": {"message": "Insufficient balance"}}, 402)


@fault("account", "limits the rate of requests", "429")
async def too_many_requests(stage: Stage) -> None:
    error = {"message": "Rate limit reached", "type": "rate_limit_reached_error"}
    stage.answers({"error": error}, 429)


# --- the address -------------------------------------------------------------------------------


@fault("base URL", "KIMI_BASE_URL", "http")
async def plain_http_to_far_away(stage: Stage) -> None:
    stage.kimi("http://llm.example.com/v1")


@fault("base URL", "KIMI_BASE_URL should be an address")
async def an_address_that_is_none(stage: Stage) -> None:
    stage.kimi("https://llm.example.com:99999/v1")


@fault("answer", "no list of models at", "(404), but one at", "Let KIMI_BASE_URL be: http", "/v1")
async def an_address_without_its_version(stage: Stage) -> None:
    stage.answers(openai_list(MODEL))
    stage.set(KIMI_BASE_URL=stage.service.url)


@fault("answer", "but one at", "Let the base_url of its row be", "/v1", model="mine:m")
async def a_row_of_ones_own_without_the_version(stage: Stage) -> None:
    stage.answers(openai_list("m"))
    stage.set(MY_KEY=KEY)
    config_folder().mkdir(parents=True, exist_ok=True)
    row = f'type = "mine"\nname = "My gateway"\nbase_url = "{stage.service.url}"'
    (config_folder() / FILE).write_text(f'[[providers]]\n{row}\nenv_keys = ["MY_KEY"]\n')


@fault("answer", "no list of models", "(404)", "does it end in /v1", state="unknown")
async def an_address_where_nothing_is(stage: Stage) -> None:
    stage.kimi()


@fault("answer", "/api/tags", "servers of the format ollama", "wire = 'ollama'")
async def a_server_of_another_format(stage: Stage) -> None:
    stage.answers({"models": [{"name": "qwen3:4b"}]}, path="/api/tags")


@fault("answer", "/v1/models", "format openai-chat", "wire = 'openai-chat'", model="ollama:qwen3")
async def a_server_that_is_no_ollama(stage: Stage) -> None:
    stage.answers(openai_list("qwen3"))
    stage.set(OLLAMA_HOST=stage.service.url)


# --- on the way --------------------------------------------------------------------------------


@fault("name", "unknown host llm.invalid")
async def a_name_that_does_not_resolve(stage: Stage) -> None:
    stage.kimi("https://llm.invalid/v1")


@fault("connection", "refused the connection", "server is running")
async def a_port_where_nobody_listens(stage: Stage) -> None:
    stage.kimi(f"http://127.0.0.1:{stage.refusing_port()}/v1")


@fault("answer", "took the connection: no answer within a second", "again", state="unknown")
async def a_server_that_accepts_and_is_silent(stage: Stage) -> None:
    stage.gives_up_soon()
    silent = stage.stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    stage.kimi(f"http://127.0.0.1:{silent.getsockname()[1]}/v1")


@fault("TLS", "no answer within a second", state="unknown")
async def a_handshake_that_does_not_end(stage: Stage) -> None:
    stage.gives_up_soon()
    silent = stage.stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    stage.kimi(f"https://127.0.0.1:{silent.getsockname()[1]}/v1")


async def _over_tls(stage: Stage, name: str, alternative: str, *, expired: bool = False) -> None:
    context = stage.authority.server(name, alternative, expired=expired)
    server = await stage.stack.enter_async_context(listening(says(b"200 OK", b"{}"), context))
    stage.kimi(f"https://127.0.0.1:{server.port}/v1")


@fault("TLS", "the certificate of 127.0.0.1 ended on", "set the clock")
async def an_expired_certificate(stage: Stage) -> None:
    stage.set(SSL_CERT_FILE=str(stage.authority.file))
    await _over_tls(stage, "old", "IP:127.0.0.1", expired=True)


@fault("TLS", "the certificate is not for 127.0.0.1", "'other'", "Check the host")
async def a_certificate_of_another_host(stage: Stage) -> None:
    stage.set(SSL_CERT_FILE=str(stage.authority.file))
    await _over_tls(stage, "other", "DNS:other.example")


@fault("TLS", "issued by 'Test-Authority'", "the system's authorities", "SSL_CERT_FILE=")
async def an_authority_that_is_not_known(stage: Stage) -> None:
    await _over_tls(stage, "inside", "IP:127.0.0.1")


@fault("TLS", "issued by 'Test-Authority'", "which SSL_CERT_FILE names", "into that of")
async def an_authority_that_is_not_in_the_file(stage: Stage) -> None:
    stage.set(SSL_CERT_FILE=str(stage.other_authority.file))
    await _over_tls(stage, "inside", "IP:127.0.0.1")


@fault("TLS", "signed by nobody but itself", "SSL_CERT_FILE=")
async def a_certificate_signed_by_itself(stage: Stage) -> None:
    context = stage.authority.self_signed("alone", "IP:127.0.0.1")
    server = await stage.stack.enter_async_context(listening(says(b"200 OK", b"{}"), context))
    stage.kimi(f"https://127.0.0.1:{server.port}/v1")


@fault("TLS", "does not speak TLS", "http://")
async def a_server_without_tls(stage: Stage) -> None:
    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    port = await stage.stack.enter_async_context(serving(client))
    stage.kimi(f"https://127.0.0.1:{port}/v1")


@fault("TLS", "SSL_CERT_FILE", "cannot be used")
async def a_file_of_authorities_that_is_none(stage: Stage) -> None:
    stage.set(SSL_CERT_FILE=__file__)
    await _over_tls(stage, "inside", "IP:127.0.0.1")


@fault("proxy", "refused the way to api.moonshot.ai", "407", "HTTPS_PROXY", "NO_PROXY")
async def a_proxy_that_wants_a_login(stage: Stage) -> None:
    proxy = await stage.stack.enter_async_context(listening(says(b"407 Login", b"x")))
    stage.set(KIMI_API_KEY=KEY, HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")


@fault("proxy", "does not answer", "refused the connection", "HTTPS_PROXY")
async def a_proxy_that_is_dead(stage: Stage) -> None:
    stage.set(KIMI_API_KEY=KEY, HTTPS_PROXY=f"http://127.0.0.1:{stage.refusing_port()}")


@fault("TLS", "issued by an authority", "through the proxy 127.0.0.1", "SSL_CERT_FILE=")
async def a_proxy_that_reads_along(stage: Stage) -> None:
    context = stage.authority.server("moonshot", "DNS:api.moonshot.ai")
    server = await stage.stack.enter_async_context(listening(says(b"200 OK", b"{}"), context))
    proxy = await stage.stack.enter_async_context(listening(tunnel_to(server.port)))
    stage.set(KIMI_API_KEY=KEY, HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")


@fault("proxy", "HTTPS_PROXY should be an http://")
async def a_proxy_that_is_none(stage: Stage) -> None:
    stage.set(KIMI_API_KEY=KEY, HTTPS_PROXY="nonsense://127.0.0.1:9")


# --- what answers ------------------------------------------------------------------------------


@fault("answer", "is not the API", "an HTML page, 'Log in to Hotel WiFi'", "login first")
async def a_login_page_of_the_network(stage: Stage) -> None:
    stage.answers(PAGE)


@fault("answer", "an HTML page, 'Log in to Hotel WiFi' (403)", "login first")
async def a_page_that_forbids(stage: Stage) -> None:
    stage.answers(PAGE, 403)


@fault("answer", "is not the API", "{oops")
async def a_list_that_is_broken_json(stage: Stage) -> None:
    stage.answers(b"{oops")


@fault("answer", "JSON that is no list of models (200)", "Check the base URL")
async def json_of_something_else(stage: Stage) -> None:
    stage.answers({"status": "up"})


@fault("answer", "redirects to https://elsewhere.example/v1/models")
async def a_redirect(stage: Stage) -> None:
    stage.kimi()
    moved = as_json({}, 307, location="https://elsewhere.example/v1/models")
    stage.service.always(at_paths({"/v1/models": moved}))


@fault("answer", "cannot answer now", "503", "Overloaded")
async def a_service_that_is_down(stage: Stage) -> None:
    stage.answers({"error": {"message": "Overloaded"}}, 503)


@fault("answer", "is not an HTTP server")
async def a_server_of_another_protocol(stage: Stage) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
        await writer.drain()

    server = await stage.stack.enter_async_context(listening(talk))
    stage.kimi(f"http://127.0.0.1:{server.port}/v1")


@fault("answer", "broke off")
async def a_server_that_hangs_up(stage: Stage) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await stage.stack.enter_async_context(listening(talk))
    stage.kimi(f"http://127.0.0.1:{server.port}/v1")
