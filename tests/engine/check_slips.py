"""More set-ups in which one thing is wrong: slips of the hand, and what stands in between."""

from __future__ import annotations

import asyncio
import socket

from nbchat.engine import right_address

from ..network.faults.talking import listening
from .check_faults import fault, proxied, says
from .check_stage import KEY, MODEL, Stage, as_json, at_paths, openai_list

# --- what is set as a key ----------------------------------------------------------------------


@fault("key", "KIMI_API_KEY begins with the word Bearer", "getpass")
async def a_key_with_the_word_before_it(stage: Stage) -> None:
    stage.kimi(key=f"Bearer {KEY}")


@fault("key", "KIMI_API_KEY begins with the name of a variable", "getpass")
async def a_line_of_an_env_file_as_the_key(stage: Stage) -> None:
    stage.kimi(key=f"export KIMI_API_KEY={KEY}")


@fault("key", "KIMI_API_KEY holds the path of a file", "getpass")
async def a_file_as_the_key(stage: Stage) -> None:
    await proxied(stage, "~/keys/kimi.txt")


@fault("key", "KIMI_API_KEY holds an address", "getpass")
async def an_address_as_the_key(stage: Stage) -> None:
    await proxied(stage, "https://api.moonshot.ai/v1")


@fault("key", "KIMI_API_KEY holds a placeholder")
async def a_key_that_is_shown_in_part(stage: Stage) -> None:
    await proxied(stage, "sk-4dG7...1234")


@fault("key", "refuses the key from KIMI_API_KEY", "token expired")
async def a_refusal_under_the_status_of_success(stage: Stage) -> None:
    stage.answers({"code": 401, "msg": "token expired", "success": False})


@fault("account", "no credit or quota", "429")
async def a_quota_that_is_used_up_under_the_status_of_a_rate(stage: Stage) -> None:
    error = {"message": "You exceeded your current quota", "code": "insufficient_quota"}
    stage.answers({"error": error}, 429)


# --- what is set as an address -----------------------------------------------------------------


@fault("answer", "speaks TLS, and is asked without it", "Let KIMI_BASE_URL be: https://127.0.0.1:")
async def a_server_over_tls_that_is_asked_without(stage: Stage) -> None:
    stage.environ.setattr(right_address, "HANDSHAKE_SECONDS", 20.0)  # on a busy machine, too
    context = stage.authority.server("plain", "IP:127.0.0.1")
    stage.set(SSL_CERT_FILE=str(stage.authority.file))
    server = await stage.stack.enter_async_context(listening(says(b"200 OK", b"{}"), context))
    stage.kimi(f"http://127.0.0.1:{server.port}/v1")


@fault("answer", "redirects to https://127.0.0.1", "Let KIMI_BASE_URL be: https://127.0.0.1:")
async def a_redirect_to_the_same_place_over_tls(stage: Stage) -> None:
    stage.kimi()
    there = stage.service.url.replace("http:", "https:")
    moved = as_json({}, 301, location=f"{there}/v1/models?all=1")
    stage.service.always(at_paths({"/v1/models": moved}))


@fault("answer", "redirects to http://127.0.0.1", "/login", "asks for a login first")
async def a_redirect_to_a_page_for_logging_in(stage: Stage) -> None:
    stage.kimi()
    moved = as_json({}, 302, location="/login?next=%2Fv1%2Fmodels")
    stage.service.always(at_paths({"/v1/models": moved}))


@fault("answer", "Let KIMI_BASE_URL be: http", "/v1")
async def the_address_of_the_list_as_the_base(stage: Stage) -> None:
    stage.answers(openai_list(MODEL))
    stage.set(KIMI_BASE_URL=f"{stage.service.url}/v1/models")


@fault("answer", "but one at", "Let OLLAMA_HOST be: http", model="ollama:qwen3")
async def ollama_with_the_version_of_another_api(stage: Stage) -> None:
    stage.set(OLLAMA_HOST=f"{stage.service.url}/v1")
    stage.service.always(at_paths({"/api/tags": as_json({"models": [{"name": "qwen3:latest"}]})}))


@fault("in its list", "Qwen3 is not the one model that it lists", model="vllm:Qwen3")
async def half_of_a_models_name(stage: Stage) -> None:
    stage.set(VLLM_BASE_URL=f"{stage.service.url}/v1")
    stage.service.always(at_paths({"/v1/models": as_json(openai_list("Qwen/Qwen3-8B"))}))


# --- in between --------------------------------------------------------------------------------


@fault("proxy", "refused the way to api.moonshot.ai", "403", "HTTPS_PROXY")
async def a_proxy_that_forbids_it(stage: Stage) -> None:
    proxy = await stage.stack.enter_async_context(listening(says(b"403 Forbidden", b"x")))
    stage.set(KIMI_API_KEY=KEY, HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")


@fault("TLS", "through the proxy 127.0.0.1", "to api.moonshot.ai ended during", "HTTPS_PROXY")
async def a_proxy_that_hangs_up_in_the_handshake(stage: Stage) -> None:
    proxy = await stage.stack.enter_async_context(listening(says(b"200 OK")))
    stage.set(KIMI_API_KEY=KEY, HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")


@fault("answer", "the proxy 127.0.0.1", "before api.moonshot.ai", "HTTPS_PROXY", state="unknown")
async def a_proxy_that_is_silent(stage: Stage) -> None:
    stage.gives_up_soon()
    silent = stage.stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    stage.set(KIMI_API_KEY=KEY, HTTPS_PROXY=f"http://127.0.0.1:{silent.getsockname()[1]}")


@fault("proxy", "proxy.corp.invalid:3128 does not answer", "name api.moonshot.ai in NO_PROXY")
async def a_proxy_that_nobody_knows(stage: Stage) -> None:
    stage.set(KIMI_API_KEY=KEY, HTTPS_PROXY="http://proxy.corp.invalid:3128")


# --- what answers ------------------------------------------------------------------------------


@fault("answer", "an answer began, and was not whole in time", "Look again", state="unknown")
async def a_list_that_does_not_end(stage: Stage) -> None:
    stage.gives_up_soon()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{")
        await reader.read()

    server = await stage.stack.enter_async_context(listening(talk))
    stage.kimi(f"http://127.0.0.1:{server.port}/v1")


@fault("answer", "its list of models: ", "refuses the request (400)", "Check the base URL")
async def a_list_that_is_refused(stage: Stage) -> None:
    stage.answers({"error": {"message": "group is missing"}}, 400)


@fault("answer", "failed while it worked on the request (500)")
async def a_server_that_fails(stage: Stage) -> None:
    stage.answers({"detail": "Internal Server Error"}, 500)


@fault("answer", "Loading model", "503", model="llamacpp:any")
async def a_local_server_that_still_loads(stage: Stage) -> None:
    stage.set(LLAMACPP_BASE_URL=f"{stage.service.url}/v1")
    loading = {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}
    stage.service.always(at_paths({"/v1/models": as_json(loading, 503)}))


@fault("connection", "refused the connection", "server is running", model="ollama:qwen3")
async def ollama_that_does_not_run(stage: Stage) -> None:
    stage.set(OLLAMA_HOST=f"127.0.0.1:{stage.refusing_port()}")
