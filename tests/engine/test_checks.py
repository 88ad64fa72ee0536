"""A check names what is wrong, and nothing else; of a set-up that works it says nothing wrong."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from nbchat.engine import checks, local_servers
from nbchat.settings_file import FILE, config_folder

from ..fakes.provider import Request, Service
from ..network.faults.certificates import Authority
from ..network.faults.talking import listening
from ..network.test_proxy import tunnel_to
from . import check_slips
from .check_faults import FAULTS, Fault, says
from .check_stage import KEY, MODEL, Stage, as_json, at_paths, called_wrong, look, openai_list, told

SECRETS = (KEY, "4dG7hQ2xW9pL")
MOST_REQUESTS = 8


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Authority]:
    if not shutil.which("openssl"):
        pytest.skip("no openssl program to make certificates with")
    made = [Authority(tmp_path_factory.mktemp(name)) for name in ("one", "other")]
    return made[0], made[1]


@pytest.fixture(scope="module")
def shared() -> Iterator[Service]:
    with Service() as service:
        yield service


@pytest.fixture
async def stage(
    shared: Service, authorities: tuple[Authority, Authority], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    monkeypatch.setattr(checks, "SECONDS", 20.0)  # on a busy machine, too
    monkeypatch.setattr(local_servers, "SEARCH_SECONDS", 20.0)
    shared.requests.clear()
    shared.always(at_paths({}))
    async with AsyncExitStack() as stack:
        yield Stage(shared, *authorities, monkeypatch, stack)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_what_is_wrong_is_named_and_nothing_else(fault: Fault, stage: Stage) -> None:
    await fault.setup(stage)

    findings = await look(fault.model)

    wrong = [finding for finding in findings if finding.to_do]
    assert [(one.about, one.state) for one in wrong] == [(fault.about, fault.state)], told(findings)
    said = f"{wrong[0].seen} {wrong[0].to_do}"
    assert [word for word in fault.words if word not in said] == [], said
    assert wrong[0].seen
    assert [secret for secret in SECRETS if secret in told(findings)] == []
    assert {request.method for request in stage.service.requests} <= {"GET"}
    assert len(stage.service.requests) <= MOST_REQUESTS


def test_there_are_as_many_faults_as_are_promised() -> None:
    assert len(FAULTS) >= 60
    assert {fault.setup.__module__ for fault in FAULTS} >= {check_slips.__name__}


async def test_a_dead_proxy_is_told_beside_a_key_that_is_wrong(stage: Stage) -> None:
    stage.set(KIMI_API_KEY="gsk_4dG7hQ2xW9pLabcd1234", HTTPS_PROXY="http://127.0.0.1:9")

    findings = await look()

    assert called_wrong(findings) == ["key", "proxy"]
    assert "name api.moonshot.ai in NO_PROXY" in told(findings)


# --- what works --------------------------------------------------------------------------------

LISTS: dict[str, tuple[str, str, dict[str, str], Any]] = {
    # by wire format: the model, the path of the list, what leads there, and the list
    "openai-chat": ("openai:m", "/v1/models", {"OPENAI_BASE_URL": "/v1"}, openai_list("m")),
    "openai-responses": ("xai:m", "/v1/models", {"XAI_BASE_URL": "/v1"}, openai_list("m")),
    "anthropic-messages": (
        "anthropic:claude-x",
        "/v1/models",
        {"ANTHROPIC_BASE_URL": ""},
        {"data": [{"type": "model", "id": "claude-x-20261101"}], "has_more": False},
    ),
    "gemini": (
        "gemini:gemini-x",
        "/v1beta/models",
        {"GEMINI_BASE_URL": "/v1beta"},
        {"models": [{"name": "models/gemini-x"}]},
    ),
    "cohere": ("cohere:m", "/v1/models", {"COHERE_BASE_URL": ""}, {"models": [{"name": "m"}]}),
    "bedrock-converse": (
        "bedrock:us.amazon.nova-x-v1:0",
        "/foundation-models",
        {"BEDROCK_BASE_URL": ""},
        {"modelSummaries": [{"modelId": "amazon.nova-x-v1:0"}]},
    ),
    "ollama": (
        "ollama:qwen3",
        "/api/tags",
        {"OLLAMA_HOST": ""},
        {"models": [{"name": "qwen3:latest", "model": "qwen3:latest"}]},
    ),
}
KEYS = {
    "openai": "OPENAI_API_KEY",
    "xai": "XAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "cohere": "COHERE_API_KEY",
    "bedrock": "AWS_BEARER_TOKEN_BEDROCK",
}


@pytest.mark.parametrize("wire", LISTS)
async def test_nothing_is_wrong_with_a_service_that_answers(wire: str, stage: Stage) -> None:
    model, path, variables, models = LISTS[wire]
    stage.set(**{name: stage.service.url + end for name, end in variables.items()})
    kind = model.partition(":")[0]
    if kind in KEYS:
        stage.set(**{KEYS[kind]: KEY})
    stage.service.always(at_paths({path: as_json(models)}))

    findings = await look(model)

    assert all(finding.state == "ok" for finding in findings), told(findings)
    own = [one for one in stage.service.requests if one.headers.get("user-agent") == "nbchat"]
    assert {request.method for request in own} == {"GET"}


async def test_nothing_is_wrong_with_the_demo(stage: Stage) -> None:
    findings = await look("demo")

    assert all(finding.state == "ok" for finding in findings), told(findings)
    assert stage.service.requests == []


async def test_a_server_with_one_model_answers_to_any_name(stage: Stage) -> None:
    stage.set(LLAMACPP_BASE_URL=f"{stage.service.url}/v1")
    stage.service.always(at_paths({"/v1/models": as_json(openai_list("/models/gemma.gguf"))}))

    findings = await look("llamacpp:gemma")

    assert called_wrong(findings) == []
    assert "it answers with /models/gemma.gguf" in told(findings)
    assert "llama.cpp (1 model)" in told(findings)


async def test_a_provider_that_is_named_alone_is_looked_at(stage: Stage) -> None:
    stage.set(LLAMACPP_BASE_URL=f"{stage.service.url}/v1")
    stage.service.always(at_paths({"/v1/models": as_json(openai_list("a", "b", "c", "d"))}))

    findings = await look("llamacpp")

    assert called_wrong(findings) == []
    assert "model ok: any of llamacpp (no model is named), at llama.cpp" in told(findings)
    assert "in its list ok: a, b, c and 1 more" in told(findings)


async def test_a_provider_with_a_usual_model_stands_for_that(stage: Stage) -> None:
    stage.answers(openai_list(MODEL))

    findings = await look("kimi")

    assert called_wrong(findings) == []
    assert "model ok: kimi-k2.6 (the usual model of kimi)" in told(findings)
    assert "in its list ok: kimi-k2.6 is there" in told(findings)


async def test_a_gateway_that_lists_nothing_and_takes_questions_is_no_fault(stage: Stage) -> None:
    stage.kimi(key="any word is a key here")
    stage.kimi(key="anything")
    refused = as_json({"detail": "Method Not Allowed"}, 405)
    stage.service.always(at_paths({"/v1/chat/completions": refused}))

    findings = await look()

    assert [finding for finding in findings if finding.to_do] == [], told(findings)
    assert "questions go to /v1/chat/completions (405)" in told(findings)


async def test_quotes_around_a_key_are_told_and_are_no_fault(stage: Stage) -> None:
    stage.answers(openai_list(MODEL))
    stage.set(KIMI_API_KEY=f"'{KEY}'")

    findings = await look()

    assert called_wrong(findings) == []
    assert "the quotes around it are left out" in told(findings)
    assert {request.headers["authorization"] for request in stage.service.requests} == {
        f"Bearer {KEY}"
    }


async def test_a_list_that_is_too_large_is_not_called_another_api(stage: Stage) -> None:
    stage.answers(openai_list(MODEL, *(f"model-{number}" for number in range(200))))
    config_folder().mkdir(parents=True, exist_ok=True)
    (config_folder() / FILE).write_text('[limits]\nmodel_list = "1 kB"\n')

    findings = await look()

    assert called_wrong(findings) == []
    assert "its list of models is larger than 1 kB. Allow more" in told(findings)


async def test_of_a_long_list_that_goes_on_nothing_is_said_to_be_missing(stage: Stage) -> None:
    stage.set(GEMINI_API_KEY=KEY, GEMINI_BASE_URL=f"{stage.service.url}/v1beta")
    pages = itertools.count(1)

    async def play(request: Request, writer: asyncio.StreamWriter) -> bool | None:
        number = next(pages)
        page = {"models": [{"name": f"models/m{number}"}], "nextPageToken": f"{number}"}
        return await as_json(page)(request, writer)

    stage.service.always(play)

    findings = await look("gemini:gemini-x")

    assert called_wrong(findings) == []
    assert "gemini-x is not among the 3 models that it lists first; there are more" in told(
        findings
    )
    assert len(stage.service.requests) == 3


async def test_names_that_a_server_lists_hide_nothing(stage: Stage) -> None:
    stage.set(LLAMACPP_BASE_URL=f"{stage.service.url}/v1")
    names = ("\x1b[2J", "a b", "x" * 300, "\u202egpt", KEY, "good")
    stage.service.always(at_paths({"/v1/models": as_json(openai_list(*names))}))
    stage.set(KIMI_API_KEY=KEY)

    findings = await look("llamacpp")

    listed = next(one.seen for one in findings if one.about == "in its list")
    assert listed == "[KIMI_API_KEY], good"


async def test_a_retired_model_that_is_still_listed_is_no_fault(stage: Stage) -> None:
    stage.answers(openai_list("kimi-k2-thinking"))

    findings = await look("kimi-k2-thinking")

    assert called_wrong(findings) == []
    assert "retired on 2026-05-25, and it is still listed" in told(findings)


async def test_a_certificate_that_fits_is_told_with_its_issuer_and_its_end(stage: Stage) -> None:
    stage.set(SSL_CERT_FILE=str(stage.authority.file))
    context = stage.authority.server("good", "IP:127.0.0.1")
    body = b'{"data": [{"id": "kimi-k2.6"}]}'
    async with listening(says(b"200 OK", body), context) as server:
        stage.kimi(f"https://127.0.0.1:{server.port}/v1")
        findings = await look()

    assert called_wrong(findings) == []
    assert "the certificate fits, issued by 'Test-Authority', until 20" in told(findings)
    assert f"trusted by SSL_CERT_FILE ({stage.authority.file})" in told(findings)


async def test_what_goes_through_a_proxy_is_told_so(stage: Stage) -> None:
    stage.set(SSL_CERT_FILE=str(stage.authority.file), KIMI_API_KEY=KEY)
    context = stage.authority.server("moonshot", "DNS:api.moonshot.ai")
    body = b'{"data": [{"id": "kimi-k2.6"}]}'
    async with (
        listening(says(b"200 OK", body), context) as server,
        listening(tunnel_to(server.port)) as proxy,
    ):
        stage.set(HTTPS_PROXY=f"http://me:hunter22@127.0.0.1:{proxy.port}")
        findings = await look()

    assert called_wrong(findings) == [], told(findings)
    assert f"proxy ok: 127.0.0.1:{proxy.port}, set in HTTPS_PROXY" in told(findings)
    assert "the certificate fits" in told(findings)
    assert "hunter22" not in told(findings)


@pytest.mark.parametrize("live", [False, True])
async def test_without_live_no_question_is_asked(stage: Stage, live: bool) -> None:
    stage.answers(openai_list(MODEL))

    await look(live=live)

    methods = [request.method for request in stage.service.requests]
    assert ("POST" in methods) is live
