"""An environment for each peer, with a kernel in it that our own tools can start."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

from ..loading import BARE

COUNT = """
from importlib.metadata import distributions
names = {one.name.lower() for one in distributions()} - {"pip", "setuptools", "wheel"}
print(len(names))
"""
VERSION = "from importlib.metadata import version; print(version({name!r}))"


@dataclass(frozen=True)
class Environment:
    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")

    def install(self, *wanted: str) -> None:
        """Once: an environment that has been made for these is taken as it is.

        But a folder is installed anew, as it is now, and compiled as the packages of others are.
        """
        made = self.folder / "made-for"
        has_folder = any(Path(one).is_dir() for one in wanted)
        if made.exists() and made.read_text("utf-8") == " ".join(wanted) and not has_folder:
            return
        if not self.folder.exists():
            venv.create(self.folder, with_pip=True)
        command = [self.python, "-m", "pip", "install", "-q", "--no-input", *wanted]
        ran = subprocess.run(command, capture_output=True, text=True)
        if ran.returncode:
            raise RuntimeError(f"{' '.join(wanted)} cannot be installed: {ran.stderr[-400:]}")
        made.write_text(" ".join(wanted), "utf-8")

    def run(self, code: str) -> str:
        env = {**os.environ, "PYTHONPATH": "", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        with tempfile.TemporaryDirectory() as folder:  # some leave files where they are loaded
            ran = subprocess.run(
                [self.python, "-c", code], capture_output=True, text=True, cwd=folder, env=env
            )
        if ran.returncode:
            raise RuntimeError(ran.stderr[-400:])
        return ran.stdout

    def packages(self) -> int:
        return int(self.run(COUNT))

    def version(self, name: str) -> str:
        return self.run(VERSION.format(name=name)).strip()

    def load(self, work: str) -> float:
        """CPU milliseconds of loading, over what a bare IPython has loaded."""
        return float(self.run(BARE.format(work=work)).split()[-2])

    def kernel(self) -> str:
        """A value for JUPYTER_PATH under which `python3` is the kernel of this environment."""
        spec = {
            "argv": [self.python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": "Python 3",
            "language": "python",
            "env": {"PYTHONPATH": ""},
        }
        place = self.folder / "kernel" / "kernels" / "python3"
        place.mkdir(parents=True, exist_ok=True)
        (place / "kernel.json").write_text(json.dumps(spec), "utf-8")
        return str(self.folder / "kernel")
