"""What is measured of a peer, in a real kernel that asks one server on this machine."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nbformat

from ...fakes.provider import Play, Request, Service, answer, sse
from ...running_kernel import Ran, RunningKernel
from ..answers import markdown, paced
from ..iopub import PIECE, measured
from .environment import Environment
from .table import Peer

SIZE = 10_000  # characters of the long answer
LINES = 3  # of an error that are no traceback
FEW = 20  # messages of a cell that does not stream
PARTIAL = "some words "
SAID = "Yes, it is so."
REFUSED = b'{"error": {"message": "bad key", "type": "invalid_request_error"}}'
CANARY = "canary-of-a-variable"
HEAD = b"HTTP/1.1 200 .\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
FACTS = {"id": "chatcmpl-1", "created": 1, "model": "gpt-4o-mini"}
USAGE = {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21}


@dataclass
class Column:
    """One peer, as the README's table has it."""

    version: str
    measured_on: str
    packages: int
    loading: float  # times the CPU of `import openai`
    streams: bool
    bytes: int  # of iopub, for the long answer
    shown: bool  # of an answer that is stopped
    remembered: bool
    traceback: bool
    fails: bool  # a run whose key is refused
    nbval: bool
    braces: str  # "stays", or the error
    variable: str  # "yes", "by a helper" or "no"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


# --- the server ----------------------------------------------------------------------------------


def event(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return sse({**FACTS, "object": "chat.completion.chunk", "choices": [choice]}, done=False)


def events(*pieces: str) -> list[bytes]:
    words = [event({"content": piece}) for piece in pieces]
    usage = sse({**FACTS, "object": "chat.completion.chunk", "choices": [], "usage": USAGE})
    return [event({"role": "assistant", "content": ""}), *words, event({}, "stop"), usage]


def whole(text: str) -> bytes:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {**FACTS, "object": "chat.completion", "choices": [choice], "usage": USAGE}
    return json.dumps(body).encode()


def says(text: str, seconds: float = 0.0) -> Play:
    """The answer in small pieces to whom asks for a stream, and at once to everybody else."""
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]

    async def play(request: Request, writer: asyncio.StreamWriter) -> bool | None:
        if request.json.get("stream"):
            return await paced(events(*pieces), seconds)(request, writer)
        kind = {"content-type": "application/json"}
        return await answer(whole(text), headers=kind)(request, writer)

    return play


async def falls_silent(request: Request, writer: asyncio.StreamWriter) -> None:
    """A few words to whom asks for a stream, and then nothing."""
    if request.json.get("stream"):
        writer.write(HEAD)
        for chunk in events(PARTIAL)[:2]:
            writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        await writer.drain()
    await asyncio.sleep(60)


# --- the kernel ----------------------------------------------------------------------------------


def variables(url: str, folder: Path) -> dict[str, str]:
    """What every peer needs to ask that server, and to leave this machine's own files alone."""
    key = "sk-benchmark"
    return {
        "OPENAI_API_KEY": key,
        "OPENAI_BASE_URL": f"{url}/v1",
        "OPENAI_API_BASE": f"{url}/v1",
        "CELLMAGE_API_KEY": key,
        "CELLMAGE_API_BASE": f"{url}/v1",
        "CELLMAGE_DEFAULT_MODEL": "gpt-4o-mini",
        "KIMI_API_KEY": key,
        "KIMI_BASE_URL": f"{url}/v1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "HOME": str(folder),
        "IPYTHONDIR": str(folder / "ipython"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }


@contextmanager
def running(peer: Peer, env: dict[str, str], folder: Path) -> Iterator[RunningKernel]:
    """A kernel in the peer's environment that has loaded it."""
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = env["JUPYTER_PATH"]
    try:
        with RunningKernel(cwd=folder, env=env) as kernel:
            kernel.run(peer.load)
            yield kernel
    finally:
        del os.environ["JUPYTER_PATH"]
        if before is not None:
            os.environ["JUPYTER_PATH"] = before


def cell(peer: Peer, question: str) -> str:
    return peer.ask.replace("QUESTION", question)


def sent(service: Service) -> str:
    """The words of the last request."""
    return json.dumps(service.requests[-1].json["messages"]) if service.requests else ""


def words(ran: Ran) -> str:
    """Everything that the cell shows, in whatever form."""
    shown = [output.get("text", "") for output in ran.outputs]
    for output in ran.outputs:
        shown += map(str, output.get("data", {}).values())
    return "\n".join(shown)


def has_traceback(ran: Ran) -> bool:
    """Whether it ends in more than a line or two that a person reads."""
    lines = [
        line
        for error in ran.of("error")
        for part in error["traceback"]
        for line in part.split("\n")
    ]
    return len(lines) > LINES or "Traceback" in ran.stderr


def error_of(ran: Ran) -> str:
    for error in ran.of("error"):
        return str(error["ename"])
    return ran.stderr.strip().split("\n")[-1].partition(":")[0] or "nothing is asked"


# --- what is found -------------------------------------------------------------------------------


def in_cells(
    peer: Peer, env: dict[str, str], service: Service, folder: Path, seconds: float
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with running(peer, env, folder) as kernel:
        service.always(says(SAID))
        first = kernel.run(cell(peer, "Is it so?"))
        if SAID not in words(first):
            raise RuntimeError(f"no answer is shown: {words(first)[-300:] or error_of(first)}")

        asked = len(service.requests)
        braces = kernel.run(cell(peer, 'Repeat {"json": 1}.'))
        stays = len(service.requests) > asked and '{\\"json\\": 1}' in sent(service)
        found["braces"] = "stays" if stays else error_of(braces)

        kernel.run(f"df = {CANARY!r}")
        kernel.run(cell(peer, "Say {df}"))
        found["variable"] = "yes" if CANARY in sent(service) else "no"
        if peer.helper and found["variable"] == "no":
            kernel.run(peer.helper)
            found["variable"] = "by a helper" if CANARY in sent(service) else "no"

        service.always(falls_silent)
        started = kernel.start(cell(peer, "Talk"))
        kernel.wait_for(started, "execute_input")
        time.sleep(3.0)
        kernel.interrupt()
        stopped = kernel.finish(started)
        found["shown"] = PARTIAL.strip() in words(stopped)
        found["traceback"] = has_traceback(stopped)
        service.always(says(SAID))
        kernel.run(cell(peer, "Go on"))
        found["remembered"] = PARTIAL.strip() in sent(service)

    with running(peer, env, folder) as kernel:
        service.always(says(SAID))
        kernel.run(cell(peer, "Is it so?"))
        service.always(says(markdown(SIZE), seconds))
        cost = measured(kernel, cell(peer, "Go"))
        found |= {"streams": cost.messages > FEW, "bytes": cost.bytes}
    return found


def tool(*command: str, env: dict[str, str], folder: Path) -> bool:
    """Whether it ends well."""
    ran = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=300,
    )
    return ran.returncode == 0


def headless(peer: Peer, env: dict[str, str], service: Service, folder: Path) -> dict[str, bool]:
    cells = [nbformat.v4.new_code_cell(code) for code in (peer.load, cell(peer, "Is it so?"))]
    path = folder / "a.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    execute = ("jupyter", "execute", "--kernel_name=python3")
    own = {name: value for name, value in env.items() if name != "HOME"}  # playwright's, pip's

    service.always(says(SAID))
    ends = tool(*execute, "--inplace", path.name, env=own, folder=folder)
    validate = ("pytest", "--nbval", path.name, "-q", "-p", "no:cacheprovider", "-c", os.devnull)
    passes = tool(*validate, "--nbval-kernel-name=python3", env=own, folder=folder)

    service.always(answer(REFUSED, status=401, headers={"content-type": "application/json"}))
    fails = not tool(*execute, path.name, env=own, folder=folder)
    return {"nbval": ends and passes, "fails": fails}


def measure(peer: Peer, environment: Environment, folder: Path, seconds: float) -> dict[str, Any]:
    """All of it but the load, which needs many processes."""
    with Service() as service:
        env = {**variables(service.url, folder), "JUPYTER_PATH": environment.kernel()}
        found = in_cells(peer, env, service, folder, seconds)
        found |= headless(peer, env, service, folder)
    return {
        **found,
        "version": environment.version(peer.distribution),
        "packages": environment.packages(),
    }
