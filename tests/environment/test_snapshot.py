"""A snapshot: whole, cheap, quiet; saved and read back; refused where a file was changed."""

from __future__ import annotations

import copy
import dataclasses
import getpass
import json
import os
import platform
import re
import socket
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from pytest_repro.environment import registry
from pytest_repro.environment import snapshot as module
from pytest_repro.environment.distribution import Distribution
from pytest_repro.environment.fields import fields
from pytest_repro.environment.identity import digest, identity
from pytest_repro.environment.packages import Packages
from pytest_repro.environment.snapshot import Snapshot, snapshot
from pytest_repro.environment.variables import Variables
from pytest_repro.errors import ReproError

MEND = "\n  mend: pytest-repro env --json > snapshot.json"
HEX = re.compile(r"[0-9a-f]{16}\Z")
IDS = ("env_id", "hw_class", "numeric_class", "context_id")


def sealed(data):
    """The data with the digest of what it holds now."""
    rest = {key: value for key, value in data.items() if key != "digest"}
    return {**rest, "digest": digest(rest)}


def test_the_snapshot_of_this_process_knows_interpreter_numpy_and_blas(here):
    assert here.errors == {}
    assert here.python.version == platform.python_version()
    assert here.numpy.version == np.__version__ == here.at("numpy.version")
    assert here.blas.name
    assert here.blas.threads == here.at("blas.threads")
    assert here.packages.installed is not None
    assert here.at("packages.numpy") == np.__version__
    assert here.probes.digests
    assert here.at("probes.libm") == here.probes.digests["libm"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", here.captured)
    assert here.cost.keys() == {section.name for section in registry.SECTIONS}
    assert all(HEX.match(getattr(here, name)) for name in IDS)


def test_what_is_none_has_a_reason_and_nothing_else_has(here):
    absent = {info.address for info in fields() if getattr(getattr(here, info.section), info.name) is None}
    assert here.unknown.keys() == absent
    assert all(here.unknown.values())


def test_facts_have_addresses_down_to_their_parts(known):
    flat = known.flat()
    assert flat["blas.kernel"] == "SkylakeX"
    assert flat["blas.pools.numpy-openblas.threads"] == 2
    assert flat["numpy.dispatch"] == "X86_V3 AVX512_SPR"
    assert flat["numpy.targets.exp.float64"] == "X86_V4"
    assert flat["packages.numpy"] == "2.4.6"
    assert flat["variables.TZ"] == "UTC"
    assert flat["cores.quota"] is None
    assert all(value is None or isinstance(value, (str, int, float, bool)) for value in flat.values())


def test_a_table_knows_what_is_not_in_it_and_other_addresses_are_errors(known):
    assert known.at("variables.OMP_NUM_THREADS") is None
    assert known.at("packages.scipy") is None
    with pytest.raises(KeyError, match="blas\\.colour"):
        known.at("blas.colour")


def test_a_distribution_tells_source_commit_and_files_where_they_are_known(changed):
    installed = (
        Distribution(name="a", version="1", source="editable"),
        Distribution(name="b", version="2", source="vcs", ref="c0ffee", record="0" * 16),
        Distribution(name="b", version="2", source="conda", ref="h1_0", manager="conda"),
    )
    flat = changed("packages", installed=installed).flat()
    names = ("count", "digest")
    assert {key: value for key, value in flat.items() if key.startswith("packages.") and key[9:] not in names} == {
        "packages.a": "1",
        "packages.a.source": "editable",
        "packages.b": "2",
        "packages.b.source": "vcs",
        "packages.b.ref": "c0ffee",
        "packages.b.record": "0" * 16,
        "packages.conda:b": "2",
        "packages.conda:b.ref": "h1_0",
    }


def test_a_section_that_fails_is_recorded_and_the_others_stand(monkeypatch, tmp_path):
    def fail(place):
        raise RuntimeError(f"cannot read {place.directory}/x, password=hunter2secret")

    sections = [
        one._replace(read=fail) if one.name == "cpu" else one for one in registry.SECTIONS if one.name != "packages"
    ]
    packages = next(one for one in registry.SECTIONS if one.name == "packages")
    monkeypatch.setattr(module, "SECTIONS", (*sections, packages._replace(read=lambda _: Packages())))
    taken = snapshot(tmp_path)
    assert taken.errors == {"cpu": "RuntimeError: cannot read <project>/x, password=<secret>"}
    assert taken.cpu.name is None
    assert taken.unknown["cpu.name"] == "the section failed"
    assert taken.python.version == platform.python_version()


def test_nothing_is_imported_to_be_asked():
    code = (
        "import sys, pathlib; from pytest_repro.environment.snapshot import snapshot;"
        "s = snapshot(pathlib.Path.cwd());"
        "print({'numpy', 'scipy', 'threadpoolctl', 'cpuinfo', 'pynvml', 'pytest', 'torch'} & sys.modules.keys());"
        "print(s.numpy.version, s.blas.kernel, s.unknown['blas.pools'], sorted(s.probes.digests), s.errors)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\nNone None numpy was not imported ['floats', 'libm'] {}\n"


def test_a_getter_that_warns_fails_no_test_that_allows_no_warning(monkeypatch, tmp_path):
    def warn(place):
        warnings.warn("careful", stacklevel=1)
        return registry.SECTIONS[0].read(place)

    monkeypatch.setattr(module, "SECTIONS", (registry.SECTIONS[0]._replace(read=warn), *registry.SECTIONS[1:]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert snapshot(tmp_path).errors == {}


def test_the_numeric_state_is_as_it_was(tmp_path):
    np.random.seed(1)  # noqa: NPY002  # the old generator is the one that could be disturbed
    before, errors = np.random.get_state()[1].tobytes(), np.geterr()  # noqa: NPY002  # as above
    snapshot(tmp_path)
    assert np.random.get_state()[1].tobytes() == before  # noqa: NPY002  # as above
    assert np.geterr() == errors


def test_equal_environments_have_equal_ids_in_two_processes(tmp_path):
    code = (
        "import sys, pathlib, numpy; from pytest_repro.environment.snapshot import snapshot;"
        "s = snapshot(pathlib.Path.cwd()); print(s.env_id, s.hw_class, s.numeric_class, s.context_id)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    ("section", "fact", "moved"),
    [
        ("blas", {"kernel": "Haswell"}, {"hw_class", "context_id"}),
        ("numpy", {"targets": {"exp.float64": "X86_V3"}}, {"hw_class", "context_id"}),
        ("packages", {"digest": "1" * 16}, {"env_id", "context_id"}),
        ("switches", {"torch": {"deterministic_algorithms": True}}, {"env_id", "context_id"}),
        ("floats", {"flush_to_zero": True}, {"numeric_class", "context_id"}),
        ("probes", {"digests": {"libm": "1" * 16}}, {"numeric_class", "context_id"}),
        ("variables", {"values": {"TZ": "Asia/Tokyo"}}, {"context_id"}),
        ("python", {"version": "3.12.1"}, {"env_id", "context_id"}),
        ("memory", {"total": 1}, set()),
        ("cpu", {"microcode": "0x2", "stepping": 3}, set()),
        ("git", {"commit": "f" * 40}, set()),
        ("ci", {"run": "17"}, set()),
    ],
)
def test_a_change_moves_the_ids_that_it_belongs_to(known, changed, section, fact, moved):
    after = changed(section, **fact)
    assert {name for name in IDS if getattr(after, name) != getattr(known, name)} == moved


def test_a_float_is_refused_in_an_identity():
    with pytest.raises(TypeError, match=re.escape("a float has no place in an identity: cores.quota")):
        identity({"cores.quota": 1.5})


def test_what_is_saved_is_read_back_whole(here, known):
    for taken in (here, known):
        data = json.loads(json.dumps(taken.to_dict(), indent=2))
        again = Snapshot.from_dict(data)
        assert again.flat() == taken.flat()
        assert again.to_json() == taken.to_json()
        assert [getattr(again, name) for name in IDS] == [getattr(taken, name) for name in IDS]
        assert (again.unknown, again.errors, again.cost) == (taken.unknown, taken.errors, taken.cost)
        assert isinstance(again.packages.installed[0], Distribution)


def test_an_ordinary_snapshot_takes_less_than_8_kb(here):
    sixty = tuple((here.packages.installed * 60)[:60])
    names = tuple(dataclasses.replace(one, name=f"{one.name}-{i}"[-12:]) for i, one in enumerate(sixty))
    packages = dataclasses.replace(here.packages, installed=names)
    usual = Variables(values={"LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "4", "TZ": "UTC"})
    blas = dataclasses.replace(
        here.blas, pools=(here.blas.pools or ())[:1]
    )  # other tests may have loaded scipy's as well
    size = len(dataclasses.replace(here, packages=packages, variables=usual, blas=blas).to_json())
    assert 6000 < size <= 8000, size


def test_of_very_many_distributions_the_loaded_ones_are_saved(changed):
    many = tuple(Distribution(name=f"p{number}", version="1") for number in range(301))
    taken = changed("packages", installed=many, count=301, loaded=frozenset({"p7"}))
    data = taken.to_dict()
    assert data["sections"]["packages"] == {"count": 301, "digest": "0" * 16, "installed": {"p7": {"version": "1"}}}
    assert Snapshot.from_dict(data).env_id == taken.env_id


def test_nothing_that_is_written_names_the_machine_its_user_or_its_folders(here):
    written = here.to_json()
    for name in (socket.gethostname(), str(Path.home()), sys.prefix, str(Path(__file__).parent), str(Path.cwd())):
        assert len(name) < 3 or name not in written
    if getpass.getuser() != "root":
        assert getpass.getuser() not in written
    assert os.environ["PATH"] not in written


@pytest.mark.parametrize(
    ("path", "value", "place", "sentence"),
    [
        (("schema",), "other", "schema", "this is no saved environment"),
        (("version",), 1.0, "version", "a version such as 1.0 is expected"),
        (("version",), "1.x", "version", "a version such as 1.0 is expected"),
        (("version",), "2.0", "version", "version 2.0 is not one that this pytest-repro reads: it reads 1.x"),
        (("sections",), [], "sections", "the key is missing"),
        (("sections", "cpu"), ..., "sections.cpu", "the key is missing"),
        (("sections", "cpu"), 5, "sections.cpu", "a table is expected, not a whole number"),
        (("sections", "cpu", "name"), ..., "sections.cpu.name", "the key is missing"),
        (("sections", "cpu", "colour"), "red", "sections.cpu.colour", "nobody knows the key"),
        (("sections", "cpu", "name"), 7, "sections.cpu.name", "text is expected, not a whole number"),
        (
            ("sections", "blas", "threads"),
            True,
            "sections.blas.threads",
            "a whole number is expected, not true or false",
        ),
        (("sections", "blas", "threads"), 2.5, "sections.blas.threads", "a whole number is expected, not a number"),
        (("sections", "blas", "pools"), {}, "sections.blas.pools", "a list is expected, not a table"),
        (("sections", "blas", "pools", 0, "api"), None, "sections.blas.pools[0].api", "text is expected, not null"),
        (("sections", "blas", "pools", 0, "api"), ..., "sections.blas.pools[0].api", "the key is missing"),
        (("sections", "numpy", "dispatch", 1), 3, "sections.numpy.dispatch[1]", "text is expected, not a whole number"),
        (("sections", "variables", "values"), [], "sections.variables.values", "a table is expected, not a list"),
        (
            ("sections", "packages", "installed", "numpy", "source"),
            "moon",
            "sections.packages.installed.numpy.source",
            "one of index, editable, directory, vcs, url, file, conda is expected",
        ),
        (
            ("sections", "switches", "torch"),
            {"threads": []},
            "sections.switches.torch.threads",
            "text, a whole number, true or false is expected, not a list",
        ),
        (("captured",), None, "captured", "text is expected, not null"),
        (("cost_ms",), {"cpu": "1"}, "cost_ms.cpu", "a number is expected, not text"),
        (("unknown",), ..., "unknown", "the key is missing"),
    ],
)
def test_a_saved_environment_that_is_not_one_names_the_key(known, path, value, place, sentence):
    data = copy.deepcopy(known.to_dict())
    at = data
    for key in path[:-1]:
        at = at[key]
    if value is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    with pytest.raises(ReproError) as caught:
        Snapshot.from_dict(sealed(data))
    assert str(caught.value) == f"{sentence} in '{place}'  [RPR-E306]{MEND}"


def test_an_edited_value_is_noticed_though_it_has_the_right_type(known):
    data = copy.deepcopy(known.to_dict())
    data["sections"]["blas"]["kernel"] = "Haswell"
    with pytest.raises(ReproError) as caught:
        Snapshot.from_dict(data)
    assert str(caught.value) == f"the saved environment was changed after it was written in 'digest'  [RPR-E306]{MEND}"
    with pytest.raises(ReproError, match=r"the key is missing in 'digest'"):
        Snapshot.from_dict({key: value for key, value in data.items() if key != "digest"})
    data["cost_ms"]["cpu"] = float("nan")
    with pytest.raises(ReproError, match="changed after it was written"):
        Snapshot.from_dict(data)
    for other in (None, [], "text", {}):
        with pytest.raises(ReproError, match="this is no saved environment in 'schema'"):
            Snapshot.from_dict(other)


def test_a_newer_minor_version_may_know_more(known):
    data = copy.deepcopy(known.to_dict())
    data["version"] = "1.7"
    data["sections"]["cpu"]["colour"] = "red"
    data["sections"]["moon"] = {"phase": "full"}
    data["ids"]["moon_id"] = "0" * 16
    assert Snapshot.from_dict(sealed(data)).cpu == known.cpu


@pytest.mark.parametrize(
    ("key", "value"), [("version", f"1.{'9' * 5000}"), ("version", f"{'9' * 5000}.0"), ("cost_ms", {"cpu": 10**400})]
)
def test_a_number_beyond_what_python_reads_is_refused(known, key, value):
    with pytest.raises(ReproError) as caught:
        Snapshot.from_dict(sealed(known.to_dict() | {key: value}))
    assert caught.value.code == "E306"
