"""Where things lie on this machine is nobody's business over HTTP, and may go away."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from nbchat.frontends.server.places import without_places

from ...fakes.provider import Service, answer
from .running import RunningServer

BODIES = {
    "/stream": {"model": "demo", "messages": "Hi"},
    "/v1/chat/completions": {"model": "demo", "messages": [{"role": "user", "content": "Hi"}]},
    "/v1/responses": {"model": "demo", "input": "Hi"},
}
BROKEN = {
    "nbchat.toml": ("model = [", "timeout = 5\nnonsense = 1", '[[models]]\nid = "x"'),
    "nbchat.json": ("{", "[]", '{"models": 5}', '[{"id": "x"}]'),
}


@pytest.mark.field("S13")
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_settings_file_is_told_by_its_name_alone(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "a folder of mine"
    folder.mkdir()
    file = folder / name
    file.write_text("" if name.endswith("toml") else '{"models": [], "providers": []}')
    with RunningServer(folder=folder, NBCHAT_CONFIG=str(file)) as server:
        for text in BROKEN[name]:
            file.write_text(text)
            os.utime(
                file, ns=(0, hash(text) % 10**15)
            )  # it may change within one tick of the clock
            for path, body in BODIES.items():
                reply = server.request("POST", path, body)
                listed = server.request("GET", "/v1/models")

                for one in (reply, listed):
                    said = one.body.decode()
                    assert one.status == 503, said
                    assert name in said
                    assert "folder of mine" not in said
                    assert str(tmp_path) not in said

    assert str(file) in server.said  # whoever runs it is told where


@pytest.mark.field("S13")
def test_a_working_directory_that_was_removed_is_not_missed(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    with RunningServer(folder=folder) as server:
        shutil.rmtree(folder)
        statuses = {
            path: server.request("POST", path, body).status for path, body in BODIES.items()
        }
        listed = server.request("GET", "/v1/models").status
        health = server.request("GET", "/health").status

    assert set(statuses.values()) == {200}, statuses
    assert (listed, health) == (200, 200)
    assert server.said == ""


@pytest.mark.field("S13")
def test_a_file_of_certificates_is_told_by_its_name_alone(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    with RunningServer(KIMI_API_KEY="sk-test-1", SSL_CERT_FILE=str(file)) as server:
        for path, body in BODIES.items():
            reply = server.request("POST", path, {**body, "model": "kimi-k2.6"}).body.decode()

            assert "ca.pem" in reply
            assert str(tmp_path) not in reply


@pytest.mark.field("S13")
def test_a_server_on_this_machine_tells_no_clients_where_its_models_lie(
    server: RunningServer, provider: Service
) -> None:
    words = f"failed to load {Path.home()}/models/mine/tiny.gguf"
    failure = json.dumps({"error": {"message": words}}).encode()
    provider.always(answer(failure, status=400, headers={"content-type": "application/json"}))

    for path, body in BODIES.items():
        said = server.request("POST", path, {**body, "model": "kimi-k2.6"}).body.decode()

        assert "failed to load tiny.gguf" in said
        assert str(Path.home()) not in said


TEXTS = {
    "/home/me/work/nbchat.toml: line 3": "nbchat.toml: line 3",
    "~/work/nbchat.toml: line 3": "nbchat.toml: line 3",
    "see '/etc/ssl/certs/ca.pem'": "see 'ca.pem'",
    "C:\\Users\\me\\nbchat.toml: wrong": "nbchat.toml: wrong",
    "https://api.example.com/v1/chat is asked": "https://api.example.com/v1/chat is asked",
    "a/b or 1/2": "a/b or 1/2",
    "nothing is at POST /v1/chat/completions": "nothing is at POST /v1/chat/completions",
}


@pytest.mark.field("S13")
def test_folders_are_taken_out_whole_wherever_the_server_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those with spaces, where a variable names the file, and those within a known one."""
    named = tmp_path / "my own" / "ca.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(named))
    monkeypatch.chdir(tmp_path)
    inner = tmp_path.parent / "projects" / "secret" / "nbchat.toml"

    assert without_places(f"{named} cannot be used") == "ca.pem cannot be used"
    assert without_places(f"{inner}: line 3") == "nbchat.toml: line 3"
    assert without_places(f"{tmp_path}/a/b/nbchat.json is wrong") == "nbchat.json is wrong"


@pytest.mark.field("S13")
@pytest.mark.parametrize("text", TEXTS)
def test_folders_are_taken_out(text: str) -> None:
    assert without_places(text) == TEXTS[text]
