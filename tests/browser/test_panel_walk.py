"""Random walks: whatever is done in the panel and in cells, the panel shows what the kernel has.

After each step the whole transcript is compared with the kernel's turns, and the model that is
shown with the one that would be asked. NBCHAT_WALK takes the number of a walk that failed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest

from ..fakes.provider import Service
from ..nightly import size
from .panel_kernel import REFUSALS, LivePanel, OpenLive

WALKS = range(size(4, nightly=200))
ONE = os.environ.get("NBCHAT_WALK")
STEPS = 10  # of a walk
CLEAN = """
import os, pathlib
for name in ("KIMI_API_KEY", "OPENAI_API_KEY", "NBCHAT_MODEL"):
    os.environ.pop(name, None)
pathlib.Path(os.environ["NBCHAT_CONFIG"]).write_text("")
"""
KEY = "os.environ['KIMI_API_KEY'] = 'key-' + 20 * 'k'"
SETTINGS = ("model = 'kimi-k2.6'", "model = 'kimi-k3'", "model = ", "")
MODELS = ("demo", "kimi-k2.6", "kimi-k3", "openai:slow")


class Walk:
    """A person who does one thing after the other, in the panel and in cells."""

    def __init__(self, panel: LivePanel, service: Service, number: int) -> None:
        self.panel = panel
        self.service = service
        self.choice = random.Random(number)
        self.asked = 0
        self.done: list[str] = []
        self.steps: list[Callable[[], object]] = [
            *[self.ask] * 6,
            *[self.ask_what_is_refused] * 4,
            *[self.ask_a_cell] * 3,
            *[self.use_other_model] * 2,
            *[self.press_again] * 3,
            *[self.edit] * 3,
            *[self.step_to_branch] * 4,
            *[self.move] * 4,
            *[self.move_in_cell] * 2,
            *[self.set_key] * 3,
            self.stop_before_the_first_word,
            self.stop_in_the_middle,
            self.queue_one,
            self.ask_while_a_cell_asks,
            self.refuse_a_cell,
            self.name_model,
            self.write_settings,
            self.pick_model,
            self.begin_another,
            self.go_elsewhere,
            self.delete,
            self.reload,
        ]

    def run(self, steps: int) -> None:
        self.begin_another()
        self.cell(CLEAN)
        if self.choice.random() < 0.8:
            self.cell(KEY)
        self.panel.follows("the beginning")
        for _ in range(steps):
            step = self.choice.choice(self.steps)
            self.note(step.__name__)
            step()
            self.panel.follows("; ".join(self.done))

    def note(self, what: str) -> None:
        self.done.append(what)

    def words(self, kind: str = "") -> str:
        self.asked += 1
        return f"question {self.asked} {kind}".strip()

    @property
    def view(self) -> int:
        return self.choice.randrange(self.panel.views)

    # --- in the panel ----------------------------------------------------------------------------

    def ask(self) -> None:
        """What was shown as the model is what is asked."""
        shown = self.panel.shown()["model"]
        before = len(self.service.requests)
        words = self.words()
        self.panel.ask(words, self.view)
        self.panel.follows("; ".join(self.done))
        asked = self.service.requests[before:]
        if asked:
            assert asked[0].json["model"] == shown.rpartition(":")[2], self.done

    def ask_what_is_refused(self) -> None:
        word = self.choice.choice(list(REFUSALS))
        words = self.words(word)
        self.note(words)
        self.panel.ask(words, self.view)
        self.panel.follows("; ".join(self.done))
        last = self.panel.shown()["turns"][-1]
        assert last["question"] == words, self.done

    def stop_before_the_first_word(self) -> None:
        view = self.view
        words = self.words("hanging")
        before = len(self.service.requests)
        model = self.panel.kernel.truth()["model"]
        if model in ("demo", ""):
            return
        self.panel.ask(words, view)
        self.panel.until(
            lambda: len(self.service.requests) > before or not self.panel.shown(view)["busy"],
            "the request",
        )
        if not self.panel.shown(view)["busy"]:
            return  # no key, say
        self.panel.view(view).get_by_role("button", name="Stop").click()
        self.panel.follows("; ".join(self.done))
        assert self.panel.shown(view)["typed"] == words, self.done

    def stop_in_the_middle(self) -> None:
        view = self.view
        self.panel.ask(self.words("slow"), view)
        self.panel.until(lambda: self.is_growing() or not self.panel.shown()["busy"], "growing")
        if self.panel.shown(view)["busy"]:
            self.panel.view(view).locator("textarea").press("Escape")

    def is_growing(self) -> bool:
        return any(turn["answer"] for turn in self.panel.shown()["turns"][-1:])

    def queue_one(self) -> None:
        """It waits, or is given back where what is before it was refused."""
        self.panel.ask(self.words(self.choice.choice(["", "rate-limit"])), 0)
        self.panel.ask(self.words(), self.panel.views - 1)

    def press_again(self) -> None:
        turns = self.panel.shown()["turns"]
        if turns:
            number = self.choice.randrange(len(turns))
            name = "Retry" if turns[number]["error"] else "Ask again"
            self.note(f"{name} {number}")
            self.panel.press(name, number, self.view)

    def edit(self) -> None:
        turns = self.panel.shown()["turns"]
        if turns:
            view, number = self.view, self.choice.randrange(len(turns))
            words = self.words(self.choice.choice(["", "", "refused-key", "broken"]))
            self.note(f"{number} → {words}")
            self.panel.press("Edit", number, view)
            self.panel.ask(words, view)

    def step_to_branch(self) -> None:
        turns = self.panel.shown()["turns"]
        places = [number for number, turn in enumerate(turns) if turn["place"]]
        if places:
            number = self.choice.choice(places)
            at, _, count = turns[number]["place"].partition("/")
            names = ["Previous answer"] * (at != "1") + ["Next answer"] * (at != count)
            self.panel.press(self.choice.choice(names), number, self.view)

    def move(self) -> None:
        name = self.choice.choice(
            ["Take back the last turn", "Put back what was taken back", "Start over"]
        )
        self.note(name)
        self.panel.more(name, self.view)

    def pick_model(self) -> None:
        self.panel.pick(self.choice.choice(MODELS), self.view)

    def begin_another(self) -> None:
        view = self.panel.view(self.view)
        view.get_by_role("button", name="New", exact=True).click()
        self.panel.pump()
        self.panel.kernel.value("_truth(panel)")
        self.panel.kernel.run(f"%chat switch {self.name}")

    def go_elsewhere(self) -> None:
        names = self.panel.kernel.value("list(nbchat.runtime.current().conversations)")
        name = self.choice.choice(names)
        self.note(name)
        self.panel.go_to(name, self.view)
        self.panel.kernel.run(f"%chat switch {name}")

    def delete(self) -> None:
        view = self.view
        self.panel.more("Delete", view)
        toast = self.panel.view(view).locator(".nbp-toast")
        toast.get_by_role("button", name="Delete", exact=True).click()

    def reload(self) -> None:
        self.panel.load()

    # --- in cells --------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return str(self.panel.kernel.value("panel.conversation"))

    def cell(self, code: str) -> None:
        self.panel.kernel.run(code)

    def ask_a_cell(self) -> None:
        where = self.choice.choice(["", "", "--name elsewhere"])
        self.cell(f"%%chat {where}\n{self.words()}")

    def use_other_model(self) -> None:
        model = self.choice.choice(MODELS)
        self.note(model)
        how = self.choice.choice(["%%chat {0}\n{1}", "%chat use {0}", "nbchat.chat().model = None"])
        self.cell(how.format(model, self.words()))

    def refuse_a_cell(self) -> None:
        line = self.choice.choice(["openai:slow", "nosuch", "kimi-k3"])
        self.cell(f"%%chat {line}\n{self.words('server-error')}")

    def ask_while_a_cell_asks(self) -> None:
        running = self.panel.kernel.run(f"%%chat\n{self.words()}", wait=False)
        self.panel.ask(self.words(self.choice.choice(["", "bad-request"])), self.view)
        self.panel.kernel.finish(running)

    def move_in_cell(self) -> None:
        line = self.choice.choice(["undo", "redo", "reset", "goto 1", "undo 2"])
        self.note(line)
        self.cell(f"%chat {line}")

    def set_key(self) -> None:
        name = self.choice.choice(["KIMI_API_KEY", "OPENAI_API_KEY"])
        if self.choice.random() < 0.6:
            self.cell(f"os.environ['{name}'] = 'key-{'k' * 20}'")
        else:
            self.cell(f"os.environ.pop('{name}', None)")

    def name_model(self) -> None:
        model = self.choice.choice(["", "demo", "kimi-k2.6"])
        self.cell(f"os.environ['NBCHAT_MODEL'] = '{model}'")

    def write_settings(self) -> None:
        text = self.choice.choice(SETTINGS)
        self.note(text)
        self.cell(f'pathlib.Path(os.environ["NBCHAT_CONFIG"]).write_text("{text}")')


@pytest.mark.field("L3")
@pytest.mark.field("L4")
def test_whatever_is_done_the_panel_shows_what_the_kernel_has(
    open_live: OpenLive, service: Service
) -> None:
    panel = open_live(views=2)
    for number in [int(ONE)] if ONE else WALKS:
        walk = Walk(panel, service, number)
        try:
            walk.run(STEPS)
        except BaseException as error:
            error.add_note(f"walk {number} (NBCHAT_WALK={number}): {walk.done}")
            raise
