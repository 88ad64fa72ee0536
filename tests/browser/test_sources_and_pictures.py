"""Sources and a picture where a person sees them: in a cell, in the panel, in what is saved."""

from __future__ import annotations

import json

import pytest

from ..fakes.provider import Service, answer, sse
from ..pictures import data_url, drawn, png
from ..render.payloads import SCRIPTS
from .lab import Lab
from .panel_lab import LOAD, InLab, ask, wait_for_answers, wait_for_copy
from .test_cell import CONTRAST

A, B = "https://a.example/1", "https://b.example/2"
ACTIVE = "script, style, iframe, svg, form, input, object, embed, [onerror], [onclick], [onload]"
SHOWN = """part => {
    const picture = part.querySelector("img");
    return [
        picture.naturalWidth, picture.getBoundingClientRect().width <= part.clientWidth,
        [...part.querySelectorAll("p a")].map(a => `${a.innerText} ${a.href}`),
        part.querySelector("details:not([open]) summary")?.innerText,
        [...part.querySelectorAll("details li")].map(li => li.textContent),
    ];
}"""


@pytest.mark.field("E17")
def test_a_cell_and_the_panel_show_sources_and_a_picture(
    in_lab: InLab, lab: Lab, service: Service
) -> None:
    picture = png(1200, 300)  # wider than there is room
    words = "It rains in Lisbon[1], less so in Porto[2]."
    service.plays(answer(sse(*drawn(words, picture, (A, B)))))
    service.always(answer(sse(*drawn(words, picture, (A, B), SCRIPTS[:190]))))
    keys = {"KIMI_API_KEY": "k", "KIMI_BASE_URL": f"{service.url}/v1", "NBCHAT_MODEL": "kimi-k2.6"}
    notebook = in_lab("%%chat\nRain?", load=f"import os; os.environ.update({keys})\n{LOAD}")
    asked_elsewhere: list[str] = []
    notebook.page.on("request", lambda request: asked_elsewhere.append(request.url))
    acted: list[str] = []
    notebook.page.on("dialog", lambda dialog: (acted.append(dialog.message), dialog.dismiss()))
    notebook.run(2)
    wait_for_answers(notebook, 1)
    ask(notebook, "And now?")
    wait_for_answers(notebook, 2)
    notebook.page.wait_for_function(
        "() => [...document.querySelectorAll('.nbp-answer img')].every(i => i.naturalWidth)"
    )
    cell = notebook.page.locator(".jp-Cell").nth(2).locator(".jp-OutputArea-output .nbc")
    inside_panel = notebook.page.locator(".nbp-answer")

    wanted = [
        *(1200, True),
        [f"[1] {A}", f"[2] {B}"],
        "2 sources",
        ["Page 1 · a.example", "Page 2 · b.example"],
    ]
    assert cell.evaluate(SHOWN) == wanted
    assert inside_panel.nth(0).evaluate(SHOWN) == wanted
    hostile = inside_panel.nth(1).evaluate(SHOWN)
    assert hostile[:3] == wanted[:3]
    assert len(hostile[4]) > 150
    assert inside_panel.nth(1).locator(ACTIVE).count() == 0
    assert acted == []
    assert not any("example" in url for url in asked_elsewhere)

    for fold in (cell, inside_panel.nth(0)):
        fold.locator("summary").last.click()
    assert inside_panel.nth(0).get_by_text("Page 2").is_visible()
    assert notebook.page.evaluate(CONTRAST) == []

    wait_for_copy(notebook, 1, data_url(picture)[-80:])
    notebook.save()
    kept = json.loads((lab.folder / "notebooks" / notebook.path).read_text("utf-8"))
    outputs = [output for one in kept["cells"][1:3] for output in one["outputs"]]
    saved = ["".join(one["data"].get("text/html", "")) for one in outputs]
    assert sum(data_url(picture) in html for html in saved) == 2
