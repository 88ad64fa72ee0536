"""Figures and pictures of the notebook in a question."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import Any
from unittest.mock import MagicMock

import matplotlib as mpl
import pandas as pd
import pytest
from IPython.display import SVG
from IPython.display import Image as Displayed
from PIL import Image as Pillow

from nbchat.context import pictures
from nbchat.context.forms import Form
from nbchat.context.pictures import LARGEST_PICTURE
from nbchat.context.values import label, show
from nbchat.messages import File, Image

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


class Draws:
    def __init__(self, drawn: Any) -> None:
        self.drawn = drawn


class DrawsPng(Draws):
    def _repr_png_(self) -> Any:
        return self.drawn


class DrawsJpeg(Draws):
    def _repr_jpeg_(self) -> Any:
        return self.drawn


class DrawsBundle(Draws):
    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return self.drawn


@pytest.mark.field("V5")
@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (figure(), "image/png"),
        (figure().axes[0], "image/png"),
        (Pillow.new("RGB", (30, 20)), "image/png"),
        (Displayed(data=jpeg()), "image/jpeg"),
        (Image(jpeg(), "image/jpeg"), "image/jpeg"),
        (jpeg(), "image/jpeg"),
        (DrawsPng(PNG), "image/png"),
        (DrawsPng((PNG, {"width": 3})), "image/png"),
        (DrawsPng(b64encode(PNG).decode()), "image/png"),
        (DrawsJpeg(jpeg()), "image/jpeg"),
        (DrawsBundle({"text/plain": "it", "image/png": b64encode(PNG).decode()}), "image/png"),
        (DrawsBundle(({"image/jpeg": jpeg()}, {})), "image/jpeg"),
    ],
    ids=lambda part: type(part).__name__,
)
def test_what_a_person_can_look_at_goes_as_an_image(value: Any, kind: str) -> None:
    shown = show("it", value, Form())

    assert [part.media_type for part in shown.attached] == [kind]
    assert shown.text == ""
    assert label("it", shown).startswith("it (image, ")
    assert show("it", value, Form(), "schema").attached == ()


@pytest.mark.parametrize(
    "value",
    [
        "text",
        b"no image",
        [1, 2],
        MagicMock(),
        Displayed(url="https://example.com/a.png"),
        DrawsPng(None),
        DrawsPng(b"no image"),
        DrawsBundle({"text/html": "<b>it</b>"}),
    ],
    ids=lambda part: type(part).__name__,
)
def test_what_is_none_is_no_image(value: Any) -> None:
    assert show("it", value, Form()).attached == ()


def test_a_picture_under_schema_is_refused_with_the_reason() -> None:
    shown = show("fig", figure(), Form("schema"))

    assert (shown.refusal, shown.text) == ("fig is not sent: a figure shows values", "")


def test_a_document_is_attached() -> None:
    file = File(b"%PDF-1.7", name="a.pdf")

    assert show("it", file, Form()).attached == (file,)
    assert show("it", b"%PDF-1.7", Form()).attached == (File(b"%PDF-1.7", name="it.pdf"),)


def test_a_drawing_in_svg_is_its_text() -> None:
    shown = show("it", SVG(data="<svg xmlns='http://www.w3.org/2000/svg'></svg>"), Form())

    assert shown.text.startswith("<svg xmlns=")
    assert shown.fence == "xml"


def test_an_image_that_is_too_large_is_refused_with_a_way_out() -> None:
    shown = show("photo", PNG + bytes(LARGEST_PICTURE + 1_000_000), Form())

    assert shown.attached == ()
    assert shown.refusal == (
        "photo is not sent: an image of 9.0 MB, and 8 MB can be sent; "
        "send photo.resize((1000, 800)), say"
    )


def test_a_picture_of_pillow_that_is_too_large_is_drawn_smaller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pictures, "LARGEST_PICTURE", 40_000)
    monkeypatch.setattr(pictures, "SMALLER", (100, 100))
    photo = Pillow.effect_noise((300, 300), 200)

    (image,) = show("photo", photo, Form()).attached

    assert len(image.data) <= 40_000
    assert photo.size == (300, 300)


def test_a_figure_of_bokeh_is_refused_with_a_way_out() -> None:
    kind = type("figure", (), {"__module__": "bokeh.plotting._figure"})

    assert show("p", kind(), Form()).refusal == (
        "p is a figure and not sent; send a figure of matplotlib, or the table behind it, say"
    )


FIGURE = """import matplotlib; matplotlib.use("agg")
import matplotlib.pyplot as plt
fig, ax = plt.subplots(); ax.plot([1, 3, 2]); plt.close(fig)"""


def test_a_cell_sends_a_figure_and_says_so(kernel: RunningKernel, service: Service) -> None:
    service.answers(*said("A peak."))
    kernel.run(f"import os; os.environ.update(KIMI_API_KEY='k', KIMI_BASE_URL='{service.url}/v1')")
    assert kernel.run(FIGURE).status == "ok"

    ran = kernel.run("%%chat kimi-k2.6\nWhat is odd in {fig}?")

    text, image = service.requests[-1].json["messages"][-1]["content"]
    assert text == {"type": "text", "text": "What is odd in fig?"}
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

    before = "What is odd in fig?"
    assert [m["content"] for m in service.requests[1].json["messages"]] == [
        f"{before}\n[an image]",
        "A peak.",
        "Say it again",
    ]
    assert "the images of earlier questions were left out" in told.html
    assert "it may refuse the image, or not see it" in warned.html
    assert service.requests[2].json["messages"][-1]["content"][1]["type"] == "image_url"
    assert service.requests[3].json["messages"][0] == service.requests[0].json["messages"][0]
