"""Kinds of value: freeze one, measure the difference of two."""
