"""TLS in front of a server that has none."""

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator

from tests.servers.process import HOST

__all__ = ["tls_relay"]


@contextlib.contextmanager
def tls_relay(context: ssl.SSLContext, target: int) -> Iterator[int]:
    """A free port that ends TLS and hands everything on to the port ``target``."""

    class Relay(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with (
                contextlib.suppress(OSError),  # whoever does not trust the certificate hangs up
                context.wrap_socket(self.request, server_side=True) as inner,
                socket.create_connection((HOST, target)) as outer,
            ):
                back = threading.Thread(target=_copy, args=(outer, inner))
                back.start()
                _copy(inner, outer)
                back.join()

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Listener((HOST, 0), Relay) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
