"""A panel and its kernel: what was refused stays in sight, and the panel shows what the kernel has.

The page is the real one and so is the kernel, so messages come in their real order.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ..fakes.provider import Service, answer
from .panel_kernel import LivePanel, OpenLive

KEY = "key-" + 20 * "k"
REFUSED = {  # what makes the next question fail: a cell, the question, and what it is called
    "a model that does not exist": ("chat.model = 'nosuch'", "lost?", "UnknownModel"),
    "no key": ("chat.model = 'deepseek:any'", "lost?", "MissingKey"),
    "a key that is refused": ("", "refused-key", "KeyRefused"),
    "too many requests": ("", "rate-limit", "RateLimited"),
    "a server that is down": ("", "server-error", "ServiceDown"),
    "a request that is refused": ("", "bad-request", "RequestRefused"),
    "a context that is too long": ("", "too-long", "ContextTooLong"),
    "an answer that is none": ("", "no-answer", "BadAnswer"),
    "no network": (
        "os.environ['KIMI_BASE_URL'] = 'http://127.0.0.1:9/v1'",
        "lost?",
        "Unreachable",
    ),
    "silence": ("write('[timeouts]\\nfirst_byte = 0.2')", "hanging", "TimedOut"),
    "an address that is none": ("os.environ['KIMI_BASE_URL'] = 'no'", "lost?", "UnknownHost"),
    "an option that cannot be": (
        "panel._session.options['temperature'] = 99",
        "lost?",
        "BadOption",
    ),
    "settings that cannot be read": ("write('model = ')", "lost?", "BadSettings"),
}
BEFORE = """
import os, pathlib
chat = nbchat.chat()
write = pathlib.Path(os.environ["NBCHAT_CONFIG"]).write_text
address = os.environ["KIMI_BASE_URL"]
"""
AFTER = """
chat.model = panel._session.options["temperature"] = None
write("")
os.environ["KIMI_BASE_URL"] = address
"""


def questions(panel: LivePanel, view: int = 0) -> list[str]:
    return [turn["question"] for turn in panel.shown(view)["turns"]]


def errors(panel: LivePanel, view: int = 0) -> list[str]:
    return [turn["error"] for turn in panel.shown(view)["turns"]]


@pytest.mark.field("L3")
def test_a_refused_question_stays_above_its_error_whatever_refused_it(open_live: OpenLive) -> None:
    panel = open_live(views=2, KIMI_API_KEY=KEY)
    panel.kernel.run(BEFORE)
    panel.ask("one")
    panel.follows("one")
    for number, (why, (cell, words, kind)) in enumerate(REFUSED.items()):
        precious = f"precious {number} {words}"
        panel.kernel.run(cell)
        panel.ask(precious, view=number % 2)
        panel.follows(why)
        for view in (0, 1):
            assert questions(panel, view) == ["one", precious], why
            assert errors(panel, view) == ["", kind], why

        panel.load()
        panel.follows(f"{why}, loaded again")
        assert questions(panel) == ["one", precious], why

        panel.more("Take back the last turn")
        panel.follows(f"{why}, taken back")
        assert questions(panel) == [], why
        assert precious in [shown["typed"] for shown in panel.all_shown()], why

        panel.kernel.run(AFTER)
        panel.more("Put back what was taken back")
        panel.follows(f"{why}, brought back")
        panel.ask("two")
        panel.follows(f"{why}, and two")
        assert questions(panel) == ["one", "two"], why
        panel.more("Take back the last turn")
        panel.follows(f"{why}, two taken back")
        assert questions(panel) == ["one"], why


@pytest.mark.field("L3")
def test_a_refused_question_is_asked_again_with_one_click_or_written_anew(
    open_live: OpenLive, service: Service
) -> None:
    panel = open_live(NBCHAT_MODEL="kimi-k2.6")
    panel.ask("precious")
    panel.follows("no key is set")
    assert errors(panel) == ["MissingKey"]

    panel.kernel.run(f"import os; os.environ['KIMI_API_KEY'] = '{KEY}'")
    panel.press("Retry")
    panel.follows("asked again")
    assert questions(panel) == ["precious"]
    assert errors(panel) == [""]

    panel.ask("precious too, refused-key")
    panel.follows("refused")
    panel.press("Edit")
    panel.ask("precious too")
    panel.follows("written anew")
    assert questions(panel) == ["precious", "precious too"]
    assert [turn["place"] for turn in panel.shown()["turns"]] == ["", ""]


@pytest.mark.field("L3")
def test_an_edit_that_is_refused_leaves_the_branch_and_its_words(open_live: OpenLive) -> None:
    panel = open_live(KIMI_API_KEY=KEY)
    for words in ("one", "two"):
        panel.ask(words)
        panel.follows(words)
    panel.press("Edit", 0)
    panel.ask("one, but refused-key")
    panel.follows("an edit that was refused")
    assert questions(panel) == ["one", "two", "one, but refused-key"]

    panel.press("Edit", 2)
    panel.ask("one, but other")
    panel.follows("and again")
    assert questions(panel) == ["one, but other"]
    assert panel.shown()["turns"][0]["place"] == "2/2"

    panel.press("Ask again", 0)
    panel.follows("asked again")
    panel.press("Previous answer", 0)
    panel.follows("the one before")
    panel.press("Previous answer", 0)
    panel.follows("the first")
    assert questions(panel) == ["one", "two"]


@pytest.mark.field("L3")
def test_what_is_stopped_before_its_first_word_comes_back_to_where_it_was_typed(
    open_live: OpenLive, service: Service
) -> None:
    panel = open_live(KIMI_API_KEY=KEY)
    stop = panel.view().get_by_role("button", name="Stop")

    def wait_for_request(count: int) -> None:
        panel.until(lambda: len(service.requests) == count, "the request")

    panel.ask("one, hanging")
    wait_for_request(1)
    panel.load()  # the page that comes has not typed it
    panel.until(stop.is_visible, "Stop")
    stop.click()
    panel.follows("stopped after the page was loaded again")
    assert panel.shown()["typed"] == "one, hanging"

    panel.ask("two, refused-key")
    panel.follows("refused")
    service.plays(answer(b"", hold=60))
    panel.press("Retry")
    wait_for_request(3)
    stop.click()
    panel.follows("asked again and stopped")
    assert questions(panel) == []
    assert panel.shown()["typed"] == "two, refused-key"

    panel.ask("three")
    panel.follows("answered")
    panel.press("Edit")
    panel.ask("three, hanging")
    wait_for_request(5)
    stop.click()
    panel.follows("an edit that was stopped")
    assert questions(panel) == ["three"]
    assert panel.shown()["typed"] == "three, hanging"
    assert panel.view().get_by_text("Instead of: three").is_visible()


# --- the model that would be asked ----------------------------------------------------------------


@pytest.mark.field("L4")
def test_the_model_that_is_shown_is_the_one_that_would_be_asked(
    open_live: OpenLive, service: Service
) -> None:
    panel = open_live(views=2)
    panel.follows("nothing is set")
    assert panel.shown()["model"] == "demo"
    for cell, model in {
        f"import os; os.environ['KIMI_API_KEY'] = '{KEY}'": "kimi-",
        "%%chat kimi-k3\none": "kimi-k3",
        "%chat use openai:slow": "openai:slow",
        f"os.environ['OPENAI_API_KEY'] = '{KEY}'": "openai:slow",
        "nbchat.chat().model = None": "kimi-k3",
        "%%chat openai:slow\ntwo": "openai:slow",
        "%chat undo": "kimi-k3",
        "%chat redo": "openai:slow",
        "%chat reset": "kimi-",
        "os.environ['NBCHAT_MODEL'] = 'openai:fast'": "openai:fast",
        "del os.environ['NBCHAT_MODEL']": "kimi-",
        "open(os.environ['NBCHAT_CONFIG'], 'w').write('model = \"kimi-k3\"')": "kimi-k3",
        "open(os.environ['NBCHAT_CONFIG'], 'w').write('model = ')": "Model",
        "open(os.environ['NBCHAT_CONFIG'], 'w').write('')": "kimi-",
        "del os.environ['KIMI_API_KEY']": "gpt-",
        "raise ValueError(os.environ.pop('OPENAI_API_KEY'))": "demo",
    }.items():
        panel.kernel.run(cell)
        panel.follows(cell)
        for view in (0, 1):
            assert panel.shown(view)["model"].startswith(model), cell
    follow_what_is_deleted(panel)


def follow_what_is_deleted(panel: LivePanel) -> None:
    """What `%chat delete` removes is gone from both views, and they go on."""
    panel.kernel.run("%%chat demo\nthree")
    panel.kernel.run("%%chat demo --name side\nbeside")
    panel.follows("asked in a cell")
    assert [questions(panel, view) for view in (0, 1)] == [["three"], ["three"]]

    panel.kernel.run("%chat delete main")
    panel.follows("deleted")
    assert [questions(panel, view) for view in (0, 1)] == [[], []]
    panel.ask("four", view=1)
    panel.follows("asked in what was deleted")
    assert [questions(panel, view) for view in (0, 1)] == [["four"], ["four"]]

    panel.go_to("side")
    panel.until(lambda: questions(panel) == ["beside"], "the other conversation")
    panel.kernel.run("%chat delete side")
    panel.until(lambda: questions(panel) == [], "nothing of it")
    panel.ask("five")
    panel.until(lambda: questions(panel) == ["five"], "a question in it")


@pytest.mark.field("L4")
def test_the_waiting_line_names_who_is_asked(open_live: OpenLive, service: Service) -> None:
    panel = open_live(KIMI_API_KEY=KEY, OPENAI_API_KEY=KEY)
    running = panel.kernel.run("%%chat openai:other\nhanging", wait=False)
    panel.until(lambda: panel.shown()["turns"], "the question")

    assert panel.shown()["turns"][0]["wait"].startswith("openai:other · waiting")
    assert panel.shown()["model"].startswith("kimi-")

    panel.kernel.running.interrupt()
    panel.kernel.finish(running)
    panel.follows("interrupted")

    # Set in a way that tells nobody.
    panel.kernel.value("nbchat.chat().__setattr__('model', 'openai:new')")
    panel.ask("hanging")
    panel.until(lambda: panel.shown()["turns"], "the question")
    assert panel.shown()["turns"][0]["wait"].startswith("openai:new · waiting")
    panel.until(lambda: panel.shown()["model"] == "openai:new", "the model that is asked")

    panel.load()
    panel.until(lambda: panel.shown()["turns"], "the question, in a page that was loaded again")
    assert panel.shown()["turns"][0]["wait"].startswith("openai:new · waiting")
    panel.view().get_by_role("button", name="Stop").click()
    panel.follows("stopped")


@pytest.mark.field("L4")
def test_a_settings_file_that_is_edited_elsewhere_is_seen_by_the_clock(
    open_live: OpenLive, tmp_path: Path
) -> None:
    panel = open_live(KIMI_API_KEY=KEY)
    panel.kernel.run("n.LOOK_SECONDS = 0.05")
    panel.follows("at first")
    (tmp_path / "settings.toml").write_text('model = "kimi-k3"')
    panel.until(lambda: panel.shown()["model"] == "kimi-k3", "the edited file")
    (tmp_path / "settings.toml").write_text("")
    panel.until(lambda: panel.shown()["model"] != "kimi-k3", "the file as before")
    panel.follows("in the end")


@pytest.mark.field("L4")
def test_a_server_that_comes_up_on_this_machine_is_shown(
    open_live: OpenLive, service: Service
) -> None:
    panel = open_live(OLLAMA_HOST=service.url.removeprefix("http://"))
    service.always(answer(b"{}", status=500))
    panel.kernel.run("1")
    panel.follows("no server")
    assert panel.shown()["model"] == "demo"

    tags = b'{"models": [{"name": "qwen3:4b"}]}'
    service.always(answer(tags, headers={"content-type": "application/json"}))
    panel.kernel.run("n.LOOK_SECONDS = 0.01")

    def is_shown_after_a_cell() -> bool:
        panel.kernel.run("1")
        return bool(panel.shown()["model"] == "ollama:qwen3:4b")

    panel.until(is_shown_after_a_cell, "the server")
    panel.follows("a server")
