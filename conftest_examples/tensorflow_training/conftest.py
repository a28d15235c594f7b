"""Tensorflow draws random numbers while it is imported: before the first test, not within one of two runs."""

from contextlib import suppress

with suppress(ImportError):
    import tensorflow as tf  # noqa: F401
