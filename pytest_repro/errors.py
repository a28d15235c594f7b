"""The one error that users see: a code, a sentence, the place, and the mend as a command."""

from __future__ import annotations


class ReproError(Exception):
    """Something a user wrote or kept cannot be used as it is.

    The innermost room that knows what is wrong raises it; each container it travels through
    adds its own key to the place, so that the reader gets ``in 'tol["weights*"].rtol'``.

    Args:
        code: Stable code without its prefix, for instance ``"U101"``; its meaning never changes.
        sentence: What is wrong, as one sentence without a full stop.
        place: Where, from the outside in; grows by :meth:`within`.
        mend: A command or a line to paste that mends it.
    """

    def __init__(self, code: str, sentence: str, *, place: str = "", mend: str = "") -> None:
        sentence, place, mend = map(_printable, (sentence, place, mend))
        super().__init__(code, sentence, place, mend)
        self.code = code
        self.sentence = sentence
        self.place = place
        self.mend = mend

    def within(self, key: str) -> ReproError:
        """The same error seen from the container that holds it under ``key``."""
        joint = "" if not self.place or self.place.startswith("[") else "."
        return ReproError(self.code, self.sentence, place=f"{key}{joint}{self.place}", mend=self.mend)

    def __str__(self) -> str:
        where = f" in '{self.place}'" if self.place else ""
        mend = f"\n  mend: {self.mend}" if self.mend else ""
        return f"{self.sentence}{where}  [RPR-{self.code}]{mend}"


def _printable(text: str) -> str:
    """A text that can be written anywhere: half of a surrogate pair, from a broken file, as its escape."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")
