"""Details, small letters and keys of an answer, as a person sees them in a cell and a panel."""

from __future__ import annotations

import pytest

from ..fakes.provider import Service, answer, said
from ..fakes.steps import Steps
from .panel_lab import InLab, ask, using, wait_for_answers, wait_for_text

ANSWER = """\
Water is H<sub>2</sub>O, an atom 10<sup>−10</sup> m wide. Press <kbd>Ctrl</kbd>+<kbd>C</kbd>, \
<u>not</u> this.<br>Nor <mark>that</mark>.

<details>
<summary>Show the <b>whole</b> derivation</summary>

First the sum, $\\sum_i x_i$:

- one
- two

```python
print("unfolded")
```

<details>
<summary>And more</summary>

| a | b |
|---|---|
| 1 | 2 |

</details>
</details>

After it.
"""

SLOW = [
    "<details>\n<summary>Slow</summary>\n\nBegins.\n\n",
    *(f"Line {number}.\n\n" for number in range(200)),
    "</details>\n\n<details>\n<summary>Next</summary>\n\nHidden.\n\n</details>\n\nThe end.",
]


@pytest.mark.field("C14")
def test_details_fold_out_by_a_click_in_a_cell_and_in_the_panel(
    in_lab: InLab, service: Service
) -> None:
    words = said(*SLOW)
    slowly = Steps(words[:5], words[5:65], words[65:])
    service.plays(answer(*said(ANSWER)), answer(*said(ANSWER)), slowly)
    notebook = in_lab("%%chat openai:slow\nCell", load=using(service))
    ask(notebook, "Panel")
    wait_for_answers(notebook, 1)
    notebook.run(2)
    cell = notebook.page.locator(".jp-Cell").nth(2)
    cell.locator(".nbc-foot").wait_for()

    for name, part in {"cell": cell, "panel": notebook.page.locator(".nbp-log")}.items():
        box = part.locator("details.nbc-fold").first
        inside = box.get_by_text("First the sum")
        assert not inside.is_visible(), name
        box.locator("summary").first.click()
        assert inside.is_visible(), name
        assert not box.locator("table").is_visible(), name
        assert box.locator("summary").first.inner_text() == "Show the whole derivation"

    ask(notebook, "Slowly")
    slow = notebook.page.locator(".nbp-log details.nbc-fold:has-text('Begins.')")
    slow.locator("summary").dispatch_event("click")  # the log scrolls below a mouse
    assert slow.evaluate("box => box.open")
    slowly.go_on()
    wait_for_text(notebook, "Line 60.")
    assert slow.evaluate("box => box.open")
    slowly.go_on()
    wait_for_text(notebook, "The end.")
    wait_for_answers(notebook, 3)

    assert slow.evaluate("box => box.open"), "what the reader has opened stays open"
    assert not notebook.page.locator(".nbp-log").get_by_text("Hidden.").is_visible()
