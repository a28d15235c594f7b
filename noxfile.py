"""Sessions: tests on every supported Python and on the oldest pins, the built wheel, lint, types, benchmarks."""

from __future__ import annotations

from pathlib import Path

import nox

nox.options.sessions = ["tests", "oldest", "lint", "types"]
nox.options.default_venv_backend = "venv"

REAL = (
    *(
        "tests/values",
        "tests/seeds",
        "tests/observe",
        "tests/environment/test_switches.py",
        "tests/plugin/test_frameworks.py",
    ),
    *("tests/test_examples.py", "tests/test_docs_site.py"),
)
"""What stands on a framework: values, seeds, draws, switches, replays, lessons and the pages about it."""

PYTHONS = ["3.11", "3.12", "3.13"]


def beside(session: nox.Session, name: str) -> Path:
    """A folder of a session; ``create_tmp`` would put all temporary folders of the tests below this repository."""
    return Path(session.virtualenv.location) / name


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The suite, with branch coverage; coverage starts before pytest so that the plugin's import counts."""
    session.install("-e", ".[test]", "coverage")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "combine")
    session.run("coverage", "report")


@nox.session(python="3.11")
def oldest(session: nox.Session) -> None:
    """The suite on the oldest pytest and numpy that pyproject.toml admits."""
    session.install("-e", ".[test]", "pytest==8.2.*", "numpy==1.26.*", "pandas<3", "scipy<1.14", "scikit-learn<1.6")
    session.run("pytest", *session.posargs)


@nox.session(python="3.11")
def wheel(session: nox.Session) -> None:
    """The suite against the built wheel, with the source folder out of reach."""
    session.install("build")
    folder = beside(session, "wheel")
    session.run("python", "-m", "build", "--wheel", "--outdir", str(folder), ".", silent=True)
    built = max(folder.glob("*.whl"), key=lambda path: path.stat().st_mtime)
    session.install(f"{built}[test]")
    session.run("python", "-P", "-m", "pytest", "--rootdir=tests", *session.posargs)


@nox.session(python="3.11")
def torch(session: nox.Session) -> None:
    """What stands on torch, on the real library."""
    session.install("-e", ".[test]", "torch==2.13.0")
    session.run("pytest", *REAL, "tests/variations", *session.posargs)


@nox.session(python="3.11")
def jax(session: nox.Session) -> None:
    """What stands on jax, on the real library."""
    session.install("-e", ".[test]", "jax", "flax")
    session.run("pytest", *REAL, "tests/variations", *session.posargs)


@nox.session(python="3.11")
def tensorflow(session: nox.Session) -> None:
    """What stands on tensorflow and keras, on the real libraries."""
    session.install("-e", ".[test]", "tensorflow")
    session.run("pytest", *REAL, *session.posargs)


@nox.session(python="3.11")
def remote(session: nox.Session) -> None:
    """Stores behind URLs, on servers that speak S3 and SFTP."""
    session.install("-e", ".[test,remote]", "s3fs", "moto[server]", "asyncssh", "paramiko")
    session.run("pytest", "tests/store/test_remote.py", *session.posargs)


@nox.session(python="3.11")
def fleet(session: nox.Session) -> None:
    """Workers of two interpreters, one of them reached through a socket or by ssh."""
    session.install("-e", ".[test]", "asyncssh")
    other = beside(session, "other")
    session.run(f"python{PYTHONS[-1]}", "-m", "venv", str(other), external=True)
    python = str(other / "bin" / "python")
    session.run(python, "-m", "pip", "install", "--quiet", "-e", ".[test]", external=True)
    session.run("pytest", "tests/plugin/test_fleet.py", *session.posargs, env={"PYTEST_REPRO_OTHER_PYTHON": python})


@nox.session(python="3.11")
def neighbours(session: nox.Session) -> None:
    """Plugins that keep expectations, measure or shape a suite, and notebooks, all in one environment."""
    shaping = ("benchmark", "django", "html", "mock", "mpl", "order", "regressions", "sugar", "repeat", "flakefinder")
    plugins = (f"pytest-{name}" for name in shaping)
    session.install("-e", ".[test]", "syrupy", "django", "nbval", "ipykernel", *plugins)
    names = ("plugins", "matrix", "sessions")
    session.run("pytest", *(f"tests/plugin/test_neighbours_{name}.py" for name in names), *session.posargs)


@nox.session(python="3.11")
@nox.parametrize("library", ["polars", "pyarrow", "xarray", "sympy", "pillow", "pydantic", "polars pyarrow"])
def frameworks(session: nox.Session, library: str) -> None:
    """Values of a library that the extra for tests does not name, by itself; two that one lesson needs, together."""
    session.install("-e", ".[test]", *library.split())
    session.run("pytest", "tests/values", "tests/test_examples.py", *session.posargs)


@nox.session(python="3.11")
def lint(session: nox.Session) -> None:
    """Ruff with all rules, and the floors."""
    session.install("ruff", "import-linter", "-e", ".")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session(python="3.11")
def types(session: nox.Session) -> None:
    """mypy, strict, over package and tests."""
    session.install("mypy", "-e", ".[test]")
    session.run("mypy")


@nox.session(python="3.11")
def docs(session: nox.Session) -> None:
    """The site, into site/; a warning is an error."""
    session.install("-e", ".[docs]")
    session.run("mkdocs", "build", "--strict", *session.posargs)


@nox.session(python="3.11")
def bench(session: nox.Session) -> None:
    """The figures this project is held to, ours and the best peer's, in one table; the same into ``--output``."""
    plugins = ("arraydiff", "benchmark", "flakefinder", "randomly", "regressions", "repeat")
    names = ("syrupy", "inline-snapshot", *(f"pytest-{name}" for name in plugins))
    session.install("-e", ".[test]", "scipy", *names)
    session.run("python", "benchmarks/figures.py", *session.posargs)


@nox.session(python="3.11")
def fuzz(session: nox.Session) -> None:
    """Damaged files for every reader: a million made here, and half a million that atheris grows by what they reach."""
    session.install("-e", ".[test]", "atheris")
    session.run("python", "benchmarks/fuzz.py", "--inputs", "1000000", *session.posargs)
    session.run("python", "benchmarks/fuzz_guided.py", "--inputs", "20000", *session.posargs)


@nox.session(python="3.11")
def locks(session: nox.Session) -> None:
    """What is read of real locks against each owning tool's own export; they lie beside the repository."""
    folder = session.posargs[0] if session.posargs else "../shared/locks"
    if not Path(folder).is_dir():
        session.skip("the folder of real locks is not beside this repository")
    session.install("-e", ".", "uv", "poetry", "poetry-plugin-export", "pdm", "pipenv")
    session.run("python", "benchmarks/lock_exports.py", folder)
