"""Mail server settings from one address."""

import dj_email_url  # type: ignore[import-untyped]

MAIL_TIMEOUT = 10


def mail_settings(url: str) -> dict[str, str | int | bool | None]:
    """Django's mail settings for ``smtp://``, ``submission://`` (STARTTLS) or ``smtps://`` (TLS at once).

    ``smtps`` means what RFC 8314 says, TLS from the first byte on port 465, not what dj-email-url makes
    of it. The server's certificate is always checked.

    Raises
    ------
    ValueError
        Where the scheme is unknown.
    """
    is_tls_at_once = url.startswith("smtps:")
    parsed = dj_email_url.parse(url.replace("smtps:", "smtp:", 1) if is_tls_at_once else url)
    if "EMAIL_BACKEND" not in parsed:
        scheme = url.partition(":")[0]
        raise ValueError(f"EMAIL_URL: unknown scheme {scheme!r}; use smtp, submission or smtps")
    if is_tls_at_once:
        parsed |= {"EMAIL_USE_SSL": True, "EMAIL_USE_TLS": False}
        if parsed["EMAIL_PORT"] == 25 and ":25" not in url:
            parsed["EMAIL_PORT"] = 465
    if parsed["EMAIL_TIMEOUT"] is None:
        parsed["EMAIL_TIMEOUT"] = MAIL_TIMEOUT
    return dict(parsed)
