"""What the machine has to grant before anything starts: a free port, a folder to write to. No Django here."""

import errno
import socket
import tempfile
from pathlib import Path

LOOPBACK = [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]


class UnsuitableError(Exception):
    """Something about the machine stands in the way; the message says what, and what to do."""


def check_port(host: str, port: int) -> None:
    """See that a port is free.

    A browser that is told ``localhost`` tries both loopback addresses, so both have to be free for it.

    Raises
    ------
    UnsuitableError
        If another program listens there, or this user may not.
    """
    families = LOOPBACK if host in ("127.0.0.1", "localhost") else [(_family(host), host)]
    for family, address in families:
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
                probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise UnsuitableError(
                    f"Port {port} is in use by another program. Choose another one: "
                    f"make demo PORT={_free_port_near(8123)} (or placet with --port {_free_port_near(8123)})."
                ) from error
            if error.errno == errno.EACCES:
                raise UnsuitableError(
                    f"This account may not use port {port}. Choose one above 1023: make demo PORT=8123."
                ) from error
            if family == socket.AF_INET6:
                continue  # a machine without IPv6
            raise UnsuitableError(f"Nothing can be served at {address}, port {port}: {error}.") from error


def check_folder(folder: Path) -> None:
    """See that a folder is there, or can be made, and can be written to.

    Raises
    ------
    UnsuitableError
        If it cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UnsuitableError(
            f"The folder {folder} cannot be written to ({error.strerror}). Placet keeps its database and "
            "files there: make it writable, or name another one with --home."
        ) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _free_port_near(port: int) -> int:
    for candidate in range(port, port + 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", candidate)) != 0:
                return candidate
    return port
