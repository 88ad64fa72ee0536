"""schemathesis: what the OpenAPI document says is what is done, and nothing makes the server fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .running import TOKEN, RunningServer

SECONDS = 25


def test_the_openapi_document_holds_for_whatever_is_sent(tmp_path: Path) -> None:
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    with RunningServer("--models", "demo", "--rate", "1000000") as server:
        command = [sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/openapi.json"]
        command += ["-H", f"Authorization: Bearer {TOKEN}", "--checks", checks, "--seed", "9", "--no-color"]
        command += [
            "--max-examples",
            "15",
            "--max-time",
            str(SECONDS),
            "--workers",
            "2",
            "--phases",
            "coverage,fuzzing",
        ]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=90, cwd=tmp_path)
        server.stop()

    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr + server.said[-3000:]
    assert server.said == ""
