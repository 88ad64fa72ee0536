"""Which proxy is on the way to a host, and why: the variables as everybody else reads them."""

from __future__ import annotations

import pytest

from nbchat.errors import BadSettings
from nbchat.network.proxy import choose_proxy, proxies, proxy_for

PROXY = "http://user:s3cret@proxy.corp:3128"

# A list of hosts, an address that it names, and why.
NAMED = [
    ("*", "https://api.example.com/v1", "all"),
    ("foo.test,*", "https://api.example.com/v1", "all, as Go has it inside a list"),
    ("api.example.com", "https://api.example.com/v1", "the very name"),
    ("example.com", "https://api.example.com/v1", "below a name"),
    ("example.com", "https://example.com/v1", "the name itself"),
    (".example.com", "https://api.example.com/v1", "below a name, with a dot"),
    (".example.com", "https://example.com/v1", "the name itself, as curl has it"),
    ("*.example.com", "https://a.b.example.com/v1", "below a name, with a star"),
    ("*.example.com", "https://example.com/v1", "the name itself, as undici has it"),
    ("*example.com", "https://myexample.com/v1", "a star in front of letters"),
    ("API.Example.COM", "https://api.example.com/v1", "capital letters in the list"),
    ("api.example.com", "https://API.EXAMPLE.com/v1", "capital letters in the address"),
    ("api.example.com.", "https://api.example.com/v1", "a dot at the end in the list"),
    ("api.example.com", "https://api.example.com./v1", "a dot at the end in the address"),
    ("bücher.example", "https://xn--bcher-kva.example/v1", "letters of another alphabet"),
    ("foo, api.example.com", "https://api.example.com/v1", "a comma and a space"),
    ("foo api.example.com", "https://api.example.com/v1", "a space alone"),
    ("foo\tapi.example.com\n", "https://api.example.com/v1", "tabs and line ends"),
    (",,foo,,api.example.com,", "https://api.example.com/v1", "empty entries"),
    ("foo;api.example.com", "https://api.example.com/v1", "as Windows separates them"),
    ("'api.example.com'", "https://api.example.com/v1", "quotes around it all"),
    ("http://api.example.com/", "https://api.example.com/v1", "an address for a host"),
    ("api.example.com:443", "https://api.example.com/v1", "the port that https has"),
    ("api.example.com:80", "http://api.example.com/v1", "the port that http has"),
    ("api.example.com:8443", "https://api.example.com:8443/v1", "a port of its own"),
    ("example.com:8443", "https://api.example.com:8443/v1", "a port, below a name"),
    (".example.com:8443", "https://api.example.com:8443/v1", "a port, with a dot"),
    ("api.example.com:*", "https://api.example.com:8443/v1", "any port"),
    ("ollama", "http://ollama:11434", "a name without dots"),
    ("10.1.2.3", "https://10.1.2.3/v1", "an address"),
    ("10.1.2.3:443", "https://10.1.2.3/v1", "an address with its port"),
    ("10.0.0.0/8", "https://10.1.2.3/v1", "a network"),
    ("10.9.9.9/8", "https://10.1.2.3/v1", "a network, written by one of its hosts"),
    ("10.0.0.0/255.0.0.0", "https://10.1.2.3/v1", "a network by its mask"),
    ("172.16.0.0/12", "https://172.31.255.254/v1", "the last of a network"),
    ("0.0.0.0/0", "https://203.0.113.9/v1", "all addresses"),
    ("192.168.*", "https://192.168.7.9/v1", "the beginning of addresses"),
    ("192.168.1.*", "https://192.168.1.9/v1", "the beginning of addresses"),
    ("fd00::1", "https://[fd00::1]/v1", "an IPv6 address"),
    ("[fd00::1]", "https://[fd00::1]/v1", "an IPv6 address in brackets"),
    ("[fd00::1]:8443", "https://[fd00::1]:8443/v1", "an IPv6 address with its port"),
    ("FD00:0:0::1", "https://[fd00::1]/v1", "an IPv6 address in another form"),
    ("fd00::/8", "https://[fd12:3456::1]/v1", "an IPv6 network"),
    ("[fd00::]/8", "https://[fd12:3456::1]/v1", "an IPv6 network with brackets"),
    ("::/0", "https://[2001:db8::1]/v1", "all IPv6 addresses"),
    ("10.0.0.0/8", "https://[::ffff:10.1.2.3]/v1", "an IPv4 address written as IPv6"),
    ("::ffff:10.1.2.3", "https://10.1.2.3/v1", "and the other way round"),
    ("::ffff:10.0.0.0/104", "https://10.1.2.3/v1", "such a network"),
    ("fe80::/10", "https://[fe80::1%25eth0]/v1", "an address with its zone"),
    ("fe80::1%eth0", "https://[fe80::1%25eth0]/v1", "an address with its zone"),
    ("fe80::1", "https://[fe80::1%25eth0]/v1", "an address in any zone"),
    ('"foo","api.example.com"', "https://api.example.com/v1", "quotes around each"),
    ("foo|api.example.com", "https://api.example.com/v1", "as Java separates them"),
    ("api.example.com/v1", "https://api.example.com/v1", "a path behind a host"),
    (
        "http://api.example.com:443/v1",
        "https://api.example.com/v1",
        "an address with port and path",
    ),
    ("http://me@api.example.com/", "https://api.example.com/v1", "an address with a user"),
    ("10.1.2.3/", "https://10.1.2.3/v1", "a slash behind an address"),
    ("172.16.*.*", "https://172.16.9.9/v1", "two stars"),
]

OTHERS = [
    ("", "https://api.example.com/v1", "nothing"),
    (" , ", "https://api.example.com/v1", "nothing between commas"),
    (".", "https://api.example.com/v1", "a dot alone"),
    ("*.", "https://api.example.com/v1", "a star and a dot"),
    ("example.com", "https://myexample.com/v1", "the same end, another name"),
    (".example.com", "https://myexample.com/v1", "the same end, another name"),
    ("*.example.com", "https://myexample.com/v1", "the same end, another name"),
    ("api.example.com", "https://example.com/v1", "what is above it"),
    ("example.co", "https://example.com/v1", "a beginning of the name"),
    ("com", "https://example.community/v1", "the same beginning of an end"),
    ("api.example.com:8443", "https://api.example.com/v1", "another port"),
    ("api.example.com:443", "http://api.example.com/v1", "the port of https for http"),
    ("10.1.2.3", "https://10.1.2.30/v1", "the same beginning of an address"),
    ("10.1.2.3:80", "https://10.1.2.3/v1", "an address with another port"),
    ("10.0.0.0/8", "https://11.1.2.3/v1", "another network"),
    ("10.0.0.0/8", "https://10.example.com/v1", "a name that begins like it"),
    ("10.0.0.0/99", "https://10.1.2.3/v1", "no network"),
    ("2.3", "https://10.1.2.3/v1", "the end of an address"),
    ("192.168.*", "https://10.192.168.1/v1", "its numbers, elsewhere"),
    ("fd00::/8", "https://[fe80::1]/v1", "another IPv6 network"),
    ("fd00::1", "https://[fd00::11]/v1", "the same beginning"),
    ("[fd00::1]:8443", "https://[fd00::1]/v1", "an IPv6 address with another port"),
    ("localhost", "https://api.example.com/v1", "this machine"),
    ("<local>", "https://api.example.com/v1", "a word of Windows"),
    ("10.*", "https://10.example.com/v1", "a name that begins like addresses"),
    ("192.168.*", "https://192.168.1.9.example.com/v1", "a name that begins like addresses"),
    ("::/0", "https://10.1.2.3/v1", "all IPv6 addresses, for one of IPv4"),
    ("::/80", "https://10.1.2.3/v1", "a wide IPv6 network, for one of IPv4"),
    ("10.0.0.0/8", "https://[::a01:203]/v1", "an old way to write an IPv4 address"),
]


@pytest.mark.field("E13")
def test_what_a_list_names_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HTTPS_PROXY", "http_proxy"):
        monkeypatch.setenv(variable, PROXY)
    wrong = []
    for hosts, url, why in NAMED:
        monkeypatch.setenv("NO_PROXY", hosts)
        if choose_proxy(url).proxy is not None:
            wrong.append((hosts, url, why))

    assert wrong == []


@pytest.mark.field("E13")
def test_what_a_list_does_not_name_is_asked_through_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in ("HTTPS_PROXY", "http_proxy"):
        monkeypatch.setenv(variable, PROXY)
    wrong = []
    for hosts, url, why in OTHERS:
        monkeypatch.setenv("NO_PROXY", hosts)
        if choose_proxy(url).address != "proxy.corp:3128":
            wrong.append((hosts, url, why))

    assert wrong == []


THIS_MACHINE = [
    "http://localhost:11434",
    "http://LOCALHOST:11434",
    "http://localhost.:11434",
    "http://127.0.0.1:8000/v1",
    "http://127.8.9.10:8000/v1",
    "http://[::1]:8000/v1",
    "http://[::ffff:127.0.0.1]:8000/v1",
    "http://model.localhost:8000/v1",
    "https://localhost/v1",
    "http://localhost.localdomain:8000/v1",
    "http://ip6-localhost:8000/v1",
]


@pytest.mark.field("E13")
@pytest.mark.parametrize("proxy", ["http://127.0.0.1:7890", PROXY, "socks://127.0.0.1:7891/", "?"])
def test_this_machine_is_never_asked_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """Nor does a proxy stand in its way that cannot be used."""
    for variable in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, proxy)

    choices = [choose_proxy(url) for url in THIS_MACHINE]

    assert [choice.proxy for choice in choices] == [None] * len(THIS_MACHINE)
    assert {choice.reason for choice in choices} == {"this machine is never asked through a proxy"}


# What is set, and the variable that counts for https://… and for http://….
ORDER = [
    ({"HTTPS_PROXY": "a"}, "HTTPS_PROXY", ""),
    ({"https_proxy": "a", "HTTPS_PROXY": "b"}, "https_proxy", ""),
    ({"https_proxy": "", "HTTPS_PROXY": "b"}, "HTTPS_PROXY", ""),
    ({"http_proxy": "a", "HTTP_PROXY": "b"}, "", "http_proxy"),
    ({"all_proxy": "a", "ALL_PROXY": "b"}, "all_proxy", "all_proxy"),
    ({"ALL_PROXY": "a", "HTTPS_PROXY": "b"}, "HTTPS_PROXY", "ALL_PROXY"),
    ({"all_proxy": "a", "HTTPS_PROXY": "b"}, "HTTPS_PROXY", "all_proxy"),
    ({"all_proxy": "socks://x:1/", "https_proxy": "b"}, "https_proxy", "all_proxy"),
    ({"all_proxy": "socks4://x:1/", "ALL_PROXY": "b"}, "ALL_PROXY", "ALL_PROXY"),
    ({"https_proxy": "nonsense://x", "HTTPS_PROXY": "b"}, "HTTPS_PROXY", ""),
    ({"HTTP_PROXY": "a", "REQUEST_METHOD": "GET"}, "", ""),
    ({"http_proxy": "a", "REQUEST_METHOD": "GET"}, "", "http_proxy"),
    ({"HTTPS_PROXY": "'a:1'", "ALL_PROXY": '"'}, "HTTPS_PROXY", "ALL_PROXY"),
    ({"HTTPS_PROXY": "''", "all_proxy": '""'}, "", ""),
]


@pytest.mark.field("E13")
@pytest.mark.parametrize(("variables", "https", "http"), ORDER)
def test_the_variable_of_the_scheme_and_the_first_that_can_be_used_counts(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], https: str, http: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert choose_proxy("https://api.example.com/v1").variable == https
    assert choose_proxy("http://models.example.com/v1").variable == http
    assert [proxy.variable for proxy in proxies().values()] == [*filter(None, (https, http))]


UNREADABLE = [
    "socks4://127.0.0.1:1080",
    "socks4a://127.0.0.1:1080",
    "ftp://127.0.0.1:1",
    "http://",
    "http://:3128",
    "http://127.0.0.1:99999",
    "http://127.0.0.1:port",
    "http://[::1",
    "127.0.0.1:port",
    "://",
    "?",
    "PROXY proxy.corp:3128",
    "http://proxy corp:3128",
]


@pytest.mark.field("E13")
@pytest.mark.parametrize("url", UNREADABLE)
def test_a_proxy_that_cannot_be_used_stops_only_what_needs_it(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", url)
    monkeypatch.setenv("no_proxy", "inside.corp")

    with pytest.raises(BadSettings, match=r"ALL_PROXY.*\n.*name far.example in no_proxy") as error:
        proxy_for("https://far.example/v1", "far.example")
    assert len(str(error.value).splitlines()) == 2
    assert proxy_for("https://api.inside.corp/v1", "") is None
    assert proxy_for("http://localhost:11434", "") is None


LOGINS = [
    ("user:s3cret@", (b"user", b"s3cret")),
    ("user:s%40cret@", (b"user", b"s@cret")),
    ("user:s@cret@", (b"user", b"s@cret")),
    ("user:s/c#r?t@", (b"user", b"s/c#r?t")),
    ("user@", (b"user", b"")),
    ("", None),
]


@pytest.mark.field("E13")
@pytest.mark.parametrize(("login", "read"), LOGINS)
def test_a_password_may_hold_any_sign_and_is_never_shown(
    monkeypatch: pytest.MonkeyPatch, login: str, read: tuple[bytes, bytes] | None
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://{login}Bücher.corp:3128/")

    choice = choose_proxy("https://api.example.com/v1")

    assert choice.proxy is not None
    assert choice.address == "Bücher.corp:3128"
    assert choice.proxy.bare_url == "http://xn--bcher-kva.corp:3128"
    assert choice.proxy.login == read


@pytest.mark.field("E13")
def test_it_is_said_which_proxy_is_used_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://api.example.com/v1"

    assert choose_proxy(url).reason == "no variable sets a proxy for https"
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    choice = choose_proxy(url)
    assert (choice.address, choice.variable) == ("proxy.corp:3128", "HTTPS_PROXY")
    assert choice.reason == "HTTPS_PROXY is set"
    assert "s3cret" not in repr(choice)
    monkeypatch.setenv("NO_PROXY", "localhost,.example.com")
    assert choose_proxy(url).reason == "NO_PROXY has .example.com"
    monkeypatch.setenv("no_proxy", "localhost")
    assert choose_proxy(url).address == "proxy.corp:3128"
