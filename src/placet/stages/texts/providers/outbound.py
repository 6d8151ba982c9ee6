"""Where Placet may call out to: hosts that the operator has listed, over TLS."""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit


class OutboundRefusedError(Exception):
    """An address that Placet may not call."""


def check_outbound(url: str, allowed_hosts: Collection[str]) -> None:
    """Refuse an address that is not on the list, or would be called without TLS.

    Parameters
    ----------
    allowed_hosts : collection of str
        Host names as they stand in the address, exactly; a port is no part of them.

    Raises
    ------
    OutboundRefusedError
        Where the host is not listed, the scheme is not ``https`` (``http`` is for this machine's own
        loopback), or the address carries a name and password.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        raise OutboundRefusedError("the address cannot be read") from None
    if not host or host not in {allowed.strip().lower() for allowed in allowed_hosts}:
        raise OutboundRefusedError("the host is not listed")
    if parts.username is not None or parts.password is not None:
        raise OutboundRefusedError("the address carries a name or password")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise OutboundRefusedError("the address is not https")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
