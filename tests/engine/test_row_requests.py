"""What is settled once for all rows of a map: each is sent as it would be by itself."""

from __future__ import annotations

import pytest

from nbchat import known_keys
from nbchat.engine.prepare import PreparedRequest, prepare
from nbchat.engine.row_requests import RowRequests
from nbchat.keys import Secret
from nbchat.messages import Image, Message
from nbchat.options import Options
from nbchat.settings import Settings
from nbchat.streams import Pacing, SourceOptions

KEY = "sk-4dG7hQ2xW9pLrow"
PNG = b"\x89PNG\r\n\x1a\n"
ROWS = Pacing(is_patient=True)
MODELS = ("openai:gpt-4o", "anthropic:claude-opus-5", "gemini:gemini-3.8-flash", "ollama:qwen3")


def options() -> SourceOptions:
    return {
        "pacing": ROWS,
        "api_key": Secret(KEY),
        "system": "Be brief.",
        "max_tokens": 9,
        "schema": {"type": "object", "properties": {"a": {"type": "integer"}}},
        "cache_key": "map",
    }


def alone(settings: Settings, model: str, words: object, given: SourceOptions) -> PreparedRequest:
    return prepare(settings, model, words, Options.of(given))  # type: ignore[arg-type]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "words",
    ["Is this spam? Hi", [Message("user", ["Is this spam? ", "Hi"])], "a\u0000\ud800 {x}"],
    ids=["a text", "two parts", "odd characters"],
)
def test_a_later_row_is_sent_as_it_would_be_by_itself(model: str, words: object) -> None:
    settings, given, rows = Settings.load(), options(), RowRequests()
    first, context = rows.request(settings, model, "the first", given)

    second, same_context = rows.request(settings, model, words, given)  # type: ignore[arg-type]

    expected = alone(settings, model, words, given)
    assert second.call.encoded() == expected.call.encoded()
    assert second.ask == expected.ask
    assert (second.notices, second.masked) == (expected.notices, expected.masked)
    assert {**second.headers(), "idempotency-key": ""} == {
        **expected.headers(),
        "idempotency-key": "",
    }
    assert second.id not in (first.id, expected.id)
    assert same_context is context


def test_a_key_in_one_row_is_masked_and_told_of_that_row_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    settings, given, rows = Settings.load(), options(), RowRequests()
    known_keys.current()

    told = [
        rows.request(settings, MODELS[0], words, given)[0]
        for words in (f"mine is {KEY}", "harmless", f"again {KEY}")
    ]

    assert [bool(request.masked) for request in told] == [True, False, True]
    assert not any(KEY.encode() in request.call.encoded() for request in told)


def test_what_differs_besides_the_words_is_settled_anew() -> None:
    settings, given, rows = Settings.load(), options(), RowRequests()
    rows.request(settings, MODELS[0], "the first", given)

    for changed in (
        {**given, "system": "Be long."},
        {**given, "max_tokens": 10},
        {**given, "top_p": 0.5},
        {name: value for name, value in given.items() if name != "system"},
    ):
        request, _ = rows.request(settings, MODELS[0], "next", changed)  # type: ignore[arg-type]
        expected = alone(settings, MODELS[0], "next", changed)  # type: ignore[arg-type]
        assert request.call.body == expected.call.body
    request, _ = rows.request(settings, MODELS[1], "next", given)
    assert request.route.model.sent_id == "claude-opus-5"


@pytest.mark.parametrize(
    "messages",
    [
        [Message("system", "Rhyme."), Message("user", "Hi")],
        [Message("user", [Image(PNG), "What is this?"])],
        [Message("user", "Hi"), Message("assistant", "Ho"), Message("user", "?")],
    ],
    ids=["a system message", "a picture", "a conversation"],
)
def test_what_is_more_than_the_users_words_is_prepared_as_a_whole(
    messages: list[Message],
) -> None:
    settings, given, rows = Settings.load(), options(), RowRequests()
    rows.request(settings, MODELS[0], "the first", given)

    request, _ = rows.request(settings, MODELS[0], messages, given)

    expected = alone(settings, MODELS[0], messages, given)
    assert request.call.encoded() == expected.call.encoded()
