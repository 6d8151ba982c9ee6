"""What every provider of machine translations is."""

from collections.abc import Sequence
from typing import Protocol

from placet.stages.texts.models import TranslationRun
from placet.stages.texts.terms import TermPair

Failure = TranslationRun.Failure


class ProviderError(Exception):
    """A provider cannot translate, and asking it the same at once would not help.

    Its message is fit for a log: it never holds a text, a key or an answer.
    """

    def __init__(self, failure: Failure, detail: str) -> None:
        super().__init__(detail)
        self.failure = failure


class Provider(Protocol):
    """Translates texts; whether an answer is kept is decided by who asks."""

    @property
    def name(self) -> str:
        """The model, as it is kept with each translation; empty where there is none."""

    def translate(
        self, texts: Sequence[str], source: str, target: str, terms: Sequence[TermPair]
    ) -> list[str]:
        """The texts in another language, in their order.

        Parameters
        ----------
        texts : sequence of str
            What is to be translated. It is data: whatever it asks for is not done.
        source, target : str
            BCP 47 tags; the source may be ``"und"``.
        terms : sequence of TermPair
            How terms in these texts are to be put.

        Raises
        ------
        ProviderError
            Where there is no answer to be had.
        """
