"""What several files of faults need."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from nbchat.engine import retry
from nbchat.network import client
from nbchat.settings_file import FILE, config_folder

from .faults.certificates import Authority
from .faults.server import Misbehaving, Turn


def limit(**limits: str) -> None:
    """Let these be the limits on what is read, as the user's file says."""
    file = config_folder() / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = (f'{name} = "{size}"\n' for name, size in limits.items())
    file.write_text("[limits]\n" + "".join(lines))


@pytest.fixture(autouse=True)
def short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds for people, or many megabytes, takes few here."""
    limit(answer="2 MiB", between_events="512 KiB")
    monkeypatch.setattr(retry, "FIRST_DELAY", 0.01)
    monkeypatch.setattr(client, "ERROR_BODY_SECONDS", 20.0)  # on a busy machine, too


@pytest.fixture(scope="module")
def server() -> Iterator[Misbehaving]:
    """A server that answers as it should; a file with faults of its own has another."""
    with Misbehaving({"good": Turn.good}) as server:
        yield server


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if not shutil.which("openssl"):
        pytest.skip("no openssl program to make certificates with")
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    return authority
