"""The lists that providers give of their models, and what is made of them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

import nbchat
from nbchat.catalog.rows import Model

from ...fakes.provider import Service, answer
from ...running_kernel import RunningKernel
from ...trusted import write_trusted
from .asking import KEY, moved

JSON = {"content-type": "application/json"}


def page(value: Any) -> Any:
    return answer(json.dumps(value).encode(), headers=JSON)


def ids(models: list[Model]) -> list[str]:
    return [model.sent_id for model in models]


def listed(
    kind: str, service: Service, monkeypatch: pytest.MonkeyPatch, *pages: Any, path: str = "/v1"
) -> list[Model]:
    """The models of a provider whose list is these pages."""
    variables = {
        "ollama": "",
        "bedrock": "AWS_BEARER_TOKEN_BEDROCK",
        "azure-deployments": "AZURE_API_KEY",
    }
    moved(monkeypatch, kind, service.url + path, variables.get(kind, f"{kind.upper()}_API_KEY"))
    service.plays(*map(page, pages))
    return nbchat.models(live=kind)


# --- recorded lists ------------------------------------------------------------------------------

RECORDED = [
    ("openai", "openai", "/v1", "/v1/models"),
    ("google", "gemini", "/v1beta", "/v1beta/models?pageSize=1000"),
    ("ollama", "ollama", "", "/api/tags"),
    ("llamacpp", "llamacpp", "/v1", "/v1/models"),
    ("bedrock-mantle", "openai", "/v1", "/v1/models"),
    ("copilot", "openai", "", "/models"),
]


@pytest.mark.parametrize(
    ("recorded", "kind", "base", "path"), RECORDED, ids=[row[0] for row in RECORDED]
)
def test_a_recorded_list_gives_its_models(
    recorded: str,
    kind: str,
    base: str,
    path: str,
    streams: Path,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder,) = streams.glob(f"models-list--{recorded}--*")
    expected = json.loads((folder / "expected.json").read_text("utf-8"))["models"]
    moved(monkeypatch, kind, service.url + base, f"{kind.upper()}_API_KEY")
    service.plays(answer((folder / "response.body").read_bytes(), headers=JSON))

    models = nbchat.models(live=kind)

    assert ids(models) == list(dict.fromkeys(name.removeprefix("models/") for name in expected))
    (request,) = service.requests
    assert (request.method, request.path, request.body) == ("GET", path, b"")


# --- the shapes ----------------------------------------------------------------------------------


def test_a_model_of_the_table_is_its_row_and_another_is_made_up(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = {"id": "kimi-k9", "object": "model", "context_length": 262144}

    known, other = listed(
        "kimi", service, monkeypatch, {"object": "list", "data": [{"id": "kimi-k2.6"}, new]}
    )

    assert known == next(model for model in nbchat.models() if model.id == "kimi-k2.6")
    assert (other.id, other.type, other.status, other.context_window) == (
        "kimi-k9",
        "kimi",
        "unlisted",
        262144,
    )


def test_a_list_may_be_bare(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        {
            "id": "zai-org/GLM-5.3",
            "type": "chat",
            "display_name": "GLM 5.3",
            "context_length": 200000,
        }
    ]

    assert ids(listed("together", service, monkeypatch, entries)) == ["zai-org/GLM-5.3"]


@pytest.mark.parametrize(
    ("kind", "entry", "window", "output", "name"),
    [
        (
            "groq",
            {"id": "m", "context_window": 131072, "max_completion_tokens": 65536},
            131072,
            65536,
            "m",
        ),
        ("mistral", {"id": "m", "max_context_length": 262144}, 262144, None, "m"),
        (
            "openrouter",
            {"id": "a/m", "name": "A: M", "context_length": 128000},
            128000,
            None,
            "A: M",
        ),
        ("vllm", {"id": "m", "max_model_len": 40960}, 40960, None, "m"),
        ("openai", {"id": "m", "context_window": "large", "max_model_len": True}, None, None, "m"),
    ],
)
def test_what_a_list_says_of_a_model(
    kind: str,
    entry: Any,
    window: int | None,
    output: int | None,
    name: str,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (model,) = listed(kind, service, monkeypatch, {"data": [entry]})

    assert (model.context_window, model.max_output, model.name) == (window, output, name)


def test_anthropics_list_has_pages(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    first = {"data": [{"type": "model", "id": "claude-opus-5-5", "display_name": "Claude Opus 5.5"}], "has_more": True,
             "first_id": "claude-opus-5-5", "last_id": "claude-opus-5-5"}  # fmt: skip
    last = {"data": [{"type": "model", "id": "claude-x-9", "display_name": "Claude X 9"}], "has_more": False,
            "last_id": "claude-x-9"}  # fmt: skip

    models = listed("anthropic", service, monkeypatch, first, last, path="")

    assert [(model.id, model.name) for model in models] == [
        ("claude-opus-5-5", "Claude Opus 5.5"),
        ("claude-x-9", "Claude X 9"),
    ]
    assert [request.path for request in service.requests] == [
        "/v1/models?limit=1000",
        "/v1/models?limit=1000&after_id=claude-opus-5-5",
    ]
    assert service.requests[1].headers["x-api-key"] == KEY
    assert service.requests[1].headers["anthropic-version"] == "2023-06-01"


def test_geminis_list_has_pages(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {"inputTokenLimit": 1048576, "outputTokenLimit": 65536}
    first = {
        "models": [{"name": "models/gemini-9", "displayName": "Gemini 9", **limits}],
        "nextPageToken": "a+b/c",
    }
    last = {"models": [{"name": "models/gemini-3.8-flash"}]}

    new, known = listed("gemini", service, monkeypatch, first, last, path="/v1beta")

    assert (new.id, new.name, new.context_window, new.max_output) == (
        "gemini-9",
        "Gemini 9",
        1048576,
        65536,
    )
    assert known.price
    assert service.requests[1].path == "/v1beta/models?pageSize=1000&pageToken=a%2Bb%2Fc"
    assert service.requests[1].headers["x-goog-api-key"] == KEY


@pytest.mark.parametrize("base", ["", "/v2"])
def test_coheres_list_has_pages(
    base: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = {"models": [{"name": "command-z", "context_length": 256000.0}], "next_page_token": "t"}
    last = {"models": [{"name": "embed-v9"}], "next_page_token": ""}

    models = listed("cohere", service, monkeypatch, first, last, path=base)

    assert [(model.id, model.context_window) for model in models] == [
        ("command-z", 256000),
        ("embed-v9", None),
    ]
    assert service.requests[1].path == "/v1/models?page_size=1000&page_token=t"


def test_pages_that_go_in_a_circle_end(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [{"models": [{"name": f"models/m{n}"}], "nextPageToken": "again"} for n in (1, 2)]

    assert ids(listed("gemini", service, monkeypatch, *pages)) == ["m1", "m2"]


def test_amazons_list_is_on_another_host_or_where_the_service_was_moved(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = {"modelId": "meta.llama9-v1:0", "modelName": "Llama 9", "outputModalities": ["TEXT"]}

    (row,) = listed("bedrock", service, monkeypatch, {"modelSummaries": [model]}, path="")

    assert (row.id, row.name) == ("meta.llama9-v1:0", "Llama 9")
    assert service.requests[-1].path == "/foundation-models?byOutputModality=TEXT"
    assert service.requests[-1].headers["authorization"] == f"Bearer {KEY}"


def test_the_list_of_deployments_has_the_version_of_the_api(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", service.url)

    assert ids(
        listed(
            "azure-deployments", service, monkeypatch, {"data": [{"id": "gpt-4.1"}]}, path="/openai"
        )
    )

    assert service.requests[-1].path == "/openai/models?api-version=2024-10-21"


def test_openai_says_when_a_model_ends(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        {"id": "gpt-5.2", "shutdown_date": "2027-05-01"},
        {"id": "gpt-4", "shutdown_date": "2026-10-23"},
    ]

    ending, ended = listed("openai", service, monkeypatch, {"data": entries})

    assert (ending.status, ending.retired_on) == ("deprecated", "2027-05-01")
    assert (ended.status, ended.retired_on) == ("retired", "2026-10-23")


def test_odd_entries_are_stepped_over(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        "plain",
        {"id": "twice"},
        {"id": "twice"},
        {"id": ""},
        {"id": "two words"},
        {"id": 5},
        None,
        7,
        {},
    ]

    assert ids(listed("kimi", service, monkeypatch, {"data": entries})) == ["plain", "twice"]


def test_the_users_own_provider_has_a_list_too(
    service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    row = (
        f'[[providers]]\ntype = "corp"\nbaseUrl = "{service.url}/v1"\nenvKeys = ["CORP_API_KEY"]\n'
    )
    write_trusted(tmp_path, f'{row}modelsUrl = "/catalogue"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CORP_API_KEY", KEY)
    service.plays(page({"data": [{"id": "corp-1"}]}))

    assert ids(nbchat.models(live="corp")) == ["corp-1"]
    assert service.requests[-1].path == "/v1/catalogue"


async def test_it_works_inside_a_running_loop(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.sleep(0)

    assert ids(listed("kimi", service, monkeypatch, {"data": [{"id": "kimi-k2.6"}]})) == [
        "kimi-k2.6"
    ]


# --- in a notebook -------------------------------------------------------------------------------


def test_a_command_shows_the_list(service: Service, tmp_path: Path) -> None:
    service.plays(
        page({"data": [{"id": "kimi-k2.6"}, {"id": "kimi-k9", "context_length": 262144}]})
    )
    env = {"KIMI_API_KEY": KEY, "KIMI_BASE_URL": f"{service.url}/v1"}

    with RunningKernel(tmp_path, env) as kernel:
        kernel.run("%load_ext nbchat")
        shown = kernel.run("%chat models --live kimi")
        wrong = kernel.run("%chat models --live")

    assert shown.status == "ok", shown.error
    table, first, second, after = shown.text.splitlines()
    assert table.split()[:2] == ["model", "name"]
    assert first.split()[:2] == ["kimi-k2.6", "Kimi"]
    assert second.split() == ["kimi:kimi-k9", "kimi-k9", "262,144"]
    assert after == "2 models, as Moonshot AI (Kimi) lists them now."
    assert "--live needs a provider, such as:\n%chat models --live kimi" in wrong.error
