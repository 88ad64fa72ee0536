"""What was seen on the way to a server: the proxy, the name, a connection, the certificate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from nbchat.engine.answer_checks import Answered
from nbchat.engine.findings import AGAIN, Finding, fits, no_answer, refused, unseen, wrong
from nbchat.environment import first_set
from nbchat.errors import BadSettings, NbchatError, ProxyFailed, TlsFailed
from nbchat.hosts import host_of, is_loopback
from nbchat.network.certificate import Certificate
from nbchat.network.failures import WITHOUT_TLS, HandshakeEnded
from nbchat.network.peer import Peer
from nbchat.network.pool import CERTIFICATES
from nbchat.network.proxy import Proxy, ProxyChoice
from nbchat.network.way import Step, Way

PORTS = {"http": 80, "https": 443}
# What OpenSSL calls the faults of a certificate (X509_V_ERR_…).
NOT_YET_VALID, EXPIRED, SELF_SIGNED = 9, 10, 18
UNKNOWN_ISSUER = (2, 19, 20, 21)
WRONG_NAME = (62, 64)
ELSE_PLAIN = f"If it speaks none, {WITHOUT_TLS}."
OWN_AUTHORITY = "If your network has a certificate authority of its own, name its file"


def look_at_way(
    way: Way, choice: ProxyChoice, answered: Answered, *, over_tls: bool
) -> Iterator[Finding]:
    """A finding of each step; a request that went the same way was `answered`, or not."""
    error, has_answer = answered.error, answered.has_begun
    if choice.proxy:
        yield _proxy(way, choice.proxy, error, has_answer=has_answer)
        yield unseen("name", "the proxy looks it up")
        if over_tls:
            yield _tls_behind_proxy(way.asked, error, choice, has_answer=has_answer)
        return
    yield fits("proxy", f"none: {choice.reason}")
    if way.address != way.peer.host or way.addresses != [way.peer.host]:
        yield _step(way, "name", ", ".join(way.addresses[:3]), has_answer=has_answer)
    yield _step(way, "connection", f"{way.place} takes connections", has_answer=has_answer)
    if not over_tls:
        is_safe = is_loopback(way.peer.host)
        seen = "none is needed to this machine" if is_safe else "none: what is asked can be read"
        yield fits("TLS", seen)
    elif isinstance(way.failure, TlsFailed) or way.has_passed("TLS"):
        failed = way.failure if isinstance(way.failure, TlsFailed) else None
        yield _tls(failed, way.peer, way.certificate, choice)
    else:
        yield _step(way, "TLS", "the certificate fits", has_answer=has_answer)


def _step(way: Way, step: Step, seen: str, *, has_answer: bool) -> Finding:
    """What was seen of a step: it is passed, it failed, nothing came, or it was not reached."""
    if way.has_passed(step):
        return fits(step, seen)
    if has_answer:
        return fits(step, "as the answer shows")
    if way.step != step:
        return unseen(step)
    if way.failure:
        return refused(step, way.failure)
    if step == "TLS":
        return no_answer(step, f"{way.place} does not speak TLS yet", f"{AGAIN} {ELSE_PLAIN}")
    return no_answer(step, way.place if step == "connection" else f"looking up {way.peer.host}")


# --- the proxy -------------------------------------------------------------------------------


def proxy_trouble(choice: ProxyChoice) -> Finding:
    """A proxy that is set, and is none."""
    return wrong("proxy", choice.trouble, f"Correct {_variable(choice.proxy)}, or unset it.")


def _variable(proxy: Proxy | None) -> str:
    return proxy.variable if proxy else "it"


def _proxy(way: Way, proxy: Proxy, error: NbchatError | None, *, has_answer: bool) -> Finding:
    shown = f"{proxy.address}, set in {proxy.variable}"
    if isinstance(error, ProxyFailed | BadSettings):
        return refused("proxy", error)
    if has_answer or error is not None or way.has_passed("connection"):
        return fits("proxy", shown)
    if way.failure:
        return refused("proxy", proxy.no_answer_error(_reason(way.failure), way.asked))
    return no_answer("proxy", shown)


def _reason(failure: NbchatError) -> str:
    """Why a proxy cannot be reached, without whose way it is on."""
    _, _, reason = failure.happened.rstrip(".").partition(": ")
    return reason or failure.happened


# --- the certificate -------------------------------------------------------------------------


def _tls_behind_proxy(
    asked: Peer, error: NbchatError | None, choice: ProxyChoice, *, has_answer: bool
) -> Finding:
    if isinstance(error, HandshakeEnded):
        return refused("TLS", error)
    if isinstance(error, TlsFailed):
        return _tls(error, asked, None, choice)
    return _tls(None, asked, None, choice) if has_answer else unseen("TLS")


def _tls(
    failure: TlsFailed | None, peer: Peer, certificate: Certificate | None, choice: ProxyChoice
) -> Finding:
    if failure is None:
        return fits("TLS", f"{_that_fits(certificate)}; trusted by {_trusted_by()}")
    seen, to_do = _certificate_fault(failure, peer, certificate or Certificate())
    if not seen:
        return refused("TLS", failure)
    through = f" It came through the proxy {choice.proxy.address}." if choice.proxy else ""
    return wrong("TLS", f"{seen}{through}", to_do)


def _that_fits(certificate: Certificate | None) -> str:
    if certificate is None or certificate.ends is None:
        return "the certificate fits"
    day = f"{certificate.ends:%Y-%m-%d}"
    if not certificate.issuer:
        return f"the certificate fits, until {day}"
    return f"the certificate fits, issued by {certificate.issuer!r}, until {day}"


def _trusted_by() -> str:
    variable, place = first_set(CERTIFICATES)
    return f"{variable} ({place})" if variable else "the system's authorities"


def _certificate_fault(failure: TlsFailed, peer: Peer, shown: Certificate) -> tuple[str, str]:
    """What is wrong with a certificate and what to do; empty for what is told as it stands."""
    code, host = failure.verify_code, peer.host
    issuer = repr(shown.issuer) if shown.issuer else "an authority"
    variable, place = first_set(CERTIFICATES)
    if code == EXPIRED:
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        seen = f"the certificate of {host} ended, and today is {today} here."
        if shown.ends:
            day = f"{shown.ends:%Y-%m-%d}"
            seen = f"the certificate of {host} ended on {day}, and today is {today} here."
        return (
            seen,
            "If that is the day, whoever runs the server has to renew it; if not, set the clock.",
        )
    if code == NOT_YET_VALID:
        return (
            f"the certificate of {host} does not hold yet, by the clock of this machine.",
            "Set the clock right.",
        )
    if code in WRONG_NAME:
        whose = f" It is that of {shown.subject!r}." if shown.subject else ""
        seen = f"the certificate is not for {host}." + whose
        return seen, "Check the host in the base URL, and whether this network wants a login first."
    if code == SELF_SIGNED or (code in UNKNOWN_ISSUER and shown.is_self_signed):
        seen = f"the certificate of {host} is signed by nobody but itself."
        return seen, f"If it is your own server, name its certificate: {_name_it(variable)}."
    if code in UNKNOWN_ISSUER:
        where = f"{place}, which {variable} names" if variable else "the system's authorities"
        seen = f"the certificate of {host} is issued by {issuer}, which is not among {where}."
        return seen, f"{OWN_AUTHORITY}: {_name_it(variable)}."
    return "", ""


def _name_it(variable: str) -> str:
    if variable:
        return f"put it into that of {variable}, and restart the kernel"
    return "SSL_CERT_FILE=/path/to/authority.pem before the kernel starts"


def _port_of(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or PORTS.get(parts.scheme.lower(), 443)


def way_to(url: str, choice: ProxyChoice, name: str) -> Way:
    """The way to walk: to the server, or to the proxy before it."""
    asked = Peer(host_of(url), name)
    if choice.proxy:
        address = choice.proxy.url
        return Way(Peer(host_of(address), name), _port_of(address), asked)
    return Way(asked, _port_of(url), asked)
