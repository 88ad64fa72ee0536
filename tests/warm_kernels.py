"""Kernels that begin as a fork of a process that has imported ipykernel, and nothing of nbchat.

Most of what it costs to start a kernel is the import of ipykernel. All else is as ever: a process
of its own, with its own folder, environment, sockets and connection file.
"""

from __future__ import annotations

import atexit
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from typing import Any

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

CAN_FORK = hasattr(os, "fork") and hasattr(os, "pidfd_open")
# What Python reads when it starts is the same for all kernels, whichever test needs the first one.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))},
    "LANG": "C.UTF-8",
}


# --- the process that forks ----------------------------------------------------------------------


def serve() -> None:
    """Fork a kernel for each order on the standard input, and print its process id."""
    import ipykernel.ipkernel
    import ipykernel.kernelapp  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody has to wait for a kernel that ends
    for line in sys.stdin:
        kernel = os.fork()
        if kernel == 0:
            become_kernel(**json.loads(line))
        print(kernel, flush=True)


def become_kernel(argv: list[str], cwd: str, env: dict[str, str]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nothing, number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    tempfile.tempdir = None
    time.tzset()
    sys.argv = argv
    runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)
    os._exit(0)


# --- who asks for kernels ------------------------------------------------------------------------


@cache
def forking() -> subprocess.Popen[str]:
    """The process that forks, one for all tests of a process."""
    process = subprocess.Popen(
        [sys.executable, "-P", __file__],
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    atexit.register(process.communicate)  # it ends where nobody can order any more
    return process


class Forked:
    """A kernel's process, with what the manager of kernels uses of a `Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, **order: Any) -> None:
        process = forking()
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        self.pid = int(process.stdout.readline())
        self._ended = os.pidfd_open(self.pid)

    def poll(self) -> int | None:
        return 0 if self._ends(0) else None

    def wait(self, timeout: float | None = None) -> int:
        if not self._ends(timeout):
            raise subprocess.TimeoutExpired("a kernel", timeout or 0)
        return 0

    def _ends(self, seconds: float | None) -> bool:
        return bool(select.select([self._ended], [], [], seconds)[0])

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def __del__(self) -> None:
        os.close(self._ended)


class WarmProvisioner(LocalProvisioner):
    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        _python, *_minus_m, module = cmd[:3]
        assert module == "ipykernel_launcher"
        self.process = Forked(argv=cmd[2:], cwd=kwargs["cwd"], env=kwargs["env"])
        self.pid = self.pgid = self.process.pid
        return self.connection_info


class Warm:
    """What the factory of provisioners takes for an entry point."""

    value = "tests"

    @staticmethod
    def load() -> type[WarmProvisioner]:
        return WarmProvisioner


KernelProvisionerFactory.instance().provisioners["warm"] = Warm

if __name__ == "__main__":
    serve()
