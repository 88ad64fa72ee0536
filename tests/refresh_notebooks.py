"""Run the committed notebooks anew and save their outputs: `python -m tests.refresh_notebooks
[PATTERN]`.

Needed when the look of an answer changes, since every output holds its style.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def refresh(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(NOTEBOOKS)}}
    NotebookClient(
        notebook,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources=where,
    ).execute()
    notebook.metadata["language_info"] = {"name": "python"}  # without the version of this Python
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for path in sorted(NOTEBOOKS.glob(sys.argv[1] if sys.argv[1:] else "*.ipynb")):
        refresh(path)
        print(path.name)
