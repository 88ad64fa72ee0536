"""Figures and pictures of the notebook in a question."""

from __future__ import annotations

import io
from typing import Any
from unittest.mock import MagicMock

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from IPython.display import Image as Displayed
from PIL import Image as Pillow

from nbchat.context.expand import expand
from nbchat.context.pictures import LARGEST_PICTURE, picture
from nbchat.errors import BadSettings

from ..fakes.provider import Service, said
from ..running_kernel import RunningKernel

mpl.use("Agg")
PNG = b"\x89PNG\r\n\x1a\n"


def jpeg() -> bytes:
    file = io.BytesIO()
    Pillow.new("RGB", (30, 20)).save(file, "JPEG")
    return file.getvalue()


def figure() -> Any:
    return pd.DataFrame({"a": [1, 3, 2]}).plot().figure


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (figure(), "image/png"),
        (figure().axes[0], "image/png"),
        (Pillow.new("RGB", (30, 20)), "image/png"),
        (Displayed(data=jpeg()), "image/jpeg"),
        (jpeg(), "image/jpeg"),
    ],
    ids=["figure", "axes", "PIL", "displayed", "bytes"],
)
def test_what_a_person_can_look_at_goes_as_an_image(value: Any, kind: str) -> None:
    got = expand("What is odd in {it}? And in {it}?", {"it": value})

    assert got.text == "What is odd in it (image 1)? And in it (image 1)?"
    assert [image.media_type for image in got.images] == [kind]
    assert got.inserted[0].startswith("it (image, ")
    assert got.content == [got.text, *got.images]


@pytest.mark.parametrize(
    "value",
    [
        "text",
        b"no image",
        [1, 2],
        np.arange(3),
        pd.DataFrame({"savefig": [1], "figure": [2]}),
        MagicMock(),
        Displayed(url="https://example.com/a.png"),
    ],
    ids=["text", "bytes", "list", "array", "table", "mock", "address"],
)
def test_what_is_none_is_text(value: Any) -> None:
    assert picture("it", None) is None
    if isinstance(value, MagicMock):
        assert picture("it", value) is None
    else:
        assert expand("{it}", {"it": value}).images == []


def test_several_images_are_numbered_as_they_are_named() -> None:
    got = expand("{b} {a} {b}", {"a": jpeg(), "b": PNG + b"b"})

    assert got.text == "b (image 1) a (image 2) b (image 1)"
    assert [image.data for image in got.images] == [PNG + b"b", jpeg()]


def test_an_image_that_is_too_large_is_refused_with_a_way_out() -> None:
    with pytest.raises(
        BadSettings, match=r"photo is an image of 9\.0 MB; 8 MB can be sent.*\n.*resize"
    ):
        picture("photo", PNG + bytes(LARGEST_PICTURE + 1_000_000))


FIGURE = """import matplotlib; matplotlib.use("agg")
import matplotlib.pyplot as plt
fig, ax = plt.subplots(); ax.plot([1, 3, 2]); plt.close(fig)"""


def test_a_cell_sends_a_figure_and_says_so(kernel: RunningKernel, service: Service) -> None:
    service.answers(*said("A peak."))
    kernel.run(f"import os; os.environ.update(KIMI_API_KEY='k', KIMI_BASE_URL='{service.url}/v1')")
    assert kernel.run(FIGURE).status == "ok"

    ran = kernel.run("%%chat kimi-k2.6\nWhat is odd in {fig}?")

    text, image = service.requests[-1].json["messages"][-1]["content"]
    assert text == {"type": "text", "text": "What is odd in fig (image 1)?"}
    assert image["image_url"]["url"].startswith("data:image/png;base64,iVBORw0KGgo")
    assert "sent fig (image, " in ran.html


def test_a_model_that_reads_text_alone_can_take_over(
    kernel: RunningKernel, service: Service
) -> None:
    """Most providers refuse a request with an image in it, and so at every further question."""
    for words in ("A peak.", "As I said.", "I see nothing."):
        service.answers(*said(words))
    kernel.run(f"import os; os.environ.update(KIMI_API_KEY='k', KIMI_BASE_URL='{service.url}/v1')")
    kernel.run(f"os.environ.update(GLM_API_KEY='g', GLM_BASE_URL='{service.url}/v4')")
    kernel.run(FIGURE)
    kernel.run("%%chat kimi-k2.6\nWhat is odd in {fig}?")

    told = kernel.run("%%chat glm-5.3\nSay it again")
    warned = kernel.run("%%chat glm-5.3 --fresh\nAnd in {fig}?")
    kernel.run("%%chat kimi-k2.6\nAnd now?")

    before = "What is odd in fig (image 1)?"
    assert [m["content"] for m in service.requests[1].json["messages"]] == [
        f"{before}\n[an image]",
        "A peak.",
        "Say it again",
    ]
    assert "the images of earlier questions were left out" in told.html
    assert "it may refuse the image, or not see it" in warned.html
    assert service.requests[2].json["messages"][-1]["content"][1]["type"] == "image_url"
    assert service.requests[3].json["messages"][0] == service.requests[0].json["messages"][0]
