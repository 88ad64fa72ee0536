"""How an answer is shown: as the environment says, or a file, or as the front-end finds right."""

from __future__ import annotations

from pathlib import Path

from ...running_kernel import RunningKernel

LIVE, STATIC = True, False
# What the file says, what the environment says; how it is shown to a person, and to nobody.
ROWS = (
    ("", "", LIVE, STATIC),
    ("static", "", STATIC, STATIC),
    ("live", "", LIVE, LIVE),
    ("", "live", LIVE, LIVE),
    ("static", "live", LIVE, LIVE),
    ("live", "static", STATIC, STATIC),
)


def test_the_display_of_the_environment_goes_before_that_of_a_file(
    kernel: RunningKernel, tmp_path: Path
) -> None:
    file = tmp_path / "nbchat.toml"
    found = []
    for said, variable, *_ in ROWS:
        file.write_text(f'display = "{said}"\n' if said else "")
        kernel.run(f"import os; os.environ['NBCHAT_DISPLAY'] = {variable!r}")
        ran = [kernel.run("%%chat demo\nHeadings", watched=watched) for watched in (True, False)]
        found.append((said, variable, *(one.repaints > 1 for one in ran)))

    assert found == list(ROWS)
