"""Which values are keys, and how they are found wherever they stand."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Callable
from urllib.parse import quote

import pytest

import nbchat
from nbchat import NbchatError, known_keys
from nbchat.known_keys import Mask, is_key

KEY = 'sk-canary-7Qv/3xY+9Zt_K2mW8pLr4NbD6"é'
PLAIN = "0f9Ab3c8d7E6f5a4b3c2d1e0"

pytestmark = pytest.mark.field("T6")


@pytest.mark.parametrize(
    "value", [KEY, PLAIN, "sk-123456789", "a1b2c3d4-e5f6-7890", "0" * 8 + "1a2b3c"]
)
def test_a_long_value_is_a_key(value: str) -> None:
    assert is_key(value)


@pytest.mark.parametrize(
    "value",
    [
        *("", "ollama", "EMPTY", "sk-short", "lm-studio", "none", "your-api-key", "not-needed"),
        *("your_api_key_here", "YOUR_OPENAI_API_KEY", "sk-no-key-required", "<put it in here>"),
        *("sk-xxxxxxxxxxxxxxxx", "sk-...............", "000000000000000", "my-api-key-placeholder"),
        *("insert-your-key-1", "dummy-api-key", "test-api-key", "change-me-12345"),
    ],
)
def test_a_placeholder_is_no_key(value: str) -> None:
    assert not is_key(value)


def test_a_key_is_found_however_it_is_written() -> None:
    mask = Mask({KEY: "KIMI_API_KEY"})
    data = KEY.encode()
    ways = [
        KEY,
        json.dumps(KEY),
        json.dumps(KEY, ensure_ascii=False).replace("/", "\\/"),
        repr({"key": KEY}),
        quote(KEY, safe=""),
        data.hex(),
        *(b64encode(b"user:"[:n] + data + b"!").decode() for n in range(5)),
    ]

    for way in ways:
        hidden = mask.hide(f"<{way}>")
        assert "[KIMI_API_KEY]" in hidden, way
        assert len(hidden) < 40, hidden
    assert KEY not in repr(mask)


def test_the_json_of_a_tool_call_stays_json() -> None:
    mask = Mask({KEY: "KIMI_API_KEY"})
    value = {"env": {"a": [KEY, 1, None]}, f"{KEY}": "x", "n": 1.5}

    assert mask.hide_in(value) == {
        "env": {"a": ["[KIMI_API_KEY]", 1, None]},
        "[KIMI_API_KEY]": "x",
        "n": 1.5,
    }
    same = {"a": [1, "b"]}
    assert mask.hide_in(same) is same


def test_a_text_without_a_key_is_the_same() -> None:
    assert Mask({KEY: "A"}).hide("sk-canary is a bird") == "sk-canary is a bird"
    assert Mask({}).hide(KEY) == KEY
    assert Mask({}).start_in(KEY) == len(KEY)


def test_the_longer_of_two_keys_that_begin_alike_is_masked_whole() -> None:
    mask = Mask({PLAIN: "SHORT", f"{PLAIN}-9d8e": "LONG"})

    assert mask.hide(f"{PLAIN}-9d8e {PLAIN}") == "[LONG] [SHORT]"


def test_the_keys_of_the_environment_are_known_as_they_are_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("KIMI_API_KEY", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD", "HF_TOKEN")
    for number, name in enumerate(names):
        monkeypatch.setenv(name, f"{PLAIN}-{number}")
        assert known_keys.hide(f"it is {PLAIN}-{number}.") == f"it is [{name}]."
    monkeypatch.setenv("KIMI_API_KEY", f"{PLAIN}-changed")
    monkeypatch.delenv("HF_TOKEN")

    assert known_keys.hide(f"{PLAIN}-changed") == "[KIMI_API_KEY]"
    assert known_keys.hide(f"{PLAIN}-0 {PLAIN}-4") == "[KIMI_API_KEY] [HF_TOKEN]"


def test_a_variable_that_only_a_row_names_holds_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIGEON_SEED", f"{PLAIN}-seed")
    assert known_keys.hide(f"{PLAIN}-seed") == f"{PLAIN}-seed"

    known_keys.watch(["PIGEON_SEED"])

    assert known_keys.hide(f"{PLAIN}-seed") == "[PIGEON_SEED]"


def test_every_key_that_is_set_is_masked_however_many_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", f"{PLAIN}-kimi")
    for number in range(130):
        monkeypatch.setenv(f"S{number}_TOKEN", f"{number:03}{PLAIN}-token")
    known_keys.keys()
    for number in range(2 * known_keys.MOST):
        known_keys.remember(f"{number:03}{PLAIN}-argument")

    assert known_keys.hide(f"{PLAIN}-kimi") == "[KIMI_API_KEY]"
    for number in range(130):
        assert known_keys.hide(f"{number:03}{PLAIN}-token") == f"[S{number}_TOKEN]"
    assert known_keys.hide(f"199{PLAIN}-argument") == "[api_key]"
    assert known_keys.hide(f"000{PLAIN}-argument") == f"000{PLAIN}-argument"


@pytest.mark.parametrize(
    "value",
    [
        *("configuration", "internationalization", "Europe/Berlin", "America/Argentina/Salta"),
        *("/home/user/data", "/run/user/1000", "~/.cache/hf/token", "C:\\Users\\me\\key.pem"),
        *("localhost12345", "http://localhost:8888", "http://127.0.0.1:11434/v", "./keys/mine.pem"),
    ],
)
def test_a_word_a_path_or_an_address_of_this_machine_is_no_key(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_TOKEN", value)

    assert known_keys.hide(f"what is {value}?") == f"what is {value}?"


HELD = {
    "OPENAI_API_KEY_2": "proj.9f8e7d6c5b4a32",
    "MISTRAL_API_KEY1": "0f9e8d7c6b5a4939",
    "OPENAI_KEY": "abcde12345fghij",
    "SSH_AUTH_KEY": "abcdefabcdef12345",
    "PGPASSWORD": "correct-horse-staple",
    "DB_PASS": "Abcdefgh-ijkl",
    "GH_PAT": "ghp_abcdefghijklmnop123456",
    "AWS_ACCESS_KEY_ID": "AKIAABCDEFGHIJKLMNOP",
    "SOMETHING": "sk-ant-api03-9f8e7D6c5B4a",
    "AWS_SECRET_ACCESS_KEY": "/alrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "JUPYTER_TOKEN": "qWxkzPtLmNbvRsTy",
}


@pytest.mark.parametrize("name", HELD)
def test_a_key_is_known_by_what_people_call_its_variable_or_by_its_shape(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, HELD[name])

    assert known_keys.hide(f"it is {HELD[name]}.") == f"it is [{name}]."


@pytest.mark.parametrize("password", ["hunter2secretpw", "hunter2"])
def test_the_password_in_an_address_is_a_key(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgres://user:{password}@db.example/shop")

    shown = known_keys.hide(f"postgres://user:{password}@db.example/shop")

    assert password not in shown
    assert shown.endswith("/shop")


@pytest.mark.parametrize(
    ("name", "value"), [("CACHE_KEY", "linux-python-wheels"), ("OLDPWD", "/work/0f9Ab3c8d7E6f5a4")]
)
def test_what_only_may_be_a_key_is_one_where_it_is_random(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    assert known_keys.hide(value) == value


WRONG = {
    "the model": lambda key: nbchat.ask(key, "Hi"),
    "a model of a provider": lambda key: nbchat.ask(f"openai:{key}", "Hi"),
    "the question for the model": lambda key: nbchat.ask("Hi", key),
    "a number": lambda key: nbchat.ask("demo", "Hi", temperature=key),
    "a level": lambda key: nbchat.ask("demo", "Hi", thinking=key),
    "an option": lambda key: nbchat.ask("demo", "Hi", **{key: 1}),
    "a wire format": lambda key: nbchat.ask("demo", "Hi", wire=key),
    "a base URL": lambda key: nbchat.ask("kimi-k2.6", "Hi", base_url=f"https://{key} /v1"),
    "a role": lambda key: nbchat.ask("demo", [nbchat.Message(key, "Hi")]),
    "a tool": lambda key: nbchat.ask("demo", "Hi", tool_choice=key),
    "a list of models": lambda key: nbchat.models(live=key),
    "a provider": lambda key: nbchat.get_model_type(key),
    "a turn": lambda key: nbchat.chat().goto(key),
    "an export": lambda key: nbchat.chat().export(f"/nowhere/{key}.md"),
    "an error of a wrapper's own": lambda key: _raise(NbchatError(f"it was {key}")),
}


def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("place", WRONG)
@pytest.mark.parametrize(
    "key", [f"{PLAIN}-wrong", f"{PLAIN}{PLAIN[::-1]}-longer-than-what-is-shown"]
)
def test_an_error_does_not_repeat_a_key(
    place: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", key)

    with pytest.raises(NbchatError) as raised:
        WRONG[place](os.environ["KIMI_API_KEY"])

    error = raised.value
    shown = "\n".join([str(error), repr(error), repr(error.args), *error._render_traceback_()])
    assert key[:20] not in shown


@pytest.mark.parametrize(
    "ask",
    [
        lambda key: nbchat.ask(key, "Hi"),
        lambda key: nbchat.ask(key, "demo"),
        lambda key: nbchat.ask(f"{key}:x", "Hi"),
        lambda key: nbchat.ask(f"nobody:{key}", "Hi"),
        lambda key: nbchat.ask(f"{key}/x", "Hi"),
        lambda key: nbchat.models(live=key),
    ],
)
def test_a_name_that_looks_like_a_key_is_not_repeated(ask: Callable[[str], object]) -> None:
    with pytest.raises(NbchatError, match="looks like a key") as raised:
        ask("sk-ant-api03-1q2W3e4R5t6Y")

    assert "1q2W3e4R5t6Y" not in str(raised.value)


def test_of_a_short_key_half_may_stand_in_an_error_and_no_more() -> None:
    """A word that begins as a key does is no key; most of a key is one."""
    mask = Mask({"sk-4dG7hQ2xW9p": "KIMI_API_KEY"})

    assert mask.hide_cut("no model 'sk-4dG7'") == "no model 'sk-4dG7'"
    assert mask.hide_cut("no model 'sk-4dG7h'") == "no model '[KIMI_API_KEY]'"
