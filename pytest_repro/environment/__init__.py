"""The world at rest: interpreter, system, CPU, BLAS, packages, git."""
