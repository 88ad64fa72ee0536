"""What is sent holds no key: not in a question, not in a file, not in what was said before."""

from __future__ import annotations

import base64
import json
import re
import textwrap
import traceback
from collections.abc import Callable

import pandas as pd
import pytest
from IPython.core.ultratb import VerboseTB

import nbchat
from nbchat import File, Message, NbchatError, ToolCall
from nbchat.context.expand import expand
from nbchat.context.values import LONGEST_VALUE
from nbchat.known_keys import Mask
from nbchat.masked_parts import mask_message

from .fakes.provider import Service, answer, said, sse

KEY = "sk-canary-7Qv/3xY+9Zt_K2mW8pLr4NbD6"
MASK = Mask({KEY: "KIMI_API_KEY"})

pytestmark = pytest.mark.field("T6")


@pytest.fixture(autouse=True)
def kimi(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    service.always(answer(*said("Fine.")))


def body(service: Service) -> str:
    return json.dumps(service.requests[-1].json, ensure_ascii=False)


def test_what_is_sent_holds_no_key(service: Service) -> None:
    call = ToolCall("1", "look", {"env": KEY}, json.dumps({"env": KEY}))
    messages = [
        Message("user", ["It is", KEY, "."]),
        Message("assistant", f"{KEY}?", thought=f"so {KEY}", tool_calls=[call]),
        Message("tool", f"KEY={KEY}", tool_call_id="1", name="look"),
        Message("user", "And now?"),
    ]

    told = nbchat.ask("kimi-k2.6", messages, system=f"The key is {KEY}.")

    assert KEY not in body(service)
    assert body(service).count("[KIMI_API_KEY]") >= 4
    assert told.notices == ["1 key masked in what was sent."]
    assert service.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    assert call.arguments == {"env": KEY}


def test_a_file_of_text_is_sent_without_the_key_and_a_picture_as_it_is() -> None:
    text = File(f"KIMI_API_KEY={KEY}\n\xff".encode("latin-1"), "text/plain", f"{KEY}.env")
    picture = nbchat.Image(KEY.encode(), "image/png")
    message = mask_message(Message("user", ["Why?", text, picture]), MASK, {})

    words, file, image = message.content
    assert words == "Why?"
    assert isinstance(file, File)
    assert file.data == b"KIMI_API_KEY=[KIMI_API_KEY]\n\xff"
    assert file.name == "[KIMI_API_KEY].env"
    assert image is picture


def test_the_options_are_sent_without_keys(service: Service) -> None:
    service.always(answer(*said('{"key": "none"}')))
    schema = {"type": "object", "properties": {"key": {"type": "string", "default": KEY}}}
    tool = nbchat.Tool("look", f"Looks with {KEY}", schema)
    options = {"schema": schema, "tools": [tool], "stop": [KEY], "extra": {"user": KEY}}

    told = nbchat.ask("kimi-k2.6", "Hi", system=f"It is {KEY}.", **options)

    assert KEY not in body(service)
    assert body(service).count("[KIMI_API_KEY]") >= 5
    assert "1 key masked in what was sent." in told.notices
    assert schema["properties"]["key"]["default"] == tool.parameters["properties"]["key"]["default"]
    assert tool.description.endswith(KEY)


def test_a_picture_made_of_text_is_sent_without_the_key() -> None:
    drawn = nbchat.Image(f"<svg><text>{KEY}</text></svg>".encode(), "image/svg+xml")
    message = mask_message(Message("user", [drawn]), MASK, {})

    assert message.content == [
        nbchat.Image(b"<svg><text>[KIMI_API_KEY]</text></svg>", "image/svg+xml")
    ]


def test_the_id_of_a_call_is_masked_as_that_of_its_result_is(service: Service) -> None:
    function = {"name": "look", "arguments": "{}"}
    call = {"index": 0, "id": f"call_{KEY}", "type": "function", "function": function}
    delta = {"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}
    service.always(answer(sse(delta, end)))
    tool = nbchat.Tool("look")

    told = nbchat.ask("kimi-k2.6", "Hi", tools=[tool])
    result = Message("tool", "seen", tool_call_id=f"call_{KEY}", name="look")
    asked = Message("assistant", tool_calls=[ToolCall(f"call_{KEY}", "look", {}, "{}")])
    nbchat.ask("kimi-k2.6", [Message("user", "Hi"), asked, result], tools=[tool])

    assert told.tool_calls[0].id == "call_[KIMI_API_KEY]"
    assert KEY not in repr(told.tool_calls)
    assert KEY not in body(service)
    assert body(service).count("call_[KIMI_API_KEY]") == 2


def test_the_name_of_a_conversation_holds_no_key() -> None:
    chat = nbchat.chat(f"about {KEY}")

    assert chat.name == "about [KIMI_API_KEY]"
    assert nbchat.chat(f"about {KEY}") is chat


def test_a_message_without_a_key_is_the_same_object() -> None:
    call = ToolCall("1", "look", {"x": 1}, '{"x": 1}')
    for message in (
        Message("user", ["Hi", nbchat.Image(b"..", "image/png")]),
        Message("assistant", "Hi", "hm", [call]),
        Message("assistant", "Hi", "hm", (call,)),
    ):
        assert mask_message(message, MASK, {}) is message


def test_a_conversation_remembers_and_stores_the_mask(service: Service) -> None:
    chat = nbchat.chat("masked")
    chat.system, chat.title = f"Use {KEY}.", f"About {KEY}"
    chat.ask([f"my key is {KEY}", nbchat.Image(b"..", "image/png")], "kimi-k2.6")

    assert (chat.system, chat.title) == ("Use [KIMI_API_KEY].", "About [KIMI_API_KEY]")
    assert chat.turns[0].question.text == "my key is [KIMI_API_KEY]"
    assert chat.turns[0].inserted == ("the question (1 key masked)",)
    assert chat.turns[0].answer.notices == []
    assert KEY not in body(service)


def test_values_are_put_in_without_keys() -> None:
    env = {"PATH": "/bin", "KIMI_API_KEY": KEY, "basic": base64.b64encode(KEY.encode()).decode()}
    prompt = expand("{env} {key} {x}", {"env": env, "key": KEY, "x": 7})

    assert prompt.text == "env [KIMI_API_KEY] 7"
    assert "'KIMI_API_KEY': '[KIMI_API_KEY]'" in prompt.blocks["env"]
    assert "'basic': '[KIMI_API_KEY]" in prompt.blocks["env"]
    assert KEY not in prompt.blocks["env"]
    assert prompt.inserted[0].startswith("env (3 items, 1 key masked, ")
    assert prompt.inserted[1].startswith("key (1 key masked, ")


def test_a_key_at_the_cut_of_a_long_value_is_not_cut_in_two() -> None:
    prompt = expand("{log}", {"log": "x" * (LONGEST_VALUE - 20) + KEY + "y" * 99})

    assert "sk-canary" not in prompt.blocks["log"]
    assert "x" * (LONGEST_VALUE - 20) + "[KIMI_API_KEY]" in prompt.blocks["log"]


def test_a_key_behind_the_cut_is_not_moved_up_by_those_before_it() -> None:
    prompt = expand("{log}", {"log": f"{KEY}," * LONGEST_VALUE})

    assert "sk-canary" not in prompt.blocks["log"]


def test_a_table_is_sent_without_keys() -> None:
    frame = pd.DataFrame({"name": ["a", "b"], "value": [KEY, "1"]})
    prompt = expand("{frame}", {"frame": frame})

    assert KEY not in prompt.blocks["frame"]
    assert "[KIMI_API_KEY]" in prompt.blocks["frame"]
    assert "1 key masked" in prompt.inserted[0]


def test_the_frames_of_a_wrong_call_do_not_hold_what_was_given() -> None:
    def call() -> None:
        nbchat.ask(KEY, "Hi")

    with pytest.raises(NbchatError) as raised:
        call()

    error = raised.value
    inside = error.__traceback__.tb_next.tb_next
    printed = VerboseTB(theme_name="nocolor").text(type(error), error, inside)
    assert KEY not in printed
    assert KEY not in "".join(traceback.format_exception(error))


LONG_KEY = "sk-proj-" + "Ab3dEfG7hIjKlM0pQrStUvWxYz12" * 5
SHORTENED: dict[str, Callable[[], object]] = {
    "a series in a text": lambda: str({"env": pd.Series({"OPENAI": LONG_KEY})}),
    "a table in a text": lambda: str({"env": pd.DataFrame({"key": [LONG_KEY]})}),
    "a match": lambda: re.match(".*", LONG_KEY),
    "wrapped lines": lambda: textwrap.fill(LONG_KEY, 40).splitlines()[0],
    "a slice": lambda: LONG_KEY[:60],
}


@pytest.mark.parametrize("what", SHORTENED)
def test_a_key_that_a_value_shows_shortened_is_masked(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", LONG_KEY)

    prompt = expand("{value}", {"value": SHORTENED[what]()})

    text = "".join([prompt.text, *prompt.blocks.values()])
    assert LONG_KEY[:17] not in text
    assert "[OPENAI_API_KEY]" in text
    assert "1 key masked" in prompt.inserted[0]
