"""The default: nobody translates by machine, and nothing leaves the platform."""

from collections.abc import Sequence
from typing import Never

from placet.stages.texts.providers.interface import Failure, ProviderError
from placet.stages.texts.terms import TermPair


class NoProvider:
    """Offline: every request is refused."""

    name = ""

    def translate(self, texts: Sequence[str], source: str, target: str, terms: Sequence[TermPair]) -> Never:
        """Refuse.

        Raises
        ------
        ProviderError
            Always.
        """
        raise ProviderError(Failure.NO_PROVIDER, "no translation service is configured")
