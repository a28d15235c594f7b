"""Versions: whether a specifier admits one, whether two are the same, and formats that are too new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError

if TYPE_CHECKING:
    from pytest_repro.locks.form import LockFile


def admits(specifier: str, version: str) -> bool:
    """Whether ``specifier`` admits ``version``, pre-releases too; what cannot be read admits everything.

    An unreadable specifier is some other tool's matter, and accuses nobody here.
    """
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415  # not paid by a cached answer

    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except ValueError:  # those of packaging, and of int(), which reads no number of thousands of digits
        return True


def canonical(specifier: str) -> str:
    """The specifier with its parts sorted and its versions in their normal spelling; itself if it cannot be read."""
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415  # not paid by a cached answer
    from packaging.utils import canonicalize_version  # noqa: PLC0415  # as above

    spelled = []
    try:
        for part in SpecifierSet(specifier):
            # 3 and 3.0 are one version, and ~=3.1 is not ~=3.1.0, nor ==3.* the same as ==3.0.*
            exact = part.operator in {"~=", "==="} or part.version.endswith(".*")
            version = part.version if exact else canonicalize_version(part.version)
            spelled.append(f"{part.operator}{version}")
    except ValueError:  # of packaging, and of int()
        return specifier
    return ",".join(sorted(spelled))


def same_version(one: str, other: str) -> bool:
    """Whether two spellings name one version: ``2.0`` and ``2.0.0`` do; a local part counts."""
    if one == other:
        return True
    from packaging.version import Version  # noqa: PLC0415  # not paid where texts are equal

    try:
        return Version(one) == Version(other)
    except ValueError:  # of packaging, and of int()
        return False


def unknown_format(source: LockFile, form: str, version: str, known: str) -> ReproError:
    """The finding that a lock is of a newer format than is read here: no fault of the lock."""
    sentence = f"{form} has format version {version}, and pytest-repro reads up to {known}"
    return ReproError("L407", sentence, place=source.shown, mend="pip install --upgrade pytest-repro")
