"""`%%chat --show`: what would be sent, to the byte, and nothing sent."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from nbchat.attachments import Image
from nbchat.frontends.notebook.show_request import body_text

from ...fakes.provider import Request, Service, answer, said, sse
from ...pictures import png
from ...running_kernel import Ran, RunningKernel

pytestmark = pytest.mark.field("N1")

KEY = "sk-canary-0123456789abcdef"
BODY = re.compile(r"\[The body as it would be posted: [\d,.]+ \w+ of JSON\]\n")
LONG = 40  # lines


def words_of(wire: str, words: str) -> bytes:
    """An answer of these words in each format."""
    match wire:
        case "openai-chat":
            return b"".join(said(words))
        case "openai-responses":
            item = {
                "type": "message",
                "role": "assistant",
                "id": "m",
                "status": "completed",
                "content": [{"type": "output_text", "text": words, "annotations": []}],
            }
            done = {"id": "r", "status": "completed", "output": [item]}
            return sse(
                {
                    "type": "response.output_text.delta",
                    "output_index": 0,
                    "content_index": 0,
                    "item_id": "m",
                    "delta": words,
                },
                {"type": "response.output_item.done", "output_index": 0, "item": item},
                {"type": "response.completed", "response": done},
                done=False,
            )
        case "anthropic-messages":
            return sse(
                {"type": "message_start", "message": {"id": "m", "role": "assistant"}},
                {
                    "type": "content_block_start",
                    "index": 0,
                    "content_block": {"type": "text", "text": ""},
                },
                {
                    "type": "content_block_delta",
                    "index": 0,
                    "delta": {"type": "text_delta", "text": words},
                },
                {"type": "content_block_stop", "index": 0},
                {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
                {"type": "message_stop"},
                done=False,
            )
        case "gemini":
            content = {"role": "model", "parts": [{"text": words}]}
            return sse({"candidates": [{"content": content, "finishReason": "STOP"}]}, done=False)
        case _:
            message = {"role": "assistant", "content": words}
            return json.dumps({"message": message, "done": True, "done_reason": "stop"}).encode()
    raise AssertionError(wire)


FORMATS = {  # the model, the provider, and the path of its address
    "openai-chat": ("kimi-k2.6", "KIMI", "/v1"),
    "openai-responses": ("openai:gpt-5", "OPENAI", "/v1"),
    "anthropic-messages": ("anthropic:claude-sonnet-4-5", "ANTHROPIC", ""),
    "gemini": ("gemini:gemini-2.5-flash", "GEMINI", ""),
    "ollama": ("ollama:llava", "OLLAMA", ""),
}


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with Service() as service:
        yield service


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory, service: Service) -> Iterator[RunningKernel]:
    with RunningKernel(tmp_path_factory.mktemp("show")) as kernel:
        kernel.run(
            "%load_ext nbchat\nimport os, nbchat, pandas\nos.environ['NBCHAT_HISTORY'] = 'off'\n"
            f"picture = nbchat.Image({png()!r} + bytes(300))\n"
            f"df = pandas.DataFrame({{'a': range({LONG}), 'b': ['<b>é'] * {LONG}}})\n"
            "from nbchat import runtime\nfrom nbchat.context.question import Composed\n"
            "from nbchat.frontends.notebook.arguments import MagicArguments\n"
            "from nbchat.frontends.notebook.show_request import show_request\n"
            "question = Composed(['Look, please.\\n  <i>  ', '\\n\\nx\\u200b', picture], ['x'])"
        )
        yield kernel


def set_up(kernel: RunningKernel, service: Service, wire: str) -> str:
    model, name, path = FORMATS[wire]
    names = {f"{name}_BASE_URL": f"{service.url}{path}"}
    names |= {} if wire == "ollama" else {f"{name}_API_KEY": KEY}
    kernel.run(f"os.environ.update({names!r})\n%chat switch {wire}")
    return model


def posted(service: Service) -> list[Request]:
    return [one for one in service.requests if one.method == "POST"]


def shown(ran: Ran) -> str:
    (output,) = ran.outputs
    return str(output["data"]["text/plain"])


@pytest.mark.parametrize("wire", FORMATS)
def test_what_is_shown_is_what_is_then_sent(
    kernel: RunningKernel, service: Service, wire: str
) -> None:
    """After two turns with a system prompt: a table in the words, and a picture beside them."""
    model = set_up(kernel, service, wire)
    headers = {"content-type": "application/json"} if wire == "ollama" else None

    def answer_next(words: str) -> None:
        service.plays(answer(words_of(wire, words), headers=headers))

    for words in ("One & two.", "Three “four”."):
        answer_next(words)
        ran = kernel.run(f'%%chat {model} --system "Be brief."\nAnd?')
        assert ran.status == "ok", ran.error
    before = len(service.requests)
    first = "%%chat --max-tokens 900{}\nLook at {{df}}, please.\n  <i>  "
    second = f"show_request(get_ipython(), MagicArguments({model!r}), question)"

    shown_first = shown(kernel.run(first.format(" --show")))
    shown_again = shown(kernel.run(first.format(" --show")))
    sent_meanwhile = len(service.requests) - before
    answer_next("Five.")
    assert kernel.run(first.format("")).status == "ok"
    sent_first = posted(service)[-1].body
    shown_second = shown(kernel.run(second))
    if wire == "ollama":  # it is asked first how much the model reads
        service.plays(answer(b"{}", headers=headers))
    answer_next("Six.")
    kernel.run(f"nbchat.chat({wire!r}).ask(question.content, {model!r})")
    sent_second = posted(service)[-1].body

    assert sent_meanwhile == 0
    assert shown_again == shown_first
    assert BODY.split(shown_first)[1] == sent_first.decode()
    for words in ("Be brief.", "One & two.", "Three “four”."):
        assert words in shown_first
    text = BODY.split(shown_second)[1]
    assert text == body_text(sent_second, [Image(png() + bytes(300))])
    assert "more characters of base64" in text
    whole = re.sub(r"[\w+/]*…\([\d,]+ more characters of base64\)", coded(), text)
    assert json.loads(whole) == json.loads(sent_second)
    assert "[picture, 3 × 2, 386 bytes]" in shown_second


@pytest.mark.parametrize("line", ["", " --plan"])
def test_tools_are_shown_as_they_are_then_sent(
    kimi: RunningKernel, service: Service, line: str
) -> None:
    """With a plan only what looks may be called at first, and the plan itself proposed."""
    kimi.run(
        f"%chat switch shown{line.strip()}\ndef double(n: int) -> int:\n"
        "    'Doubles.'\n    return 2 * n"
    )
    cell = f"%%chat kimi-k2.6 --tools look,run,double{line}{{}}\nWhat is 2 * 3?"
    text = shown(kimi.run(cell.format(" --show")))
    service.plays(answer(*said("6.")))
    assert kimi.run(cell.format("")).status == "ok"

    assert BODY.split(text)[1] == posted(service)[-1].body.decode()
    tools = [tool["function"]["name"] for tool in posted(service)[-1].json["tools"]]
    assert tools == (["look", "propose_plan"] if line else ["look", "run", "double"])


def coded() -> str:
    return b64encode(png() + bytes(300)).decode()


@pytest.fixture
def kimi(kernel: RunningKernel, service: Service) -> RunningKernel:
    set_up(kernel, service, "openai-chat")
    kernel.run("%chat switch plain\n%chat reset\n%chat use kimi-k2.6")
    return kernel


def test_the_messages_can_be_read(kimi: RunningKernel, service: Service) -> None:
    arguments = "MagicArguments(options={'system': 'Be\\tbrief.'})"
    text = shown(kimi.run(f"show_request(get_ipython(), {arguments}, question)"))

    head, system, user, *_ = text.split("\n\n")
    assert head.startswith("Nothing was sent. This is what would be:\nkimi-k2.6 at Moonshot AI")
    assert f": POST {service.url}/v1/chat/completions, with the key in KIMI_API_KEY" in head
    assert KEY not in text
    assert re.search(r"^~\d+ tokens of text, 1 picture$", head, re.MULTILINE)
    assert system == "[system]\nBe\tbrief."
    assert user == "[user]\nLook, please.\n  <i>  "
    assert "\nx\\u200b\n[picture, 3 × 2, 386 bytes]\n" in text
    assert "\nwith x\n" in head


def test_the_page_holds_the_same_and_no_markup_of_anybody(kimi: RunningKernel) -> None:
    question = "<img src=x onerror=alert(1)> </pre>\n\n  {{nothing}} \u202ex"

    ran = kimi.run(f"%%chat --show\n{question}")

    assert "<img" not in ran.html
    page = unescape(re.sub(r"<[^>]+>", "", ran.html))
    assert "<img src=x onerror=alert(1)> </pre>\n\n  {{nothing}} \\u202ex" in page
    assert ran.html.count("<details") == 1
    assert json.loads(BODY.split(shown(ran))[1])["messages"][-1]["content"].endswith("\u202ex")


def test_nothing_is_left_of_it(kimi: RunningKernel) -> None:
    ran = kimi.run("%%chat demo --name new --show\nWho?")

    assert "demo at nbchat demonstration, in this process\n" in shown(ran)
    assert "new" not in kimi.run("print(list(runtime.current().conversations))").text
    assert "Nothing has been asked yet." in kimi.run("%chat history").text


def test_without_a_key_it_is_shown_all_the_same(kimi: RunningKernel) -> None:
    kimi.run("del os.environ['KIMI_API_KEY']")

    text = shown(kimi.run("%%chat kimi-k2.6 --show\nWhy?"))

    assert "(It could not be sent: Moonshot AI (Kimi) needs KIMI_API_KEY" in text
    assert '{"role":"user","content":"Why?"}' in text


def test_no_server_is_looked_for(kernel: RunningKernel, service: Service) -> None:
    kernel.run(
        "%chat switch nobody\n"
        "for name in [*os.environ]:\n    if name.endswith('_API_KEY'): del os.environ[name]\n"
        f"os.environ['OLLAMA_BASE_URL'] = '{service.url}'"
    )
    before = len(service.requests)

    text = shown(kernel.run("%%chat --show\nWhy?"))

    assert "a server on this machine, if one is found, would be asked instead" in text
    assert len(service.requests) == before


def test_a_wrong_name_is_refused_as_ever(kernel: RunningKernel) -> None:
    assert "Did you mean 'anthropic'?" in kernel.run("%%chat anthropc:claude --show\nWhy?").error
    assert "temperature" in kernel.run("%%chat demo --temperature 9 --show\nWhy?").error


def test_settings_that_are_broken_are_told(kernel: RunningKernel, tmp_path: Any) -> None:
    broken = tmp_path / "nbchat.toml"
    broken.write_text("model = \n")
    kernel.run(f"os.environ['NBCHAT_CONFIG'] = {os.fspath(broken)!r}")

    text = shown(kernel.run("%%chat demo --show\nWhy?"))
    kernel.run("del os.environ['NBCHAT_CONFIG']")

    assert "(Nothing can be asked before this is mended: " in text
    assert '{"role":"user","content":"Why?"}' in text


def test_a_long_question_to_ollama_is_shown_with_its_window(
    kernel: RunningKernel, service: Service
) -> None:
    set_up(kernel, service, "ollama")

    text = shown(kernel.run(f"%%chat ollama:long --show\n{'word ' * 5000}"))

    assert "Its server is asked first how much the model reads" in text
    assert re.search(r'"num_ctx":(8192|16384)\b', text)
