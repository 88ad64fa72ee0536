"""A link leads where a reader of its words expects, or says so."""

from __future__ import annotations

import pytest

from nbchat.render import to_html
from nbchat.render.markdown.addresses import destination
from tests.render.dom import Page
from tests.render.payloads import HOST_SHOWN, HOST_SHOWN_ANYHOW, NO_LINK


@pytest.mark.parametrize(("markdown", "words"), NO_LINK)
def test_what_may_not_be_clicked_is_words(markdown: str, words: str) -> None:
    page = Page(to_html(markdown))

    assert page.links == []
    assert page.faults == []
    assert words in page.text


@pytest.mark.parametrize(("markdown", "host"), HOST_SHOWN)
def test_a_link_that_says_another_host_is_followed_by_its_own(markdown: str, host: str) -> None:
    page = Page(to_html(markdown))

    assert len(page.links) == 1
    assert page.faults == []
    assert host in page.text


@pytest.mark.field("T5")
@pytest.mark.parametrize(("markdown", "host"), HOST_SHOWN_ANYHOW)
def test_neither_a_path_nor_words_in_disguise_switch_the_remark_off(
    markdown: str, host: str
) -> None:
    assert f"({host})" in Page(to_html(markdown)).text


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("the docs", "https://docs.example"),
        ("pandas.DataFrame", "https://pandas.pydata.org/docs/"),
        ("Node.js", "https://nodejs.org"),
        ("main.py", "https://github.com/x/y/blob/main/main.py"),
        ("version 1.2.3", "https://github.com/x/y"),
        ("github.com", "https://github.com/x/y"),
        ("python.org", "https://www.python.org"),
        ("www.python.org/downloads", "https://python.org/downloads"),
        ("arxiv.org", "https://export.arxiv.org/abs/1"),
        ("https://a.example", "https://a.example/"),
        ("https://a.example/x?y=b.example", "https://a.example/x?y=b.example"),
        ("see https://a.example.", "https://a.example"),
        ("https://evil.example/bank.com", "https://evil.example/bank.com"),
        ("bank.com/evil.com/x", "https://bank.com/evil.com/x"),
        ("Bank.COM:443", "https://bank.com"),
        ("(see https://a.example)", "https://a.example"),
        ("@octocat", "https://github.com/octocat"),
        ("model.pt", "https://hub.example/model.pt"),
        ("localhost:8888/tree", "http://localhost:8888/tree"),
        ("[::1]:8888", "http://[::1]:8888/"),
        ("on localhost", "https://jupyter.org"),
        ("plt.show, df.style and match.group", "https://docs.example"),
        ("x[1:2], a.select_dtypes, re.match", "https://docs.example"),
        ("self.name and cls.data", "https://docs.example"),
        ("\u4f60\u597d\uff0c\u4e2d\u56fd", "https://docs.example"),
        ("bank.support\u2122", "https://bank.support"),
        ("\u2022 sparkasse.berlin", "https://www.sparkasse.berlin"),
        ("Ts. & Cs., i.e. No.1", "https://a.example"),
        ("\u26a0\ufe0f the docs", "https://docs.example"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "https://docs.example"),
        ("me@a.example", "mailto:me@a.example"),
        ("מסמכים", "https://docs.example"),
    ],
)
def test_a_link_that_tells_the_truth_is_left_alone(words: str, address: str) -> None:
    assert Page(to_html(f"[{words}]({address})")).text.strip() == words


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://example.com", "example.com"),
        ("HTTP://EXAMPLE.com:8080/x", "example.com"),
        ("https://a.b@c.d@e.example/x@y", "e.example"),
        ("https://good.example?@evil.example", "good.example"),
        ("https://good.example#@evil.example", "good.example"),
        ("https://evil.example\\@good.example", "evil.example"),
        ("https://[::1]:80/", "[::1]"),
        ("https://[0:0:0:0:0:0:0:1]/", "[::1]"),
        ("http://2130706433/", "127.0.0.1"),
        ("http://0177.1/", "127.0.0.1"),
        ("https://例子.example", "xn--fsqu00a.example"),
        ("https://ｅｖｉｌ.example", "evil.example"),
        ("mailto:me@a.example", "a.example"),
        ("mailto:me@a.example?subject=x&body=y", "a.example"),
        ("mailto:me@a.example?attach=x", ""),
        ("https:example.com", ""),
        ("https://", ""),
        ("https://a..b", ""),
        ("https://a.b:65536", ""),
        ("https://a.b:x", ""),
        ("https://a b.c", ""),
        ("//a.b", ""),
        ("ftp://a.b", ""),
        ("https://" + "a." * 3_000 + "b", ""),
    ],
)
def test_the_destination_is_the_one_a_browser_would_go_to(address: str, host: str) -> None:
    assert destination(address) == host


def test_the_words_of_a_picture_hide_nothing_either() -> None:
    assert "\\u202e" in to_html("![a\u202eb](https://a.example/x.png)")


def test_prose_keeps_what_writing_from_right_to_left_needs() -> None:
    for mark in "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069":
        assert f"a{mark}b" in to_html(f"a{mark}b")


@pytest.mark.parametrize("mark", ["\u202d", "\u202e", "\U000e0041"])
def test_prose_hides_and_turns_nothing(mark: str) -> None:
    written = mark.encode("unicode_escape").decode()

    assert to_html(f"a{mark}b") == f"<p>a{written}b</p>\n"
    assert to_html(f"`a{mark}b`") == f"<p><code>a{written}b</code></p>\n"


def test_a_flag_is_not_taken_apart() -> None:
    wales = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"

    assert wales in to_html(f"{wales} Cymru")
