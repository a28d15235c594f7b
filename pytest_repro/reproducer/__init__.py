"""Reproducers: a standalone script that shows a drift without the suite, its inputs shrunk, run before it is given."""
