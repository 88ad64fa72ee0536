"""What becomes of a line as it is typed: a question is asked whole, and nothing else changes."""

from __future__ import annotations

import pytest

from ...fakes.provider import Service, answer, said
from ...running_kernel import RunningKernel

ASKED = "get_ipython().run_line_magic('chat', 'ask Is it so?')"

# A cell, and the questions that are asked, in their order.
QUESTIONS: dict[str, list[str]] = {
    "%chat ask Why?": ["Why?"],
    "%chat ask Why?  ": ["Why?"],
    "%chat ask Really??": ["Really??"],
    "%chat ask What's `f(x)`?": ["What's `f(x)`?"],
    "%chat ask How do (a, [b compare?\n%chat ask And \"'''?": [
        "How do (a, [b compare?",
        "And \"'''?",
    ],
    "if True:\n    %chat ask Is this ok?": ["Is this ok?"],
    "if True:\n\t%chat ask Is this ok?\nelse:\n\t%chat ask No?": ["Is this ok?"],
    "for n in (1, 2):\n    %chat ask Is {n} even?\nprint('end')": ["Is 1 even?", "Is 2 even?"],
    "def f():\n    if True:\n        %chat ask Inside?\n\nf(); f()": ["Inside?", "Inside?"],
    "try:\n    with open('/dev/null'):\n        %chat ask Deep?\nfinally:\n    pass": ["Deep?"],
    "x = %chat ask Is it so?": ["Is it so?"],
    "x = y = 1\nx = %chat ask Is it so? \nx.text.upper()": ["Is it so?"],
    "d = {}\nd['a'] = %chat ask One?\nd['b'] = %chat ask Two?": ["One?", "Two?"],
    "if True:\n    x: object = %chat ask Typed?": ["Typed?"],
    "x = %chat ask Is this \\\nlonger?": ["Is this  longer?"],
    "chat ask Without the sign?": ["Without the sign?"],
    "%%time\nif True:\n    %chat ask Timed?": ["Timed?"],
    "    %chat ask Indented?\n    y = 1": ["Indented?"],
    "x = y = %chat ask Chained?": ["Chained?"],
    "if True: %chat ask one line?": ["one line?"],
    "if True: %chat ask one line": ["one line"],
    "print(1); %chat ask more?": ["more?"],
    "x = ''\nx += %chat ask aug?": ["aug?"],
    "def g(m):\n    %chat ask Is {m} it?\n\ng('local')": ["Is local it?"],
}


@pytest.mark.field("C1")
def test_a_question_that_ends_in_a_question_mark_is_asked_wherever_it_stands(
    kernel: RunningKernel, kimi: Service
) -> None:
    kimi.always(answer(*said("Yes.")))
    kernel.run("%chat use kimi-k2.6")
    for cell, questions in QUESTIONS.items():
        asked = len(kimi.requests)
        ran = kernel.run(cell)

        assert ran.status == "ok", (cell, ran.error)
        assert ran.reply["content"]["payload"] == [], cell  # no help is shown
        sent = [r.json["messages"][-1]["content"] for r in kimi.requests[asked:]]
        assert sent == questions, cell


HELD = '''
text = """
%chat ask Is it so?
"""
# %chat ask Is it so?
chat, ask = 7, 2
n = (15
    %chat)
m = 15 \\
    %chat
print(repr(text), n, m, ask)
'''


@pytest.mark.field("C1")
def test_only_what_ipython_takes_for_a_magic_is_changed(
    kernel: RunningKernel, kimi: Service
) -> None:
    ran = kernel.run(HELD)
    help_of = {
        cell: kernel.run(cell).reply["content"]["payload"][0]["data"]["text/plain"]
        for cell in ("%chat?", "x = 1\n%chat?", "len?", "%%chat??")
    }
    kernel.run("%unload_ext nbchat")
    unloaded = kernel.run(HELD)

    assert ran.text == unloaded.text == "'\\n%chat ask Is it so?\\n' 1 1 2\n"
    assert "Ask a language model" in help_of["%chat?"]
    assert "Ask a language model" in help_of["x = 1\n%chat?"]
    assert "Return the number of items" in help_of["len?"]
    assert "chat(self, line: str" in help_of["%%chat??"]
    assert kimi.requests == []


@pytest.mark.field("C1")
def test_what_is_assigned_is_the_answer_and_a_line_alone_shows_it_once(
    kernel: RunningKernel, kimi: Service
) -> None:
    kimi.always(answer(*said("Yes.")))
    kernel.run("%chat use kimi-k2.6")
    alone = [
        kernel.run(cell)
        for cell in ("%chat ask So?", "%chat ask So", "chat ask So", "1\n%chat ask So?", ASKED)
    ]
    kernel.run("get_ipython().ast_node_interactivity = 'all'")
    alone.append(kernel.run("for n in (1,):\n    %chat ask So?"))
    assigned = kernel.run("x = %chat ask So?")
    kernel.run(f"z = {ASKED}")
    found = kernel.run(
        "import nbchat\n"
        "print(isinstance(x, nbchat.Answer), x.text, x is nbchat.chat().turns[-2].answer, end='')\n"
        "print('', type(x) is type(z))"
    )
    out = kernel.run("print(Out)").text
    usage = kernel.run("y = %chat usage\nprint(y)")

    for ran in [*alone, assigned]:
        assert ran.status == "ok"
        assert ran.of("execute_result") == []
        assert [output["data"]["text/plain"] for output in ran.outputs] == ["Yes."]
    assert found.text == "True Yes. True True\n"
    assert out == "{}\n"
    assert usage.text.endswith("None\n")


ABOVE = ["# The sky", "  # indented", "#%% [markdown]", "\n\n# one\n\n  \n# two\n", "\n \n"]


@pytest.mark.field("C2")
def test_comments_above_a_chat_cell_are_no_part_of_it(kernel: RunningKernel, kimi: Service) -> None:
    kimi.always(answer(*said("Yes.")))
    for above in ABOVE:
        for watched in (True, False):
            ran = kernel.run(f"{above}\n%%chat kimi-k2.6\n# Why?\n%chat", watched=watched)
            assert ran.status == "ok", (above, ran.error)
            assert kimi.requests[-1].json["messages"][-1]["content"] == "# Why?\n%chat"


@pytest.mark.parametrize("above", ["", "# The sky\n"])
def test_spaces_before_chat_are_no_part_of_it(
    kernel: RunningKernel, kimi: Service, above: str
) -> None:
    kimi.always(answer(*said("Yes.")))

    ran = kernel.run(f"{above}   %%chat kimi-k2.6\nWhy?\n  - so")

    assert ran.status == "ok", ran.error
    assert kimi.requests[-1].json["messages"][-1]["content"] == "Why?\n  - so"


@pytest.mark.field("C2")
def test_a_cell_below_comments_is_run_again_kept_and_refused_as_any(
    kernel: RunningKernel, kimi: Service
) -> None:
    kimi.always(answer(*said("Yes.")))
    cell = "# first\n\n%%chat kimi-k2.6\nOne"
    kernel.run(cell, cell="a")
    kernel.run("# other\n%%chat\nTwo", cell="b")
    kernel.run(cell, cell="a")
    turns = kernel.run("print([t.question.text for t in __import__('nbchat').chat().turns])").text
    kept = kernel.run("print([In[3], get_ipython().history_manager.input_hist_raw[5]])").text
    indented = kernel.run("# c\n    %%chat kimi-k2.6\n    Three")
    no_body = kernel.run("# c\n%%chat kimi-k2.6")
    refused = kernel.run("# c\n%%chat demo --key sk-12345\nHi")
    left = kernel.run("print([c for c in In if 'sk-' + '12345' in c])").text
    elsewhere = kernel.run("# c\nx = 1\n%%chat demo\nHi")

    assert turns == "['One']\n"
    assert repr(cell) in kept
    assert indented.status == "ok"
    assert kimi.requests[-1].json["messages"][-1]["content"] == "Three"
    assert "there is no question" in no_body.error
    assert "a key is never an argument" in refused.error
    assert left == "[]\n"
    assert elsewhere.status == "error"


BELOW = [
    "%load_ext nbchat\n%%chat\nWhy?",
    "import os\n%%chat demo\nIt's (so",
    "'''A text.'''\n%%chat demo\nWhy is it so?",
    "if True:\n    %%chat demo\n    Hi",
]


@pytest.mark.field("C2")
def test_code_above_a_chat_cell_is_named_and_nothing_is_run(kernel: RunningKernel) -> None:
    for cell in BELOW:
        assert "%%chat must be the first line of its cell" in kernel.run(cell).error, cell
    for before, behind in (("\ufeff", " "), ("\xa0", " "), ("\u200b", " "), ("", "\u200b")):
        refused = kernel.run(f"{before}%%chat{behind}demo\nHi").error
        assert "%%chat demo" in refused, (before, behind)
    for line in ("%%chat:demo", "%%chat：demo", "%%chat, demo", "％％chat demo"):
        assert "Type it so:" in kernel.run(f"{line}\nHi").error, line
    for end in "\u2028\u2029\x85\x0b":
        assert "%%chat demo --seed 1" in kernel.run(f"%%chat demo{end}--seed 1\nHi").error
