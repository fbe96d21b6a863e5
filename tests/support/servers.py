"""Servers of the other side on this machine: HTTP that does what a test says, and SMTP with TLS."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from tempfile import mkdtemp

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Respond = Callable[[BaseHTTPRequestHandler, bytes], None]


@contextmanager
def http_server(respond: Respond) -> Iterator[str]:
    """The address of a server that answers every POST by `respond(handler, body)`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802 - the name that http.server calls
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                respond(self, body)
            except OSError:  # the other side has hung up
                self.close_connection = True

        def log_message(self, *arguments: object) -> None:
            pass

    with _running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}/ask"


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    """One whole answer; `Retry_After` becomes `Retry-After`."""
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@cache
def certificate() -> Path:
    """A certificate of 127.0.0.1 with its key, in one file; it is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = Path(mkdtemp(prefix="doudi-tls-"), "server.pem")
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


class MailServer:
    """Takes mail over STARTTLS; `answers` gives the reply to a command in place of the usual one."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.mails: list[str] = []
        self.recipients: list[str] = []
        self.commands: list[str] = []

    @contextmanager
    def running(self) -> Iterator[int]:
        """The port on which it listens."""
        mail, context = self, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate())

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                try:
                    with mail.secured(self.request, context) as connection:
                        mail.talk(connection)
                except OSError:  # the other side does not believe us, or has hung up
                    return

        with _running(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
            yield port

    def secured(self, connection: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        """What comes before TLS, byte by byte: nothing that belongs to TLS may be read. Raises OSError."""
        connection.sendall(self._reply("HELLO", "220 mail"))
        while True:
            verb = _line(connection).partition(" ")[0].upper()
            self.commands.append(verb)
            if verb == "STARTTLS" and verb not in self.answers:
                connection.sendall(b"220 go on\r\n")
                return context.wrap_socket(connection, server_side=True)
            connection.sendall(self._reply(verb, "250-mail\r\n250 STARTTLS"))

    def talk(self, connection: ssl.SSLSocket) -> None:
        """What is said under TLS. Raises OSError."""
        usual = {"EHLO": "250-mail\r\n250 AUTH PLAIN", "AUTH": "235 welcome", "DATA": "354 go on", "QUIT": "221 bye"}
        while True:
            line = _line(connection)
            verb = line.partition(" ")[0].upper()
            self.commands.append(verb)
            if verb == "RCPT":
                self.recipients.append(line.partition(":")[2].strip("<>"))
            connection.sendall(self._reply(verb, usual.get(verb, "250 fine")))
            if verb == "DATA" and verb not in self.answers:
                lines = iter(lambda: _line(connection), ".")
                self.mails.append("\n".join(lines))
                connection.sendall(b"250 taken\r\n")

    def _reply(self, verb: str, usual: str) -> bytes:
        return f"{self.answers.get(verb, usual)}\r\n".encode()


def _line(connection: socket.socket) -> str:
    """One line without its end. Raises OSError where the other side has hung up."""
    found = b""
    while not found.endswith(b"\r\n"):
        byte = connection.recv(1)
        if not byte:
            raise ConnectionResetError
        found += byte
    return found[:-2].decode()


@contextmanager
def _running(server: socketserver.TCPServer) -> Iterator[int]:
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
