"""Determinism switches of loaded libraries; a getter that refuses does not hide the others."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from pytest_repro.environment import switches


@pytest.fixture(autouse=True)
def _none_loaded(monkeypatch):
    for name in ("torch", "tensorflow", "tensorflow.python.framework.config", "jax"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_what_is_not_loaded_is_not_asked(place):
    assert switches.read(place) == switches.Switches()


def test_each_switch_of_torch_is_asked_by_itself(monkeypatch, place):
    class Matmul:
        allow_fp16_reduced_precision_reduction = True

        @property
        def allow_tf32(self):
            raise RuntimeError("mix of the legacy and new APIs")

    class Dtype:
        def __str__(self):
            return "torch.float32"

    torch = SimpleNamespace(
        are_deterministic_algorithms_enabled=lambda: False,
        get_default_dtype=Dtype,
        get_num_threads=lambda: 4,
        backends=SimpleNamespace(
            cuda=SimpleNamespace(matmul=Matmul()), cpu=SimpleNamespace(get_cpu_capability=lambda: "AVX512")
        ),
    )
    monkeypatch.setitem(sys.modules, "torch", torch)
    told = switches.read(place)
    assert told.torch == {
        "deterministic_algorithms": False,
        "default_dtype": "float32",
        "cuda_allow_tf32": "not told (RuntimeError)",
        "cuda_reduced_fp16": True,
    }
    assert (told.torch_threads, told.torch_simd) == (4, "AVX512")


def test_tensorflows_and_jaxs_are_read_from_their_settings(monkeypatch, place):
    tensorflow = SimpleNamespace(
        config=SimpleNamespace(
            experimental=SimpleNamespace(tensor_float_32_execution_enabled=lambda: True),
            threading=SimpleNamespace(get_intra_op_parallelism_threads=lambda: 0),
        )
    )
    monkeypatch.setitem(sys.modules, "tensorflow", tensorflow)
    private = SimpleNamespace(is_op_determinism_enabled=lambda: False)
    monkeypatch.setitem(sys.modules, "tensorflow.python.framework.config", private)
    values = {"jax_enable_x64": False, "jax_default_matmul_precision": None, "jax_default_dtype_bits": 1.5, "other": 1}
    monkeypatch.setitem(sys.modules, "jax", SimpleNamespace(config=SimpleNamespace(values=values)))
    told = switches.read(place)
    assert told.tensorflow == {"tf32": True, "intra_op_threads": 0, "op_determinism": False}
    assert told.jax == {"enable_x64": False, "default_dtype_bits": "1.5"}


def test_a_library_that_is_half_imported_tells_nothing(monkeypatch, place):
    for name in ("torch", "tensorflow", "jax"):
        monkeypatch.setitem(sys.modules, name, SimpleNamespace())
    assert switches.read(place) == switches.Switches(torch={}, tensorflow={}, jax={})


REAL = """
import json
from pytest_repro.environment import switches
{change}
found = switches.read(None)
print("told", json.dumps({{"torch": found.torch, "tensorflow": found.tensorflow, "jax": found.jax}}, default=str))
"""


@pytest.mark.parametrize(
    ("library", "change", "told"),
    [
        ("torch", "torch.use_deterministic_algorithms(True, warn_only=True)", {"deterministic_algorithms": True}),
        ("torch", "torch.backends.cudnn.benchmark = True", {"cudnn_benchmark": True}),
        ("torch", "torch.set_float32_matmul_precision('high')", {"matmul_precision": "high"}),
        ("jax", "jax.config.update('jax_enable_x64', True)", {"enable_x64": True}),
        ("jax", "jax.config.update('jax_default_prng_impl', 'rbg')", {"default_prng_impl": "rbg"}),
        ("jax", "jax.config.update('jax_default_matmul_precision', 'high')", {"default_matmul_precision": "high"}),
        ("tensorflow", "tensorflow.config.experimental.enable_op_determinism()", {"op_determinism": True}),
        ("tensorflow", "tensorflow.config.experimental.enable_tensor_float_32_execution(False)", {"tf32": False}),
    ],
)
def test_the_real_library_tells_what_was_switched(library, change, told):
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed here")
    done = subprocess.run(
        [sys.executable, "-c", REAL.format(change=f"import {library}\n{change}")],
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("told ")]
    found = json.loads(line.removeprefix("told "))[library]
    assert {name: found.get(name) for name in told} == told
