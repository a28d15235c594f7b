"""numpy's global generator, the one behind ``numpy.random.seed``, ``rand`` and ``normal``.

``get_state`` and ``set_state`` take 33 us each, so the state found is not copied at all: a bit generator of our own is
put under the global ``RandomState`` for the pinned stretch, and the user's, untouched, is put back. A swap forgets the
cached half of a normal draw, which numpy keeps beside the bit generator, so that half is read first and written
afterwards. Not a matter of this room: ``default_rng()``, which has no global state.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pytest_repro.seeds.fingerprint import Fingerprints

if TYPE_CHECKING:
    from types import ModuleType

_MASK = 0xFFFF_FFFF
# mt19937_state in numpy's C: 624 words of 32 bits, then the position as an int.
_STATE_BYTES = 2500
_GAUSS = Struct("<?d")


class Held(NamedTuple):
    """The user's bit generator, the cached half beside it, and ours that stands there meanwhile."""

    bit_generator: Any
    has_gauss: int
    gauss: float
    ours: Any


class _HalfOnly:
    """Stands for a bit generator while the cached half alone is read or written: it has no key to copy."""

    def __init__(self) -> None:
        self.state: dict[str, object] = {"bit_generator": "", "state": None}


class NumpyLegacy:
    """Pins numpy's global ``RandomState``."""

    __slots__ = (
        "_fingerprints",
        "_global",
        "_half_only",
        "_mt19937",
        "_numpy_random",
        "_read",
        "_spare",
        "_swaps_half",
    )

    def __init__(self, numpy_random: ModuleType) -> None:
        self._numpy_random: Any = numpy_random
        self._global: Any = self._numpy_random.mtrand._rand  # test_numpy_legacy fails when it moves  # noqa: SLF001
        self._mt19937: Any = numpy_random.MT19937
        # Bit generators of ours that stand nowhere at present: making one takes 90 us.
        self._spare: list[Any] = [self._mt19937(0)]
        self._half_only = _HalfOnly()
        self._fingerprints = Fingerprints()
        self._swaps_half = self._half_is_seen()
        self._read = self._reader()

    def hold(self) -> Held:
        """Set the user's bit generator aside and stand one of ours in its place, in a state that :meth:`pin` sets."""
        numpy_random = self._numpy_random
        has_gauss, gauss = self._half(self._global)
        found = numpy_random.get_bit_generator()
        ours = self._spare.pop() if self._spare else self._mt19937(0)
        numpy_random.set_bit_generator(ours)
        return Held(found, has_gauss, gauss, ours)

    def pin(self, seed: int) -> None:
        """What ``numpy.random.seed`` does, with the lower 32 bits."""
        numpy_random = self._numpy_random
        bit_generator = numpy_random.get_bit_generator()
        if type(bit_generator) is not self._mt19937:
            # A test put another kind there, and then numpy.random.seed keeps the cached half: standing it there
            # once more forgets that half.
            numpy_random.set_bit_generator(bit_generator)
        numpy_random.seed(seed & _MASK)

    def put_back(self, found: object) -> None:
        """Put the user's bit generator back, and the cached half of a normal draw beside it."""
        held = cast("Held", found)
        self._numpy_random.set_bit_generator(held.bit_generator)
        if held.has_gauss:
            self._write_half(self._global, held)
        self._spare.append(held.ours)

    def state(self) -> str:
        """A digest of key, position and cached half."""
        bit_generator = self._numpy_random.get_bit_generator()
        if type(bit_generator) is self._mt19937:
            words = self._read(bit_generator)
        else:
            # Small dictionaries of ints, or arrays of at most a few words: PCG64, Philox, SFC64.
            words = repr(bit_generator.state).encode()
        return self._fingerprints.of(words + _GAUSS.pack(*self._half(self._global)))

    def _half(self, state: Any) -> tuple[int, float]:
        if not self._swaps_half:
            whole = state.get_state(legacy=False)
            return whole["has_gauss"], whole["gauss"]
        beneath = state._bit_generator  # proven by _half_is_seen before it is relied upon  # noqa: SLF001
        state._bit_generator = self._half_only  # noqa: SLF001
        try:
            half = state.get_state(legacy=False)
        finally:
            state._bit_generator = beneath  # noqa: SLF001
        return half["has_gauss"], half["gauss"]

    def _write_half(self, state: Any, held: Held) -> None:
        state.set_state({**held.bit_generator.state, "has_gauss": held.has_gauss, "gauss": held.gauss})

    def _half_is_seen(self) -> bool:
        """Whether the cached half can be read without the key, tried on a RandomState of our own."""
        self._swaps_half = True
        trial = self._numpy_random.RandomState(self._mt19937(1))
        trial.standard_normal()
        whole = trial.get_state(legacy=False)
        try:
            half = self._half(trial)
        except (AttributeError, TypeError, KeyError, ValueError):
            return False
        after = trial.get_state(legacy=False)
        same_key = bool((after["state"]["key"] == whole["state"]["key"]).all())
        return half == (whole["has_gauss"], whole["gauss"]) and whole["has_gauss"] == 1 and same_key

    def _reader(self) -> Any:
        """The fastest way to read an MT19937's words that proved exact here: 1 us by address, else 33 us."""

        def by_state(bit_generator: Any) -> bytes:
            whole = bit_generator.state["state"]
            words: bytes = whole["key"].astype("<u4").tobytes()
            return words + int(whole["pos"]).to_bytes(4, "little")

        try:
            from ctypes import string_at  # numpy has imported it; a Python without it still runs  # noqa: PLC0415
        except ImportError:
            return by_state

        def by_address(bit_generator: Any) -> bytes:
            words: bytes = string_at(bit_generator.ctypes.state_address, _STATE_BYTES)
            return words

        trial = self._mt19937(1)
        # On a big-endian machine the two differ and digests stay portable by the slow way.
        return by_address if by_address(trial) == by_state(trial) else by_state
