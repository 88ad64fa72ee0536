"""Every error there is, provoked for real, so that all can be read in one sitting: `pytest -s tests/test_errors.py`."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import nbchat
from nbchat import errors
from nbchat.errors import (
    BadAnswer,
    BadSettings,
    ConnectionBroken,
    ContextTooLong,
    ConversationBusy,
    Filtered,
    Interrupted,
    KeyRefused,
    MissingKey,
    ModelNotFound,
    NbchatError,
    NoCredit,
    NotAllowed,
    ProxyFailed,
    RateLimited,
    RequestRefused,
    RetiredModel,
    ServiceDown,
    ServiceError,
    SetupError,
    TimedOut,
    TlsFailed,
    UnknownModel,
    Unreachable,
)

from .faults.certificates import Authority
from .faults.talking import listening, whole
from .service import Service, answer, said

KEY = "sk-canary-0123456789abcdef"
NEVER_ALONE = (NbchatError, SetupError, ServiceError)  # caught, but never raised as such
CASES: list[Case] = []


@dataclass
class Stage:
    """What a case may use; Kimi is `service`, and its key is set."""

    service: Service
    patch: pytest.MonkeyPatch
    folder: Path

    def refuses(self, status: int, message: str, kind: str = "", **headers: str) -> None:
        body = json.dumps({"error": {"message": message, "type": kind}}).encode()
        self.service.always(answer(body, status=status, headers=headers))


@dataclass
class Case:
    kind: type[NbchatError]
    when: str
    happens: Callable[[Stage], object]


def case(kind: type[NbchatError], when: str) -> Callable[[Callable[[Stage], object]], None]:
    return lambda happens: CASES.append(Case(kind, when, happens))


def ask(model: str = "kimi-k2.6", **options: object) -> object:
    return nbchat.ask(model, "Hi", **options)


# --- nothing was sent ---------------------------------------------------------------------------

for model in ("kimi-k2-thinkng", "kimi", "kimi:", "moonshot:kimi-k2.6", "openai/gpt-5", "github:gpt-4", "nobody:x"):
    case(UnknownModel, f"%%chat {model}")(lambda stage, model=model: ask(model))  # type: ignore[misc]

for model in ("glm-5.3", "claude-opus-5-5", "moonshot.kimi-k2-thinking"):
    case(MissingKey, f"%%chat {model}, without a key")(lambda stage, model=model: ask(model))  # type: ignore[misc]


@case(BadSettings, "temperature=9")
def _(stage: Stage) -> None:
    ask(temperature=9)


@case(BadSettings, "a misspelt option")
def _(stage: Stage) -> None:
    ask(temprature=1)


@case(BadSettings, "no question")
def _(stage: Stage) -> None:
    nbchat.ask("demo", "")


@case(BadSettings, "messages in OpenAI's shape")
def _(stage: Stage) -> None:
    nbchat.ask("demo", [{"role": "user", "content": "Hi"}])  # type: ignore[list-item]


@case(BadSettings, "nbchat.toml with a typo")
def _(stage: Stage) -> None:
    (stage.folder / "nbchat.toml").write_text('modle = "kimi-k2.6"\n')
    ask()


@case(BadSettings, "nbchat.toml that is no TOML")
def _(stage: Stage) -> None:
    (stage.folder / "nbchat.toml").write_text("model = kimi\n")
    ask()


@case(BadSettings, "NBCHAT_CONFIG of a file that is not there")
def _(stage: Stage) -> None:
    stage.patch.setenv("NBCHAT_CONFIG", "/nowhere/nbchat.toml")
    ask()


@case(BadSettings, "a base URL over plain http")
def _(stage: Stage) -> None:
    stage.patch.setenv("KIMI_BASE_URL", "http://gateway.example.com/v1")
    ask()


@case(BadSettings, "a provider's key for another host")
def _(stage: Stage) -> None:
    ask(base_url="https://gateway.example.com/v1")


@case(BadSettings, "a key with a line end in it")
def _(stage: Stage) -> None:
    stage.patch.setenv("KIMI_API_KEY", "sk-canary\n-0123456789")
    ask()


@case(BadSettings, "Azure without its address")
def _(stage: Stage) -> None:
    ask("azure:my-deployment", api_key=KEY)


@case(ConversationBusy, "%chat delete while an answer streams")
def _(stage: Stage) -> None:
    stage.service.always(answer(*said("Well"), gap=0.05, hold=30))
    chat = nbchat.chat("busy")

    async def main() -> None:
        async with chat.stream("Hi", "kimi-k2.6") as stream:
            await anext(stream)
            chat.forget()

    asyncio.run(main())


# --- the provider refused -------------------------------------------------------------------------


@case(KeyRefused, "a wrong key")
def _(stage: Stage) -> None:
    stage.refuses(401, f"Invalid Authentication {KEY}", "invalid_authentication_error")
    ask()


@case(NotAllowed, "a key that may not")
def _(stage: Stage) -> None:
    stage.refuses(403, "Your organization must be verified to use this model.")
    ask()


@case(NoCredit, "no money")
def _(stage: Stage) -> None:
    stage.refuses(429, "Your account is suspended, please check your plan.", "exceeded_current_quota_error")
    ask()


@case(RateLimited, "too many requests")
def _(stage: Stage) -> None:
    stage.refuses(429, "max RPM: 3", "rate_limit_reached_error", **{"retry-after": "120"})
    ask()


@case(ModelNotFound, "an id the provider does not know")
def _(stage: Stage) -> None:
    stage.refuses(404, "Not found the model kimi-k9 or Permission denied", "resource_not_found_error")
    ask("kimi:kimi-k9")


@case(RetiredModel, "%%chat kimi-k2-thinking, after 2026-05-25")
def _(stage: Stage) -> None:
    stage.refuses(404, "Not found the model kimi-k2-thinking or Permission denied", "resource_not_found_error")
    ask("kimi-k2-thinking")


@case(ContextTooLong, "a conversation, or a question, that is too long")
def _(stage: Stage) -> None:
    stage.refuses(400, "Your request exceeded model token limit: 262144", "invalid_request_error")
    ask()


@case(Filtered, "a question the filter refuses")
def _(stage: Stage) -> None:
    stage.refuses(400, "The request was rejected because it was considered high risk", "content_filter")
    ask()


@case(RequestRefused, "something else about the request")
def _(stage: Stage) -> None:
    stage.refuses(400, "tool_choice 'required' is not supported", "invalid_request_error")
    ask()


@case(ServiceDown, "an overloaded provider")
def _(stage: Stage) -> None:
    stage.refuses(
        503,
        "The engine is currently overloaded",
        "engine_overloaded_error",
        **{"retry-after": "300", "x-request-id": "r1"},
    )
    ask()


# --- no answer ------------------------------------------------------------------------------------


@case(Unreachable, "no network, or no such host")
def _(stage: Stage) -> None:
    ask(base_url="https://api.example.invalid/v1", api_key=KEY)


@case(Unreachable, "Ollama is not running")
def _(stage: Stage) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    ask("ollama:qwen3", base_url=f"http://127.0.0.1:{port}")


@case(TlsFailed, "https where there is none")
def _(stage: Stage) -> None:
    ask(base_url=stage.service.url.replace("http:", "https:"), api_key=KEY, timeout=0.3)


@case(TlsFailed, "a certificate that nobody has vouched for")
def _(stage: Stage) -> None:
    tls = Authority(stage.folder).server("nobody", "IP:127.0.0.1")

    async def main() -> None:
        async with listening(whole, tls) as server:
            await nbchat.stream("kimi-k2.6", "Hi", base_url=f"https://127.0.0.1:{server.port}", api_key=KEY).answer()

    asyncio.run(main())


@case(ProxyFailed, "a proxy that wants a password")
def _(stage: Stage) -> None:
    stage.service.always(answer(b"", status=407))
    stage.patch.setenv("HTTPS_PROXY", stage.service.url)
    ask(base_url="https://api.example.test/v1", api_key=KEY)


@case(TimedOut, "a provider that says nothing")
def _(stage: Stage) -> None:
    async def silent(request: object, writer: object) -> None:
        await asyncio.sleep(30)

    stage.service.always(silent)
    ask(timeout=0.1)


@case(BadAnswer, "the login page of a hotel")
def _(stage: Stage) -> None:
    stage.service.always(answer(b"<html><title>Welcome to WiFi</title></html>", headers={"content-type": "text/html"}))
    ask()


@case(BadAnswer, "a redirect")
def _(stage: Stage) -> None:
    stage.service.always(answer(b"", status=302, headers={"location": "https://login.example.com/"}))
    ask()


@case(ConnectionBroken, "an answer that breaks off")
def _(stage: Stage) -> None:
    stage.service.always(answer(*said("Half of it")[:-3]))
    asyncio.run(nbchat.send_chat_stream({"model": "kimi-k2.6", "messages": "Hi"}))


@case(Interrupted, "stopped by a signal")
def _(stage: Stage) -> None:
    signal = nbchat.AbortSignal()
    signal.abort("the user pressed Stop")
    asyncio.run(nbchat.send_chat_stream({"model": "demo", "messages": "Hi"}, signal))


# --- and how each reads -----------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.kind.__name__}: {c.when}")
def test_an_error_says_in_two_lines_what_happened_and_what_to_do(
    case: Case, service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")

    with pytest.raises(case.kind) as raised:
        case.happens(Stage(service, monkeypatch, tmp_path))

    shown = "\n".join(raised.value._render_traceback_())
    message = re.sub("\x1b\\[[0-9;]*m", "", shown)
    print(f"\n# {case.when}\n{message}")
    assert message.startswith(f"{case.kind.__name__}: ")
    assert len(message.splitlines()) <= 2
    assert max(map(len, message.splitlines())) <= 400
    assert KEY not in message
    assert re.search(r"[.?]$|[a-z0-9\])]$", message)
    assert not re.search(r"Traceback|Exception|object at 0x|\bsorry\b|please (?!check)", message, re.I)


def test_every_kind_of_error_is_among_them() -> None:
    kinds = {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, NbchatError)}

    assert {case.kind for case in CASES} == kinds - set(NEVER_ALONE)


def test_the_drawn_tree_is_the_tree() -> None:
    above: dict[int, type] = {-1: Exception}
    drawn = set()
    for indent, name in re.findall(r"^ {4}([│├└─ ]*)(\w+)", inspect.getdoc(errors) or "", re.M):
        kind = getattr(errors, name)
        depth = len(indent) // 4
        assert kind.__bases__ == (above[depth - 1],), name
        above[depth] = kind
        drawn.add(kind)

    assert drawn == {*NEVER_ALONE, *(case.kind for case in CASES)}
