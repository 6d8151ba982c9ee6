"""Who translates by machine, behind one small interface. By default: nobody."""

from django.conf import settings

from placet.stages.texts.providers.interface import Provider, ProviderError
from placet.stages.texts.providers.none import NoProvider

__all__ = ["NoProvider", "Provider", "ProviderError", "find_provider", "is_provider_configured"]


def is_provider_configured() -> bool:
    """Whether the settings name an address and a model to translate with."""
    return bool(settings.TRANSLATION_URL and settings.TRANSLATION_MODEL)


def find_provider() -> Provider:
    """The provider that the settings name."""
    if not is_provider_configured():
        return NoProvider()
    from placet.stages.texts.providers.openai_compatible import OpenAICompatible  # it loads an HTTP client

    return OpenAICompatible(
        base_url=settings.TRANSLATION_URL,
        model=settings.TRANSLATION_MODEL,
        key=settings.TRANSLATION_KEY,
        allowed_hosts=frozenset(settings.OUTBOUND_HOSTS),
    )
