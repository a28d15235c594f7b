"""`pytest-repro show`: what is recorded, with its evidence, and no secret of it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("stores", Path(__file__).with_name("stores.py"))
stores = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(stores)
project, put, here, four, command = stores.project, stores.put, stores.here, stores.four, stores.command
recorded, fit, TOKEN = stores.recorded, stores.fit, stores.TOKEN

pytestmark = pytest.mark.usefixtures("project")
NODEID = "tests/test_m.py::test_fit"


def test_without_anything_recorded_the_command_to_record_is_told(command):
    said = "nothing is recorded here; pytest --repro-record records what is missing\n"
    assert command("show") == (0, said, "")


@pytest.mark.usefixtures("four")
def test_every_file_is_a_line(command):
    status, out, _ = command("show")
    lines = out.splitlines()
    assert status == 0
    assert lines[0].split() == ["module", "profile", "tests", "values", "recorded", "size"]
    assert [line.split()[:5] for line in lines[1:5]] == [
        ["tests/test_m.py", profile, "2", values, "2026-01-31T12:00"]
        for profile, values in (("haswell", "4"), ("linux-a", "4"), ("linux-b", "4"), ("short", "3"))
    ]
    assert lines[-1] == "8 tests in 4 files"


@pytest.mark.usefixtures("four")
def test_the_table_as_json_holds_the_same(command):
    status, out, _ = command("show", "--json")
    data = json.loads(out)
    assert (status, data["schema"], data["version"], data["faults"]) == (0, "pytest-repro/recorded", "1.0", [])
    first = data["files"][0]
    assert {**first, "bytes": 0} == {
        "module": "tests/test_m.py",
        "profile": "haswell",
        "tests": ["test_count", "test_fit"],
        "values": 4,
        "recorded": "2026-01-31T12:00:00Z",
        "bytes": 0,
    }
    assert first["bytes"] > 900  # the array beside it counts


def test_one_test_is_told_with_all_its_evidence(command, put):
    put("p", {"test_fit": recorded({"record.loss": 0.5, "record.n": 3}, difference=1.5e-16)})
    assert command("show", NODEID) == (
        0,
        f"""{NODEID}   profile p

  outcome       call passed, setup passed
  recorded      2026-01-31 12:00:00 UTC by pytest-repro 0.1.0
  commit        1f3c9e2a clean
  owner         kim
  seeds         7, from session seed 0
  lock          uv.lock 3f2a1c in step
  runs          2 runs agreed, largest relative difference 1.5e-16
  environment   no environment was recorded

  value        kind
  record.loss  float  0.5
  record.n     int    3
""",
        "",
    )


def test_an_environment_that_can_be_read_is_two_lines_and_another_its_id(command, put, here):
    put("p", {"test_fit": recorded({"record.n": 3}, here)})
    _, out, _ = command("show", NODEID)
    assert "\n  hardware      " in out
    assert f"\n  environment   CPython {here.python.version}, numpy {here.numpy.version}, " in out
    put("q", {"test_fit": stores.replace(recorded({"record.n": 3}), environment={"a": 1}, environment_id="abc")})
    _, out, _ = command("show", NODEID, "--profile", "q")
    assert "\n  environment   abc, not readable: this is no saved environment in 'schema'\n" in out


def test_no_line_is_wider_than_a_terminal(command, put, here):
    long = stores.replace(here, cpu=stores.replace(here.cpu, name="processor " * 30))
    put("p", {"test_fit": recorded({"record.n": 3}, long, owner="kim " * 90)})
    _, out, _ = command("show", NODEID)
    assert max(map(len, out.splitlines())) == 120


@pytest.mark.usefixtures("four")
def test_every_profile_of_a_test_is_shown_and_one_where_it_is_named(command):
    for words, profiles in (
        ((), ["haswell", "linux-a", "linux-b", "short"]),
        (("--profile", "linux-*"), ["linux-a", "linux-b"]),
    ):
        _, out, _ = command("show", NODEID, *words)
        heads = [line.rpartition(" ")[2] for line in out.splitlines() if line.startswith(NODEID)]
        assert heads == profiles


def test_a_name_without_parameters_stands_for_all_of_them(command, put):
    put("p", {name: recorded({"record.n": 1}) for name in ("test_a[x]", "test_a[y::z]", "test_ab", "TestC::test_d")})
    _, out, _ = command("show", "tests/test_m.py::test_a")
    assert [line.split()[0] for line in out.splitlines() if line.startswith("tests/")] == [
        "tests/test_m.py::test_a[x]",
        "tests/test_m.py::test_a[y::z]",
    ]
    assert "tests/test_m.py::TestC::test_d " in command("show", "tests/test_m.py::TestC")[1]


@pytest.mark.usefixtures("four")
def test_a_module_stands_for_its_files_alone(command, put):
    put("p", {"test_x": recorded({"record.n": 1})}, module="tests/test_n.py")
    assert command("show", "tests/test_n.py")[1].splitlines()[-1] == "1 test in 1 file"
    assert command("show")[1].splitlines()[-1] == "9 tests in 5 files"


def test_no_secret_is_printed(command, put):
    hidden = {"record.password": "tulip-grower", "record.text": f"see {TOKEN} there", f"asserted.f('{TOKEN}')": 1}
    put("p", {"test_fit": recorded(fit(**hidden))})
    for words in ((), ("--json",)):
        status, out, _ = command("show", NODEID, *words)  # the fixture looks for the token
        assert status == 0
        assert "tulip-grower" not in out
        assert "<secret>" in out


def test_values_as_json_are_those_of_the_file(command, put):
    put("p", {"test_fit": recorded({"record.w": stores.WEIGHTS, "record.nan": float("nan"), "record.n": 3})})
    (test,) = json.loads(command("show", NODEID, "--json")[1])["tests"]
    values = {value["address"]: value["value"] for value in test["values"]}
    assert values["record.n"] == 3
    assert values["record.nan"] == {"kind": "float", "value": "nan"}
    assert (values["record.w"]["shape"], "npy" in values["record.w"]) == ([100], True)
    assert (test["test"], test["owner"], test["runs"], test["lock"]["file"]) == (NODEID, "kim", 2, "uv.lock")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("tests/test_m.py::test_fot",), "nothing is recorded of 'tests/test_m.py::test_fot', did you mean 'test_fit'"),
        (
            ("tests/test_n.py::test_fit",),
            "nothing is recorded of 'tests/test_n.py::test_fit', did you mean 'tests/test_m.py'",
        ),
        (("../../etc/passwd",), "nothing is recorded of '../../etc/passwd'"),
        (("--profile", "nobody"), "no profile 'nobody', there are haswell, linux-a, linux-b, short"),
    ],
)
@pytest.mark.usefixtures("four")
def test_what_is_not_recorded_is_a_mistake_of_use(command, words, said):
    status, out, err = command("show", *words)
    assert (status, out) == (4, "")
    assert err.startswith(f"pytest-repro: {said} in '")
    assert "[RPR-U104]" in err


@pytest.mark.usefixtures("four")
def test_what_cannot_be_read_is_told_and_the_rest_is_shown(command, project):
    home = project / "tests" / "__envelopes__"
    home.joinpath("test_n.p.json").write_text('{"a', encoding="utf-8")
    newer = json.loads(home.joinpath("test_m.short.json").read_text(encoding="utf-8")) | {"format": "9.0"}
    home.joinpath("test_m.short.json").write_text(json.dumps(newer), encoding="utf-8")
    status, out, _ = command("show")
    assert status == 1
    assert "6 tests in 3 files\n" in out
    assert "not JSON on line 1" in out
    assert "[RPR-B602]" in out
    assert "format 9.0 is newer than 1.0, the newest that is known here" in out
    assert [fault["code"] for fault in json.loads(command("show", "--json")[1])["faults"]] == ["RPR-B604", "RPR-B602"]


@pytest.mark.usefixtures("four")
def test_an_array_whose_file_was_changed_is_told_in_its_line(command, project):
    for path in project.joinpath("tests", "__envelopes__", "arrays").iterdir():
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
    status, out, _ = command("show", NODEID, "--profile", "linux-a")
    assert "array  unreadable: an array's file is not what was recorded: its digest differs" in out
    assert status == 1
    assert "[RPR-B602]" in out


def test_a_store_that_is_a_link_is_not_entered(command, project, tmp_path):
    tmp_path.joinpath("elsewhere").mkdir()
    project.joinpath("tests", "__envelopes__").symlink_to(tmp_path / "elsewhere")
    status, out, _ = command("show")
    assert status == 1
    assert "not a plain folder, nothing is read or written there in 'tests/__envelopes__'  [RPR-B605]" in out
