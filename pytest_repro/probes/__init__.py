"""Tiny computations whose bits reveal the numeric stack: libm, numpy loops, sort, BLAS, LAPACK, float environment."""
