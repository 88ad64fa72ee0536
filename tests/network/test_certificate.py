"""A certificate is read from its bytes, whatever they are, and shows nothing that acts."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbchat.network.certificate import Certificate, read_certificate

from .faults.certificates import Authority


def der_of(file: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(file.read_text())


def test_issuer_subject_and_end_are_read(authority: Authority) -> None:
    authority.server("readable", "IP:127.0.0.1")

    own = read_certificate(der_of(authority.file))
    issued = read_certificate(der_of(authority.file.with_name("readable.pem")))

    assert (own.subject, own.issuer, own.is_self_signed) == (*["Test-Authority"] * 2, True)
    assert (issued.subject, issued.issuer) == ("readable", "Test-Authority")
    assert not issued.is_self_signed
    assert issued.ends is not None
    assert timedelta(0) < issued.ends - datetime.now(UTC) <= timedelta(days=1)


def test_what_is_none_is_an_empty_one(authority: Authority) -> None:
    whole = der_of(authority.file)

    read = [read_certificate(whole[:size]) for size in range(len(whole))]
    broken = [read_certificate(bytes([*whole[:at], 255, *whole[at + 1 :]])) for at in range(200)]

    assert set(read) == {Certificate()}
    assert all(isinstance(one, Certificate) for one in broken)


def test_a_name_in_a_certificate_hides_nothing(authority: Authority) -> None:
    whole = der_of(authority.file)

    read = read_certificate(whole.replace(b"Test-Authority", b"\x1b[2J\xe2\x80\xaeAuth..."))

    assert read.issuer == "\\x1b[2J\\u202eAuth..."
