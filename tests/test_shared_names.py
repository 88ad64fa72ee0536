"""`tests/shared_names.py` lists what stands in two rooms, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from .shared_names import main, shared_names

FILES = {
    "kitchen/__init__.py": "def cook(): ...\nclass Pan: ...\n",
    "kitchen/knife.py": "class Fork: ...\ndef _cook(): ...\n",
    "hall/lamp.py": "class Lamp:\n    def light(self): ...\n    def cook(self): ...\n",
    "hall/knife.py": "def open():\n    def cook(): ...\n",
    "cellar/kitchen.py": "cook = 1\n",
    "cellar/lights.py": "from typing import Protocol\n"
    "class Light(Protocol[T]):\n    def light(self): ...\n"
    "class Base:\n    def dim(self): ...\n",
    "cellar/candle.py": "class Candle(Base):\n    def light(self): ...\n    def dim(self): ...\n",
    "cellar/dim.py": "class Pan:\n    def candle(self): ...\n    def candle(self): ...\n",
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for name, source in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
    return tmp_path


def test_what_stands_in_two_rooms_is_listed_with_them(house: Path) -> None:
    assert shared_names(house) == {
        "Pan": ["cellar/dim.py", "kitchen/__init__.py"],  # two classes
        "candle": ["cellar/candle.py", "cellar/dim.py"],  # a file, and a method
        "cook": ["hall/lamp.py", "kitchen/__init__.py"],  # a method, and a function
        "kitchen": ["cellar/kitchen.py", "kitchen/__init__.py"],  # a file, and a folder
        "knife": ["hall/knife.py", "kitchen/knife.py"],  # two files
    }


def test_a_line_is_a_name_with_its_files(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(house)

    assert "cook     hall/lamp.py, kitchen/__init__.py" in capsys.readouterr().out.splitlines()
