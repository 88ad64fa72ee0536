"""Nothing that a model, a variable or a person writes acts in the panel.

Neither live, nor loaded again, nor in the notebook's copy.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest

from nbchat.render import to_html

from ..fakes.provider import Service, answer, said, sse
from ..fakes.steps import Steps
from ..render import dom
from ..render.payloads import join_apart
from .lab import Lab, Notebook
from .panel_lab import InLab, ask, wait_for_answers, wait_for_text
from .test_safety import (
    ANSWERS,
    ELSEWHERE,
    LABS,
    PATTERNS,
    STRANGE,
    TAGS,
    Watched,
    aimed,
    contains,
    cut,
    setup,
)

# What the panel itself puts into an answer: buttons on code, and thinking that scrolls.
OURS = {
    **PATTERNS,
    "class": "(?:(?:nb[cp](?:-[a-z]+)?|tex2jax_ignore|mathjax_ignore) ?)*",
    "type": "button",
    "tabindex": "0",
    "data-label": "Copy|Insert below|Insert above|Replace cell",
    "aria-label": "Insert elsewhere",
}
# The words of the answers alone, with their own summaries; the buttons on code and the name of
# the thinking are ours.
WORDS = """() => [...document.querySelectorAll('.nbp-answer')].map(root => {
  const copy = root.cloneNode(true);
  copy.querySelectorAll(
    'button, details:not(.nbc-fold) > summary, i[hidden] + *').forEach(e => e.remove());
  return copy.textContent.replace(/\\s+/g, '');
})"""


@pytest.fixture
def sink() -> Iterator[Service]:
    with Service() as sink:
        sink.always(answer(b"no", status=204))
        yield sink


def strange(notebook: Notebook) -> list[str]:
    """What is in an answer that nobody should have put there."""
    strange: list[str] = notebook.page.evaluate(STRANGE, [[*TAGS, "button"], OURS])
    return strange


def harmless(notebook: Notebook, watched: Watched) -> str:
    """What happened that should not have, also when everything but links is clicked.

    Code is inserted, never run.
    """
    widget = "request blob:http://127.0.0.1:"  # how anywidget starts a widget's script
    clicked = [
        line for line in watched.harmless().splitlines() if not line.startswith(("<", widget))
    ]
    return "\n".join([*clicked, *strange(notebook)])


def test_no_answer_and_no_question_acts_in_the_panel(
    in_lab: InLab, service: Service, sink: Service
) -> None:
    dice = random.Random(7)
    texts = [aimed(join_apart(payloads), sink) for payloads in ANSWERS.values()]
    answers = []
    for text, thought in zip(texts, [*texts[1:], ""], strict=True):
        words, thoughts = cut(text, dice), cut(thought, dice)
        chunks = said(*words, thought=thoughts)
        middle = 1 + len(thoughts) + len(words) // 2
        answers.append(Steps(chunks[:middle], chunks[middle:], gap=0.001))
    service.plays(*answers)
    notebook = in_lab(
        load=f"{setup(service)}\nos.environ['NBCHAT_MODEL'] = 'kimi-k2.6'\nimport nbchat",
        own_page=True,
    )
    watched = Watched(notebook.page, LABS)
    for number, text in enumerate(texts, 1):
        ask(notebook, text)
        notebook.page.wait_for_selector(".nbc-caret", state="attached")
        assert strange(notebook) == []
        answers[number - 1].finish()
        wait_for_answers(notebook, number)
    wanted = ["".join(dom.words(to_html(text)).split()) for text in texts]

    assert harmless(notebook, watched) == ""
    assert all(map(contains, notebook.page.evaluate(WORDS), wanted))

    cells = notebook.sources()
    notebook.save()
    notebook.load()
    wait_for_answers(notebook, len(texts))

    assert harmless(notebook, watched) == ""
    assert all(map(contains, notebook.page.evaluate(WORDS), wanted))
    assert len(cells) > 2  # the buttons were clicked
    assert notebook.page.locator(".jp-InputPrompt", has_text="[3]").count() == 0
    assert sink.connections == 0


def test_nothing_said_in_other_places_of_the_panel_acts(
    in_lab: InLab, service: Service, sink: Service
) -> None:
    """Tools, errors, notices, names of models and conversations, values of variables, titles."""
    words = [aimed(one, sink) for one in ELSEWHERE]
    refusal = json.dumps({"error": {"message": " ".join(words)[:3_000]}}).encode()
    calls = [
        {"index": n, "id": f"c{n}", "function": {"name": w, "arguments": w}}
        for n, w in enumerate(words[:20])
    ]
    asked = {
        "choices": [{"index": 0, "delta": {"tool_calls": calls}, "finish_reason": "tool_calls"}]
    }
    service.plays(
        answer(sse(asked)),
        answer(*said("Yes.")),
        answer(refusal, status=503),
        answer(*said("At last.")),
    )
    service.always(answer(refusal, status=400))
    notebook = in_lab(
        f"bad = {words!r}\nfor word in bad[:30]: nbchat.chat(word)",
        load=f"{setup(service)}\nos.environ['NBCHAT_MODEL'] = 'kimi-k2.6'\nimport nbchat",
        own_page=True,
    )
    notebook.run(2)
    page = notebook.page
    watched = Watched(page, LABS)
    ask(notebook, "Use tools")
    wait_for_text(notebook, "asked for tool")
    page.locator(".nbp-comp textarea").click()
    page.keyboard.type("What is in @bad")
    page.locator(".nbp-comp li").first.click()
    page.get_by_role("button", name="Attach: Cells above").click()
    page.locator(".nbp-comp details").nth(1).wait_for()
    for summary in page.locator(".nbp-comp summary").all():
        summary.click()
    page.keyboard.press("Escape")
    ask(notebook, "What is in bad?")
    wait_for_answers(notebook, 2)
    for summary in page.locator(".nbp-bubble summary").all():
        summary.click()
    ask(notebook, "Try twice")
    wait_for_answers(notebook, 3)
    ask(notebook, "Be refused")
    page.locator(".nbp-err").wait_for()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Title").fill(words[0])
    page.keyboard.press("Escape")
    page.get_by_role("button", name="History").click()
    page.locator(".nbp-entry").nth(3).click()
    page.locator("button.nbp-pick").click()
    page.get_by_role("combobox", name="Search").fill(f"openai:{words[1].replace(' ', '')}")
    page.keyboard.press("Enter")
    ask(notebook, "With that model")
    page.locator(".nbp-err").wait_for()

    assert harmless(notebook, watched) == ""
    assert (
        page.locator(
            ".nbp-root img, .nbp-root script, .nbp-root iframe, .nbp-root a[href^=javascript]"
        ).count()
        == 0
    )
    assert sink.connections == 0


def test_the_watch_would_see_it(lab: Lab, in_lab: InLab) -> None:
    """These tests would fail where markup of a model came into the panel."""
    notebook = in_lab(own_page=True)
    ask(notebook, "show me some code")
    wait_for_answers(notebook, 1)
    watched = Watched(notebook.page, LABS)
    notebook.page.locator(".nbp-answer").evaluate(
        "e => e.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')"
    )
    notebook.page.wait_for_function("window.acted.length")

    assert "alert(1)" in harmless(notebook, watched)
