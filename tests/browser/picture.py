"""Takes the README's pictures anew, light and dark: `python -m tests.browser.picture`.

A real JupyterLab and what the demo really answers and asks; nothing is drawn by hand.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from .lab import ARGUMENTS, NAMES, Lab

IMAGES = Path(__file__).parents[2] / "notebooks" / "images"
WIDTH = 860
LARGEST = 150_000  # bytes of a picture

PENGUINS = """\
species,bill,flipper,mass
Adelie,38.8,190,3701
Chinstrap,48.8,196,3733
Gentoo,47.5,217,5076
"""
BEFORE = ("%load_ext nbchat", 'import pandas as pd\n\npenguins = pd.read_csv("penguins.csv")')
ANSWER = "%%chat demo --think on\nWhich measure tells the species apart best?\n\n{penguins}"
ACT = "%%chat demo --tools look,run\nShow me what you can do with penguins"
PICTURES = {  # by name: the last cell, and what is waited for
    "answer": (ANSWER, ".jp-OutputArea-output .nbc-foot"),
    "consent": (ACT, ".jp-Stdin-input"),
}


class Sharp(Lab):
    """A JupyterLab with our extension, on a screen with two pixels for one."""

    def page(self, size: tuple[int, int] = (WIDTH, 900), locale: str = "") -> Any:
        options = {"viewport": {"width": size[0], "height": size[1]}, "device_scale_factor": 2}
        return self._chromium.new_context(**options, locale=locale or "en-US").new_page()


def take(lab: Lab, name: str, dark: bool) -> Path:
    cell, sign = PICTURES[name]
    notebook = lab.open(*BEFORE, cell, dark=dark, size=(WIDTH, 900))
    notebook.run(0, 1)
    notebook.run(2, wait=False)
    page = notebook.page
    page.wait_for_selector(sign)
    _tidy(page)
    bar = page.locator(".jp-NotebookPanel-toolbar").bounding_box()
    last = page.locator(".jp-Notebook .jp-Cell").last.bounding_box()
    path = IMAGES / f"{name}-{'dark' if dark else 'light'}.png"
    clip = {
        "x": bar["x"],
        "y": bar["y"],
        "width": bar["width"],
        "height": last["y"] + last["height"] + 14 - bar["y"],
    }
    page.screenshot(path=path, clip=clip)
    for waiting in page.locator(".jp-Stdin-input").all():
        waiting.fill("y")
        waiting.press("Enter")
    page.wait_for_selector(".jp-OutputArea-output .nbc-foot")
    notebook.close()
    return path


def _tidy(page: Any) -> None:
    """Without the side bars, the question about news, and the frame of the active cell."""
    page.evaluate(
        """() => {
            const {commands, shell} = window.jupyterapp;
            shell.collapseLeft();
            document.querySelectorAll('.Toastify').forEach(e => e.remove());
            document.querySelectorAll('.jp-mod-active, .jp-mod-selected')
                .forEach(e => e.classList.remove('jp-mod-active', 'jp-mod-selected'));
            document.querySelectorAll('.jp-cell-toolbar').forEach(e => e.remove());
            document.activeElement.blur();
        }"""
    )
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    chromium = next(filter(None, map(shutil.which, NAMES)))
    os.environ["PYTHONPATH"] = str(IMAGES.parents[1])
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        with Sharp(Path(folder), browser, extended=True) as lab:
            (Path(folder) / "notebooks" / "penguins.csv").write_text(PENGUINS)
            for name, dark in product(PICTURES, (False, True)):
                path = take(lab, name, dark)
                size = path.stat().st_size
                print(
                    f"{path.name}: {size:,} bytes{', which is too large' if size > LARGEST else ''}"
                )
        browser.close()


if __name__ == "__main__":
    main()
