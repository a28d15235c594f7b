"""The facts that a report shows, and their two lines."""

from __future__ import annotations

import platform
import subprocess
import sys

import numpy as np

from pytest_repro.environment import blas, cpu, git, gpu, interpreter
from pytest_repro.environment.snapshot import environment_line, hardware_line, snapshot

KNOWN = {
    "python.implementation": "CPython",
    "python.version": "3.11.7",
    "system.name": "Linux",
    "system.libc": "glibc 2.36",
    "numpy.version": "2.4.6",
    "cpu.name": "A CPU",
    "cpu.cores": "2 of 4 cores",
    "cpu.simd": "AVX512_SPR",
    "blas": "OpenBLAS 0.3.31 SkylakeX, 2 threads",
    "gpu": "no GPU",
    "git.commit": "1f3c9e2",
    "git.state": "clean",
}


def test_the_lines_put_the_facts_in_words():
    assert hardware_line(KNOWN) == "A CPU, 2 of 4 cores, AVX512_SPR; OpenBLAS 0.3.31 SkylakeX, 2 threads; no GPU"
    assert environment_line(KNOWN) == "CPython 3.11.7, numpy 2.4.6, Linux glibc 2.36; commit 1f3c9e2 clean"


def test_what_is_unknown_is_left_out_and_never_guessed():
    facts = KNOWN | dict.fromkeys(["cpu.name", "cpu.simd", "blas", "numpy.version", "system.libc", "git.commit"])
    assert hardware_line(facts) == "2 of 4 cores; no GPU"
    assert environment_line(facts) == "CPython 3.11.7, numpy not imported, Linux; not in a git repository"


def test_the_snapshot_of_this_process_holds_every_fact(tmp_path):
    facts = snapshot(tmp_path)
    assert facts.keys() == KNOWN.keys()
    assert facts["python.version"] == platform.python_version()
    assert facts["numpy.version"] == np.__version__
    assert facts["git.commit"] is None


def test_git_tells_commit_and_whether_the_tree_is_clean(tmp_path):
    def command(*words):
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.invalid"]
        subprocess.run(["git", *identity, "-C", str(tmp_path), *words], check=True, capture_output=True)

    command("init", "-q")
    assert git.facts(tmp_path) == {"git.commit": None, "git.state": None}
    (tmp_path / "x").write_text("1")
    command("add", "x")
    command("commit", "-qm", "x")
    assert git.facts(tmp_path)["git.state"] == "clean"
    (tmp_path / "x").write_text("2")
    assert git.facts(tmp_path)["git.state"] == "dirty"


def test_a_machine_without_git_or_files_is_told_as_unknown(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git.facts(tmp_path) == {"git.commit": None, "git.state": None}
    monkeypatch.setattr(gpu, "DEVICES", ((str(tmp_path / "nvidiactl"), "NVIDIA GPU"),))
    assert gpu.facts() == {"gpu": "no GPU"}
    (tmp_path / "nvidiactl").touch()
    assert gpu.facts() == {"gpu": "NVIDIA GPU"}


def test_no_library_is_imported_to_be_asked():
    code = (
        "import sys; from pytest_repro.environment import blas, cpu, interpreter;"
        "facts = blas.facts() | cpu.facts() | interpreter.facts();"
        "assert not {'numpy', 'threadpoolctl', 'cpuinfo'} & sys.modules.keys() or sys.platform != 'linux';"
        "print(facts['blas'], facts['cpu.simd'], facts['numpy.version'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "None None None\n"


def test_where_no_file_names_the_cpu_py_cpuinfo_is_asked(monkeypatch):
    monkeypatch.setitem(
        sys.modules, "cpuinfo", type("Module", (), {"get_cpu_info": staticmethod(lambda: {"brand_raw": "Asked"})})
    )
    assert cpu._asked() == "Asked"
    monkeypatch.setitem(sys.modules, "cpuinfo", None)  # not installed
    assert cpu._asked() == (platform.processor() or None)


def test_a_loaded_blas_has_name_version_kernel_and_threads():
    np.ones((2, 2)) @ np.ones((2, 2))
    assert "thread" in str(blas.facts()["blas"])
    assert interpreter.facts()["system.name"] in ("Linux", "macOS", "Windows")
