"""A provider that gives no list of its models: why, in the words of a chat with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import nbchat
from nbchat.errors import (
    BadAnswer,
    BadSettings,
    KeyRefused,
    MissingKey,
    RateLimited,
    RequestRefused,
    ServiceDown,
    UnknownModel,
    Unreachable,
)

from ...fakes.provider import Service
from ...trusted import write_trusted
from .asking import KEY, moved, refusal


@pytest.mark.parametrize(
    ("status", "body", "error", "said"),
    [
        (401, {"error": {"message": "Invalid Authentication", "type": "invalid_authentication_error"}}, KeyRefused,
         "Moonshot AI (Kimi) refuses the key from KIMI_API_KEY (401). It says: Invalid Authentication"),
        (429, {"error": {"message": "slow down", "type": "rate_limit_reached_error"}}, RateLimited, "slow down"),
        (503, {"error": {"message": "back soon"}}, ServiceDown, "back soon"),
        (404, {"error": {"message": "no route"}}, RequestRefused, "Moonshot AI (Kimi) has no list of its models at http://127.0.0.1:"),
        (405, {}, RequestRefused, "Those of the table:\n%chat models kimi"),
        (200, {"base_resp": {"status_code": 1004, "status_msg": "login fail"}}, KeyRefused, "login fail"),
        (302, {}, BadAnswer, "redirects"),
    ],
)  # fmt: skip
def test_a_refusal_is_an_error_as_in_a_chat(
    status: int,
    body: Any,
    error: type[Exception],
    said: str,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind = "minimax" if "base_resp" in body else "kimi"
    moved(monkeypatch, kind, f"{service.url}/v1", f"{kind.upper()}_API_KEY")
    service.plays(
        refusal(status, body, {"location": "https://elsewhere.example"} if status == 302 else {})
    )

    with pytest.raises(error) as raised:
        nbchat.models(live=kind)

    assert said in str(raised.value)
    assert len(str(raised.value).splitlines()) <= 2
    assert KEY not in str(raised.value)


def test_a_page_that_is_no_list_is_no_answer(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved(monkeypatch, "kimi", service.url, "KIMI_API_KEY")
    service.answers(b"<html><title>Welcome</title></html>", headers={"content-type": "text/html"})

    with pytest.raises(BadAnswer, match="Welcome"):
        nbchat.models(live="kimi")


@pytest.mark.parametrize("kind", ["vertex", "vertex-express", "demo"])
def test_a_provider_without_a_list_says_so(kind: str) -> None:
    said = r" has no list of its models to ask for. Those of the table:\n%chat models " + kind
    with pytest.raises(BadSettings, match=said):
        nbchat.models(live=kind)


@pytest.mark.parametrize(
    ("kind", "error", "said"),
    [
        ("kimy", UnknownModel, "no provider is called 'kimy'. Did you mean 'kimi'?"),
        ("kimi", MissingKey, "Moonshot AI (Kimi) needs KIMI_API_KEY"),
        ("github", UnknownModel, "shut down on 2026-07-30"),
    ],
)
def test_nothing_is_sent_without_a_provider_and_its_key(
    kind: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error) as raised:
        nbchat.models(live=kind)

    assert said in str(raised.value)


def test_a_server_that_is_not_there_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    moved(monkeypatch, "ollama", "http://127.0.0.1:1")

    with pytest.raises(Unreachable):
        nbchat.models(live="ollama")


def test_a_file_beside_a_notebook_cannot_have_a_key_sent_to_another_host(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_trusted(
        tmp_path, '[[providers]]\ntype = "kimi"\nmodelsUrl = "https://evil.example/models"\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIMI_API_KEY", KEY)

    with pytest.raises(
        BadSettings, match=r"KIMI_API_KEY belongs to Moonshot AI .* not sent to evil.example"
    ):
        nbchat.models(live="kimi")
