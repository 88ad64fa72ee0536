"""`%chat settings` in a real kernel: everything that counts, in every state of the files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from nbchat.settings_file import FILE, config_folder

from ....running_kernel import RunningKernel
from ..conftest import KEY, plain

PASSWORD = "hunter22hunter22"


def on_one_line(table: str) -> str:
    """The table with what goes on below a row put behind it."""
    return re.sub(r"\n +(?:from: )?", "  ", table)


def own(text: str) -> Path:
    config_folder().mkdir(parents=True, exist_ok=True)
    path = config_folder() / FILE
    path.write_text(text)
    return path


@pytest.mark.field("C6")
@pytest.mark.field("P7")
def test_settings_show_everything_also_where_a_file_is_broken(
    kernel: RunningKernel, tmp_path: Path
) -> None:
    kernel.run(
        "import os; os.environ.update("
        f"KIMI_API_KEY={KEY!r}, MODEL_KEY={KEY[::-1]!r}, "
        f"KIMI_BASE_URL='https://me:{PASSWORD}@gateway.example/v1', "
        f"HTTPS_PROXY='http://me:{PASSWORD}@proxy.example:3128', NO_PROXY='localhost,.corp')"
    )
    path = own(
        '[limits]\nevent = "1 MiB"\n[aliases]\nfast = "glm-5.3-flash"\n'
        '[[models]]\nid = "my-model"\nname = "M"\ntype = "kimi"\nenv_key = "MODEL_KEY"\n'
    )
    kernel.run("%chat use glm-5.3")
    always = (
        r"model now +glm-5.3 +chosen with %chat use",
        r"kimi base URL +https://…@gateway.example/v1 +KIMI_BASE_URL",
        r"kimi key +set +KIMI_API_KEY",
        r"proxy for https +http://…@proxy.example:3128 +HTTPS_PROXY",
        r"no proxy for +localhost,.corp +NO_PROXY",
        r"limits.answer +64 MiB +default",
        r"timeouts.connect +10 s +default",
        rf"limits.event +1 MiB +{path}",
        rf"alias fast +glm-5.3-flash +{path}",
        rf"file +{path} +your own",
    )

    whole = kernel.run("%chat settings")
    path.write_text(path.read_text().replace("[[models]]", "[[models]]\nfeature = 1"))
    wrong_row = kernel.run("%chat settings")
    path.write_text(path.read_text() + "[[[")
    broken = kernel.run("%chat settings")

    row = rf"model my-model +at Moonshot AI \(Kimi\), +{path}\n +key in MODEL_KEY"
    assert re.search(row, whole.text)
    assert "at Moonshot AI (Kimi), key in MODEL_KEY" in plain(whole.html)
    assert re.search(r"key of my-model +set +MODEL_KEY", whole.text)
    assert "corrected" not in whole.text
    assert "'feature'" in wrong_row.text.splitlines()[0]
    assert "is not TOML at line" in broken.text.splitlines()[0]
    for ran in (whole, wrong_row, broken):
        assert (ran.status, ran.stderr) == ("ok", "")
        text = on_one_line(ran.text)
        for row in always:
            assert re.search(row, text), row
        assert "gateway.example" in plain(ran.html)
        everything = json.dumps(ran.messages, default=str)
        for secret in (KEY, KEY[::-1], PASSWORD):
            assert secret not in everything
