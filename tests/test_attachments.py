"""What is attached is what its first bytes say, whatever was said of it."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

import nbchat
from nbchat import File, Image, Message
from nbchat.chat_service.request import ChatMessage
from nbchat.frontends.panel.page_messages import images
from nbchat.frontends.server.openai_fields import read_data_url
from nbchat.store.reading import read_turn

from .fakes.provider import Service, answer, said

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
JPEG_OF_A_CAMERA = b"\xff\xd8\xff\xe1\x00\x10Exif"
GIF, OLD_GIF = b"GIF89a\x01\x00", b"GIF87a\x01\x00"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 "
PDF = b"%PDF-1.7\n%\xe2\xe3"

KNOWN = [
    (PNG, "image/png"),
    (JPEG, "image/jpeg"),
    (JPEG_OF_A_CAMERA, "image/jpeg"),
    (GIF, "image/gif"),
    (OLD_GIF, "image/gif"),
    (WEBP, "image/webp"),
    (PDF, "application/pdf"),
    (b"\x00\x00\x00\x18ftypheic\x00\x00", "image/heic"),
    (b"\x00\x00\x00\x1cftypavif\x00\x00", "image/avif"),
    (b"II*\x00\x08\x00\x00\x00", "image/tiff"),
    (b"MM\x00*\x00\x00\x00\x08", "image/tiff"),
    (b"BM\x0a\x00\x00\x00\x00\x00\x00\x00", "image/bmp"),
]
UNKNOWN = [
    b"",
    b"\x89PN",
    b"\xff\xd8",
    b"GIF8",
    b"RIFF\x24\x00\x00\x00WAVEfmt ",
    b"%PD",
    b"text %PDF-1.7",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"BM\x00\x00",
    b"BMW,X5,2019\n",
    b"\x00\x00\x00\x18ftypmp42\x00\x00",
]


@pytest.mark.field("E11")
@pytest.mark.parametrize(("data", "kind"), KNOWN)
@pytest.mark.parametrize("given", ["image/png", "image/jpg", "application/octet-stream", ""])
def test_the_first_bytes_decide_the_type(data: bytes, kind: str, given: str) -> None:
    assert Image(data).media_type == kind
    assert Image(data, given).media_type == kind
    assert File(data).media_type == kind
    assert File(data, given, "a.bin").media_type == kind
    assert Image(data).data_url == f"data:{kind};base64,{b64encode(data).decode()}"
    assert Image(data, given) == Image(data, kind)


@pytest.mark.field("E11")
@pytest.mark.parametrize("data", UNKNOWN)
def test_what_bytes_do_not_say_stays_as_it_was_given(data: bytes) -> None:
    assert Image(data, "image/heic").media_type == "image/heic"
    assert Image(data).media_type == "image/png"
    assert File(data, "text/csv", "a.csv").media_type == "text/csv"


@pytest.mark.field("E11")
def test_a_file_is_known_by_its_bytes_before_its_name(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(PDF)

    assert File.open(path).media_type == "application/pdf"
    path.write_bytes(b"words")
    assert File.open(path).media_type == "text/plain"


ASKED: dict[str, Any] = {
    "openai-chat": lambda body: body["messages"][0]["content"][1]["image_url"]["url"],
    "openai-responses": lambda body: body["input"][0]["content"][1]["image_url"],
    "anthropic-messages": lambda body: body["messages"][0]["content"][1]["source"]["media_type"],
    "gemini": lambda body: body["contents"][0]["parts"][1]["inlineData"]["mimeType"],
}


@pytest.mark.field("E11")
@pytest.mark.parametrize("wire", ASKED)
@pytest.mark.parametrize("part", [Image(JPEG), File(JPEG, name="photo.pdf")], ids=["image", "file"])
def test_a_picture_is_sent_as_what_it_is(service: Service, wire: str, part: Any) -> None:
    """Also one that came as a file."""
    service.always(answer(b"{}", status=400))

    with pytest.raises(nbchat.NbchatError):
        nbchat.ask(
            "openai:m",
            [Message("user", ["What?", part])],
            base_url=f"{service.url}/v1",
            wire=wire,
            api_key="k",
        )

    assert "image/jpeg" in ASKED[wire](service.requests[0].json)


@pytest.mark.field("E11")
def test_a_document_that_came_as_an_image_is_sent_as_one(service: Service) -> None:
    service.answers(*said("A report."))
    question = [Message("user", ["What?", Image(PDF)])]

    nbchat.ask("openai:m", question, base_url=f"{service.url}/v1", wire="openai-chat", api_key="k")

    sent = service.requests[0].json["messages"][0]["content"][1]
    assert sent["file"]["file_data"].startswith("data:application/pdf;base64,")


@pytest.mark.field("E11")
def test_every_way_in_looks_at_the_bytes() -> None:
    """The panel's attachments, a server's data URLs, the chat service, what is on disk."""
    encoded = b64encode(JPEG).decode()

    (of_panel,) = images([JPEG])
    of_server = Image(*read_data_url(f"data:image/png;base64,{encoded}", "here"))
    image = {"type": "image", "data": encoded, "media_type": "image/png"}
    of_service = ChatMessage(role="user", content=[image]).message.content[0]

    stored = {"image": encoded, "media_type": "image/png"}
    of_disk = read_turn({"question": [stored], "answer": "Yes."}, 1, None).question.content[0]

    ways = (of_panel, of_server, of_service, of_disk)
    assert {one.media_type for one in ways} == {"image/jpeg"}
