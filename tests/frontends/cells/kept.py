"""What a kernel's recorder has kept, asked from outside."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ...running_kernel import RunningKernel

TELL = """
import json as _json
from nbchat.frontends.host import IPythonNotebook as _Notebook
print(_json.dumps([
    dict(source=_c.source, number=_c.number, id=_c.id, failed=_c.failed, running=_c.is_running,
         place=_c.place, turns=len(_c.turn_ids),
         outputs=[(_o.kind, _o.text, len(_o.image.data) if _o.image else 0) for _o in _c.outputs])
    for _c in _Notebook(get_ipython()).cells[-{most}:]
]))
"""


@dataclass
class Kept:
    """A cell as it was kept."""

    source: str
    number: int
    id: str | None
    failed: bool
    running: bool
    place: int | None
    turns: int
    outputs: list[tuple[str, str, int]]

    @property
    def texts(self) -> list[tuple[str, str]]:
        return [(kind, text) for kind, text, _ in self.outputs]


def cells(kernel: RunningKernel, most: int = 3) -> list[Kept]:
    """The newest cells, without the one that asks."""
    told = kernel.run(TELL.replace("{most}", str(most + 1))).text
    rows: list[dict[str, Any]] = json.loads(told)
    return [Kept(**row) for row in rows][:-1]


def ran(kernel: RunningKernel, code: str, cell: str | None = None) -> Kept:
    """Run a cell. What was kept of it."""
    kernel.run(code, cell=cell)
    kept = cells(kernel, 1)[-1]
    assert kept.source == code
    return kept
