"""What to do about an environment that is not the one required: a command or a line, by address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.values.address import matches

if TYPE_CHECKING:
    from pytest_repro.environment.snapshot import Snapshot

THREADS = {"OpenBLAS": "OPENBLAS_NUM_THREADS", "MKL": "MKL_NUM_THREADS", "BLIS": "BLIS_NUM_THREADS"}
"""The variable that sets the threads, by the name of the BLAS; all others listen to OpenMP's."""

LINES: tuple[tuple[str, str], ...] = (
    ("floats.*", "load no library that was linked with -ffast-math: LD_DEBUG=libs pytest ... lists what is loaded"),
    ("python.hash_seed", "PYTHONHASHSEED={want} pytest ..."),
    ("python.optimize", "PYTHONOPTIMIZE={want} pytest ..."),
    ("python.utf8_mode", "PYTHONUTF8=1 pytest ..."),
    ("python.*", "run pytest under the Python that is required"),
    ("locale.zone*", "TZ={want} pytest ..."),
    ("locale.offset", "TZ=UTC pytest ..."),
    ("locale.name", "LC_ALL={want} pytest ..."),
    ("locale.encoding", "PYTHONUTF8=1 pytest ..."),
    ("cores.*", "run where the process may use more or fewer cores: taskset -c 0-3 pytest ..."),
    ("numpy.version", "pip install 'numpy{want}'"),
    ("numpy.*", "run on the processor that is required, or set NPY_DISABLE_CPU_FEATURES"),
    ("cpu.*", "run on the processor that is required"),
    ("gpu.*", "run where the GPU that is required is visible: nvidia-smi"),
    ("git.dirty", "git stash or git commit"),
    ("git.*", "git checkout {want}"),
    ("system.*", "run in the image or on the system that is required"),
    ("container.*", "run in the image or on the system that is required"),
    ("blas.*", "install the numpy that brings it: python -m threadpoolctl -i numpy tells which BLAS is loaded"),
)
"""Pattern of addresses and the line; the first that matches counts. ``{want}`` is what was required."""


def mend(address: str, want: object, snapshot: Snapshot) -> str:
    """A command or line that brings about what was required at an address; empty where nobody can."""
    wanted = str(want)
    plain = wanted.removeprefix("==").strip()
    if address == "blas.threads":
        variable = THREADS.get(str(snapshot.blas.name), "OMP_NUM_THREADS")
        return f"{variable}={plain} pytest ..." if plain.isdecimal() else f"{variable}=N pytest ..., with N {wanted}"
    if address == "blas.kernel" and snapshot.blas.name == "OpenBLAS" and plain.isalnum():
        return f"OPENBLAS_CORETYPE={plain} pytest ..."
    if address.startswith("variables."):
        name = address.removeprefix("variables.")
        return f"env -u {name} pytest ..." if want is None else f"{name}={_quoted(wanted)} pytest ..."
    line = next((line for pattern, line in LINES if matches(pattern, address)), "")
    return line.format(want=wanted)


def installing(name: str, want: str) -> str:
    """The command that installs what was required of a distribution; none is required where ``want`` is empty."""
    return f"pip install '{name}{want}'" if want else f"pip uninstall {name}"


def _quoted(word: str) -> str:
    return word if word and all(char.isalnum() or char in "_.,:/=+-" for char in word) else f"'{word}'"
