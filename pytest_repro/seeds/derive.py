"""The seed of one test or one fixture, derived from the session's seed and a name that stays the same everywhere.

A seed depends on nothing but text: not on the order of tests, the selection, the worker, the platform, the hash seed or
the version of Python. SHA-256 and not ``hash`` (salted); not CRC-32 (pytest-randomly's session seed plus
``crc32(nodeid)`` lets two session seeds give the same seed to two tests).
"""

from __future__ import annotations

from hashlib import sha256

# Every library takes 32 bits: numpy's legacy generator takes no more.
_SEED_BYTES = 4


def seed_for(session_seed: int, address: str) -> int:
    """The seed of whatever stands at ``address``, for instance ``"collection"``.

    Returns:
        An int in ``[0, 2**32)``.
    """
    return _digest("address", session_seed, address)


def seed_for_test(session_seed: int, node_id: str) -> int:
    """The seed of one test, in ``[0, 2**32)``; parameters are part of the node id."""
    return _digest("test", session_seed, node_id)


def seed_for_fixture(session_seed: int, scope_id: str, fixture: str, parameter: str = "") -> int:
    """The seed under which one fixture wider than a test is set up, in ``[0, 2**32)``.

    It names no test, so the fixture draws the same whichever test happens to ask for it first.

    Args:
        session_seed: The session's seed.
        scope_id: Node id of the class, module or package that the fixture lives for; empty for the session.
        fixture: The fixture's name.
        parameter: The id of its parameter, empty where it has none.
    """
    return _digest("fixture", session_seed, scope_id, fixture, parameter)


def _digest(sort: str, session_seed: int, *names: str) -> int:
    # Lengths keep ("a", "bc") apart from ("ab", "c"), whatever characters a name holds.
    text = f"{sort}:{session_seed}" + "".join(f"|{len(name)}:{name}" for name in names)
    # A node id may hold a lone surrogate: a path that is not UTF-8.
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:_SEED_BYTES], "big")
