"""axe-core, which looks for what keeps people from using a page."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

VERSION = "4.14.1"


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core's script, from the npm registry: for tests only (MPL-2.0), and never kept."""
    folder = tmp_path_factory.mktemp("axe")
    if not shutil.which("npm"):
        pytest.skip("axe-core cannot be fetched: no npm")
    try:
        subprocess.run(
            ["npm", "pack", f"axe-core@{VERSION}", "--silent"],
            cwd=folder,
            check=True,
            timeout=300,
            capture_output=True,
        )
        subprocess.run(["tar", "xzf", f"axe-core-{VERSION}.tgz"], cwd=folder, check=True)
    except (subprocess.SubprocessError, OSError) as error:
        pytest.skip(f"axe-core cannot be fetched: {error}")
    return Path(folder, "package", "axe.min.js").read_text("utf-8")
