"""What every page's frame needs to know."""

from django.conf import settings
from django.http import HttpRequest


def interface(request: HttpRequest) -> dict[str, object]:
    """``IS_DEMONSTRATION``: whether the frame says that content is simulated and offers the sign-in links."""
    return {"IS_DEMONSTRATION": settings.DEMONSTRATION}
