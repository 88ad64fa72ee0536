"""The flags, the variables, and what the command line says."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nbchat.__main__ import main
from nbchat.errors import BadSettings
from nbchat.frontends.server import ServerOptions

from .running import DEADLINE


def test_a_flag_goes_before_a_variable_and_that_before_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NBCHAT_SERVER_PORT", "1")
    monkeypatch.setenv("NBCHAT_SERVER_RATE", "2")
    monkeypatch.setenv("NBCHAT_SERVER_ALLOW_HOST", "a.example b.example:8080")

    options = ServerOptions.of({"port": "3", "rate": None})

    assert (options.port, options.rate, options.concurrency) == (3, 2, 128)
    assert options.allow_host == ("a.example", "b.example:8080")


def test_every_start_makes_up_another_token() -> None:
    first, second = ServerOptions.of({}).token, ServerOptions.of({}).token

    assert first != second
    assert len(first) >= 32
    assert first not in repr(ServerOptions(token=first))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"token": "short"}, "--token: should be at least 8"),
        ({"token": "with a space in it"}, "--token: should be"),
        ({"port": "x"}, "--port: should be a valid integer"),
        ({"port": "70000"}, "--port: should be less than"),
        ({"workers": "0"}, "--workers: should be greater than"),
    ],
)
def test_a_wrong_option_is_named_and_its_value_is_not_repeated(
    given: dict[str, str], says: str
) -> None:
    with pytest.raises(BadSettings) as caught:
        ServerOptions.of(given)

    assert str(caught.value).startswith(says)
    assert given.get("token", "x" * 99) not in str(caught.value)


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBCHAT_SERVER_GRACE", "soon")

    with pytest.raises(BadSettings, match="^NBCHAT_SERVER_GRACE: "):
        ServerOptions.of({})


@pytest.mark.parametrize(
    ("given", "answered", "refused"),
    [
        (
            {},
            {"127.0.0.1:8765", "localhost:8765", "[::1]:8765"},
            {"localhost", "127.0.0.1", "0.0.0.0:8765"},
        ),
        ({"port": 80}, {"localhost", "localhost:80"}, {"localhost:8765"}),
        ({"host": "0.0.0.0"}, {"localhost:8765"}, {"0.0.0.0:8765"}),
        ({"host": "192.168.1.5"}, {"192.168.1.5:8765"}, {"192.168.1.5"}),
        ({"host": "fd00::1"}, {"[fd00::1]:8765"}, {"fd00::1:8765"}),
        (
            {"allow_host": "Chat.example.org"},
            {"chat.example.org", "chat.example.org:8765"},
            {"example.org"},
        ),
        ({"allow_host": "chat.example.org:9"}, {"chat.example.org:9"}, {"chat.example.org"}),
    ],
)
def test_the_names_it_answers_to_are_exact(
    given: dict[str, object], answered: set[str], refused: set[str]
) -> None:
    names = ServerOptions.of(given).names()

    assert answered <= names
    assert not refused & names


# --- the command line ----------------------------------------------------------------------------


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nbchat", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE)


def test_the_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])

    said = capsys.readouterr().out
    assert not [
        name for name in ServerOptions.model_fields if f"--{name.replace('_', '-')} " not in said
    ]
    assert "PydanticUndefined" not in said
    assert "curl -N" in said


def test_the_models_are_listed_usable_ones_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", "sk-never-shown")

    assert main(["models"]) == 0

    lines = capsys.readouterr().out.splitlines()
    states = [line.rpartition("  ")[2] for line in lines[1:]]
    assert states[0] == "ready"
    assert not [state for state in states[states.index("needs GLM_API_KEY") :] if state == "ready"]
    assert any(line.startswith("kimi-k2-thinking ") for line in lines)
    assert "sk-never-shown" not in "".join(lines)


def test_a_mistake_is_one_sentence_and_a_status() -> None:
    ran = run("models", "no-such-thing")

    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr.startswith("nbchat: no model or provider matches 'no-such-thing'.")


def test_listing_models_imports_no_server() -> None:
    code = """if True:
        import sys
        from nbchat.__main__ import main
        main(["models", "demo"])
        print("fastapi" in sys.modules)
    """
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=DEADLINE
    )

    assert ran.stdout.endswith("False\n"), ran.stderr
