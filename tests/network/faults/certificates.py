"""Certificates made for the occasion, with the openssl program."""

from __future__ import annotations

import ssl
import subprocess
from datetime import UTC, datetime
from pathlib import Path


class Authority:
    """A certificate authority that nobody trusts, unless SSL_CERT_FILE names its `file`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.file = folder / "authority.pem"
        self._openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
            " -keyout authority.key -out authority.pem -days 2 -subj /CN=Test-Authority"
            " -addext basicConstraints=critical,CA:TRUE"
            " -addext keyUsage=critical,keyCertSign"
        )

    def server(self, name: str, alternative: str, *, expired: bool = False) -> ssl.SSLContext:
        """A server's context with a certificate for `alternative`, such as IP:127.0.0.1."""
        made = f"-keyout {name}.key -out {name}.csr -subj /CN={name}"
        self._openssl(f"req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes {made}")
        (self._folder / f"{name}.ext").write_text(
            f"subjectAltName={alternative}\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n"
        )
        when = "-days 1"
        if expired:  # `openssl x509` takes no end in the past by days alone
            when = f"-days -1 -set_serial {int(datetime.now(UTC).timestamp())}"
        self._openssl(
            f"x509 -req -in {name}.csr -CA authority.pem -CAkey authority.key -CAcreateserial"
            f" -out {name}.pem -extfile {name}.ext {when}"
        )
        return self._context(name)

    def self_signed(self, name: str, alternative: str) -> ssl.SSLContext:
        """The same with a certificate that is signed by nobody but itself."""
        self._openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
            f" -keyout {name}.key -out {name}.pem -days 2 -subj /CN={name}"
            f" -addext subjectAltName={alternative}"
        )
        return self._context(name)

    def _context(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        return context

    def _openssl(self, arguments: str) -> None:
        subprocess.run(
            ["openssl", *arguments.split()],
            cwd=self._folder,
            check=True,
            capture_output=True,
            timeout=120,
        )
