"""`%%chat` in a real kernel.

What a person sees, what the provider receives, and what is left when it goes wrong.
"""

from __future__ import annotations

import re
import threading

import pytest

from ...fakes.provider import Service, answer, said, sse
from ...fakes.steps import once
from ...running_kernel import RunningKernel
from ...waiting import until
from .conftest import KEY, plain
from .unhurried import Unhurried, shown

# --- an answer ---------------------------------------------------------------------------------


def test_an_answer_is_painted_while_it_streams_and_leaves_one_output(
    kernel: RunningKernel, kimi: Service
) -> None:
    talk = Unhurried(thought=["hm ", "so"])
    kimi.plays(talk)

    started = kernel.start("%%chat kimi-k2-thinking\nTalk to me")
    seen = kernel.wait_until(started, lambda seen: shown(seen, "word word") >= 6, "painted words")
    talk.end()
    ran = kernel.finish(started, seen)

    assert (ran.status, ran.stderr) == ("ok", "")
    assert len(ran.outputs) == 1
    assert ran.text == "word " * talk.count
    assert "Thinking, 2 words" in plain(ran.html)
    assert "kimi-k2-thinking" in plain(ran.html)
    assert "9 → 12 tokens" in plain(ran.html)


def test_the_waiting_state_shows_before_the_first_byte(
    kernel: RunningKernel, kimi: Service
) -> None:
    may_answer = threading.Event()
    kimi.plays(once(may_answer.is_set, answer(*said("Hi."))))

    started = kernel.start("%%chat kimi-k2.6\nHello")
    first = kernel.wait_for(started, "display_data", 2)[-1]["content"]["data"]["text/html"]
    may_answer.set()
    kernel.finish(started)

    assert re.search(r"kimi-k2\.6 · waiting… \d+ s", plain(first))


def test_the_request_is_what_kimi_expects(kernel: RunningKernel, kimi: Service) -> None:
    kimi.answers(*said("Paris."))
    kimi.answers(*said("Two million."))

    kernel.run("%%chat kimi-k2-thinking --temperature 0.3 --max-tokens 500\nCapital of France?")
    ran = kernel.run("%%chat\nHow many people?")

    first, second = kimi.requests
    assert (first.method, first.path) == ("POST", "/v1/chat/completions")
    assert first.headers["authorization"] == f"Bearer {KEY}"
    body = first.json
    body.pop("prompt_cache_key")
    assert body == {
        "model": "kimi-k2-thinking",
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": 500,
        "messages": [{"role": "user", "content": "Capital of France?"}],
    }
    assert [(m["role"], m["content"]) for m in second.json["messages"]] == [
        ("user", "Capital of France?"),
        ("assistant", "Paris."),
        ("user", "How many people?"),
    ]
    assert ran.text == "Two million."


def test_a_parameter_the_model_refuses_is_left_out_and_said(
    kernel: RunningKernel, kimi: Service
) -> None:
    kimi.answers(*said("Hi."))

    ran = kernel.run("%%chat kimi-k2.6 --temperature 0.3\nHello")

    assert "kimi-k2.6 has a fixed temperature; it was left out." in plain(ran.html)


def test_a_search_is_asked_for_on_the_line_and_is_one_answer(
    kernel: RunningKernel, kimi: Service
) -> None:
    """Two requests to Kimi, whose model calls its own search; the next question holds both."""
    function = {"name": "$web_search", "arguments": '{"id": "s1"}'}
    called = {"index": 0, "id": "call_1", "type": "builtin_function", "function": function}
    chunk = {"delta": {"content": "Let me look.", "tool_calls": [called]}}
    kimi.answers(sse({"choices": [{"index": 0, **chunk, "finish_reason": "tool_calls"}]}))
    kimi.answers(*said("It is blue.", usage=(29, 15)))
    kimi.always(answer(*said("Yes.")))
    kernel.run("%chat reset")

    ran = kernel.run("%%chat kimi-k2.6 --search\nWhich colour?")
    seen = plain(ran.html)
    kernel.run("%%chat\nSure?")
    first, second, third = (request.json for request in kimi.requests)

    assert ran.status == "ok"
    assert len(ran.outputs) == 1
    assert ran.text == "Let me look.\n\nIt is blue."
    assert "$web_search" not in seen
    assert "29 → 15 tokens" in seen
    assert first["tools"] == [{"type": "builtin_function", "function": {"name": "$web_search"}}]
    assert second["messages"][-1]["content"] == '{"id": "s1"}'
    assert [m["role"] for m in third["messages"]] == [
        *("user", "assistant", "tool", "assistant", "user")
    ]
    assert "tools" not in third


def test_where_there_is_no_search_the_cell_says_so(kernel: RunningKernel, kimi: Service) -> None:
    ran = kernel.run("%%chat demo --search --fresh\nHello")

    assert "demo has no web search of its own; it was left out." in plain(ran.html)
    assert kimi.requests == []


def test_live_and_static_leave_the_same_bytes(kernel: RunningKernel, kimi: Service) -> None:
    kimi.always(
        answer(
            *said("# Title\n\n", "| a |\n|---|\n| 1 |\n\n", "$x^2$ **bold**", thought=["hm"]),
            gap=0.02,
        )
    )

    live = kernel.run("%%chat kimi-k2.6 --fresh\nHello")
    static = kernel.run("%%chat kimi-k2.6 --fresh\nHello", watched=False)

    assert live.outputs[0]["data"] == static.outputs[0]["data"]
    assert live.repaints > static.repaints == 1
    assert [m for m in static.messages if m["header"]["msg_type"] == "clear_output"] == []


def test_hostile_text_stays_text(kernel: RunningKernel, kimi: Service) -> None:
    kimi.plays(
        answer(
            *said(
                "<script>alert(1)</scr", "ipt><img src=x onerror=alert(1)> ![x](https://evil/?q=1)"
            ),
            gap=0.05,
        )
    )

    ran = kernel.run("%%chat kimi-k2.6\nHello")

    for message in ran.messages:
        html = message["content"].get("data", {}).get("text/html", "")
        assert not re.search(r"<(script|img|iframe|object|link)\b", html)
        assert not re.search(r"\son\w+\s*=\s*[\"']", html)


def test_variables_are_inserted_and_the_footer_says_so(
    kernel: RunningKernel, kimi: Service
) -> None:
    kimi.always(answer(*said("Yes.")))
    kernel.run("city = 'Lisbon'; x = '{city}'")

    ran = kernel.run(
        '%%chat kimi-k2.6\nIs {city} in {"json": 1} or {unknown} or {x}?\n```\n{city}\n```'
    )
    asked = kimi.requests[-1].json["messages"][-1]["content"]
    kernel.run("%%chat kimi-k2.6 --raw --fresh\nIs {city}?")

    assert asked == 'Is Lisbon in {"json": 1} or {unknown} or {city}?\n```\n{city}\n```'
    line = "sent city (~2 tokens), x (~2 tokens), {unknown} as typed: there is no variable unknown"
    assert line in plain(ran.html)
    assert kimi.requests[-1].json["messages"][-1]["content"] == "Is {city}?"


def test_system_and_name_belong_to_a_conversation(kernel: RunningKernel, kimi: Service) -> None:
    kimi.always(answer(*said("Yes.")))

    kernel.run("%%chat kimi-k2.6 --name other --system 'Be brief.'\nOne")
    kernel.run("%%chat kimi-k2.6 --name other\nTwo")
    kernel.run("%%chat kimi-k2.6\nThree")

    roles = [[m["role"] for m in r.json["messages"]] for r in kimi.requests]
    assert roles == [["system", "user"], ["system", "user", "assistant", "user"], ["user"]]


def test_a_rerun_cell_replaces_its_own_question(kernel: RunningKernel, kimi: Service) -> None:
    kimi.always(answer(*said("Yes.")))

    kernel.run("%%chat kimi-k2.6\nOne", cell="a")
    kernel.run("%%chat kimi-k2.6\nTwo", cell="b")
    kernel.run("%%chat kimi-k2.6\nTwo, better", cell="b")

    assert [m["content"] for m in kimi.requests[-1].json["messages"]] == [
        "One",
        "Yes.",
        "Two, better",
    ]


# --- when it goes wrong -------------------------------------------------------------------------


def test_an_error_fails_the_cell_in_two_lines_without_a_key(
    kernel: RunningKernel, kimi: Service
) -> None:
    kimi.answers(f'{{"error":{{"message":"Invalid key {KEY}"}}}}'.encode(), status=401)

    ran = kernel.run("%%chat kimi-k2.6\nHello")

    assert ran.status == "error"
    assert len(ran.error.split("\n")) == 2
    assert "KIMI_API_KEY" in ran.error
    assert ran.error.split("\n")[-1] == (
        'import os, getpass; os.environ["KIMI_API_KEY"] = getpass.getpass()'
    )
    assert KEY not in str(ran.messages)
    assert len(ran.outputs) == 1


@pytest.mark.field("look 11")
def test_what_sets_a_key_stands_on_a_line_of_its_own(kernel: RunningKernel) -> None:
    shown = kernel.run("%%chat glm-4\nHi").error.split("\n")

    assert len(shown) == 2
    assert "Zhipu AI / Z.ai (GLM) needs GLM_API_KEY" in shown[0]
    assert shown[1] == 'import os, getpass; os.environ["GLM_API_KEY"] = getpass.getpass()'


@pytest.mark.parametrize(
    "cell", ["%%chat --help", "%%chat demo --help", "%%chat demo -h\nHi", "%%chat help", "%%chat ?"]
)
def test_a_cell_that_asks_for_help_gets_it_and_asks_nothing(
    kernel: RunningKernel, cell: str
) -> None:
    ran = kernel.run(cell)

    assert ran.status == "ok", ran.error
    assert ran.text.startswith("Ask a language model.")
    assert kernel.run("print(__import__('nbchat').chat().turns)").text == "[]\n"


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("%%chat kimi-k2-thinkng\nHi", "Did you mean 'kimi-k2-thinking'"),
        ("%%chat glm-4\nHi", "Zhipu AI / Z.ai (GLM) needs GLM_API_KEY"),
        ("%%chat demo --temperature 9\nHi", "from 0 to 2"),
        ("%%chat demo\n   ", "there is no question. Write one into the cell"),
        ("%%chat demo", "there is no question. Write one into the cell"),
        ("%%chat demo tell me a joke", "'tell me a joke' does not belong on the %%chat line"),
        ("%chat what is a mean", "To ask:\n%chat ask what is a mean"),
        ("%chat What is a mean?", "To ask:\n%chat ask What is a mean?"),
        ("%chat demo Hi", "To ask demo, with the question below it:\n%%chat demo"),
        ("%chat modles", "Did you mean 'models'?"),
        ("%chat use kimi", "'kimi' is a provider. Name a model of it, such as kimi-k2.6"),
        ("%chat --key sk-123456", "a key is never an argument"),
        ("%%chat demo --api-key=sk-123456\nHi", "a key is never an argument"),
        ("%chat nonsense", "no command 'nonsense'"),
        ("%chat goto 1", "nothing has been asked yet"),
        ("%chat export talk.md", "nothing has been asked yet"),
    ],
)
def test_a_wrong_line_says_what_to_do(kernel: RunningKernel, cell: str, words: str) -> None:
    ran = kernel.run(cell)

    assert ran.status == "error"
    assert words in ran.error
    assert len(ran.error.split("\n")) <= 2
    assert kernel.run("1 + 1").status == "ok"


def test_a_hidden_kind_of_error_shows_the_name_people_can_catch(kernel: RunningKernel) -> None:
    kernel.run(
        "import os; os.environ.update(KIMI_API_KEY='k', KIMI_BASE_URL='https://nowhere.invalid/v1')"
    )

    ran = kernel.run("%%chat kimi-k2.6\nHi")

    assert re.search(
        r"UnknownHost\S*: Moonshot AI \(Kimi\) cannot be reached: unknown host nowhere.invalid",
        ran.error,
    )


def test_a_broken_answer_is_shown_kept_and_fails_the_cell(
    kernel: RunningKernel, kimi: Service
) -> None:
    kimi.answers(*said("Half of it")[:-3])
    kimi.answers(*said("Whole."))

    ran = kernel.run("%%chat kimi-k2.6\nTell me")
    kernel.run("%%chat\nGo on")

    assert ran.status == "error"
    assert "broke off after 10 characters" in ran.error
    assert [o.get("output_type", "data" in o) for o in ran.outputs] == [True, False]
    assert [m["content"] for m in kimi.requests[-1].json["messages"]] == [
        "Tell me",
        "Half of it",
        "Go on",
    ]


def test_an_interrupt_keeps_the_partial_answer_and_leaves_the_kernel_ready(
    kernel: RunningKernel, kimi: Service
) -> None:
    kimi.plays(Unhurried())
    kimi.answers(*said("Fine."))

    started = kernel.start("%%chat kimi-k2.6\nTalk")
    kernel.wait_until(started, lambda seen: shown(seen, "word word"), "words")
    kernel.interrupt()
    ran = kernel.finish(started)
    after = kernel.run("%%chat\nGo on")

    assert ran.status == "error"
    assert re.search(r"Interrupted.*stopped after \d+ characters; kept", ran.error)
    assert len(ran.error.split("\n")) == 1
    text = ran.outputs[0]["data"]["text/plain"]
    assert text.startswith("word word")
    assert after.text == "Fine."
    sent_back = kimi.requests[-1].json["messages"][1]
    assert (sent_back["role"], sent_back["content"]) == ("assistant", text)
    assert kimi.left(1, within=60)
    assert ran.stderr == after.stderr == ""


def test_an_interrupt_of_a_silent_server_ends_the_cell(
    kernel: RunningKernel, kimi: Service
) -> None:
    kimi.plays(answer(hold=60))

    started = kernel.start("%%chat kimi-k2.6\nTalk")
    until(lambda: len(kimi.requests) == 1)
    kernel.interrupt()
    kernel.interrupt()
    ran = kernel.finish(started)

    assert "stopped before the first word; nothing was kept" in ran.error
    assert kernel.run("len(__import__('nbchat').chat().turns)").text == "0"
