"""schemathesis: the server does what its OpenAPI document says, and nothing makes it fail."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .running import TOKEN, RunningServer

SECONDS = 10
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)


def test_every_operation_is_described_and_its_examples_are_answered(server: RunningServer) -> None:
    document = server.request("GET", "/openapi.json").json

    assert "http" not in json.dumps(document["info"])
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert {"summary", "description", "tags"} <= set(operation), path
            assert "Successful Response" not in [
                r["description"] for r in operation["responses"].values()
            ], path
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            for example in body.get("examples", {}).values():
                assert server.request(method.upper(), path, example["value"]).status == 200
    assert not [
        name
        for name in document["components"]["schemas"]
        if "__" in name or name.startswith("HTTP")
    ]


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_there_is_no_page_that_loads_scripts_from_elsewhere(
    server: RunningServer, path: str
) -> None:
    assert server.request("GET", path).status == 404


def test_the_openapi_document_holds_for_whatever_is_sent(tmp_path: Path) -> None:
    options = {
        "--checks": ",".join(CHECKS),
        "--header": f"Authorization: Bearer {TOKEN}",
        "--phases": "examples,coverage,fuzzing",
        "--seed": "1",
        "--max-time": str(SECONDS),
        # With more workers, hypothesis sometimes fails: two threads set the recursion limit.
        "--workers": "1",
    }
    with RunningServer("--models", "demo", "--rate", "1000000") as server:
        command = [sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/openapi.json"]
        for option, value in options.items():
            command += [option, value]
        command.append("--no-color")
        ran = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=tmp_path)
        server.stop()

    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr + server.said[-3000:]
    assert server.said == ""
