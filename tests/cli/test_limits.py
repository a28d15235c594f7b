"""`pytest-repro compare --limits`: how far values are apart across hardware, and what was measured on one machine."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import re
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("stores", Path(__file__).with_name("stores.py"))
stores = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(stores)
project, put, here, four, command = stores.project, stores.put, stores.here, stores.four, stores.command
recorded, fit, LOSS = stores.recorded, stores.fit, stores.LOSS

pytestmark = pytest.mark.usefixtures("project")


@pytest.mark.usefixtures("four")
def test_limits_are_measured_across_hardware_and_can_be_pasted(command, put, here):
    zen = stores.with_kernel(here, "Zen")
    put("zen", {"test_count": recorded({"record.n": 3}, zen), "test_only": recorded({"record.x": 1.5}, zen)})
    put("unknown", {"test_fit": recorded(fit())})
    status, out, _ = command("compare", "--limits")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert status == 0
    assert lines[0] == "hardware"
    assert [line.split()[0] for line in lines[1:4]] == ["H1", "H2", "H3"]
    assert "left out, of unknown hardware: unknown" in lines
    at = lines.index("tests/test_m.py::test_fit")
    assert lines[at + 1] == "value largest between runs tolerance seen on not on"
    assert lines[at + 2] == "loss 4.8e-16 haswell / linux-a 8 2e-15 (x4) H1 H2 H3" or lines[at + 2].startswith(
        "loss 4.8e-16"
    )
    assert re.fullmatch(r"loss 4.8e-16 haswell / linux-a 8 2e-15 \(x4\) H\d H\d H\d", lines[at + 2])
    assert re.fullmatch(r"weights 4.4e-16 haswell / linux-a 6 2e-15 \(x4\) H\d H\d H\d", lines[at + 3])
    assert lines[at + 4 : at + 8] == [
        'paste @pytest.mark.replay(under={"recorded": {',
        '"loss": 2e-15,',
        '"weights": 2e-15,',
        "}})",
    ]
    assert any(line.startswith("x not known 2 none: one class alone") for line in lines)


@pytest.mark.usefixtures("four")
def test_limits_as_json_name_the_classes_that_are_not_covered(command, put, here):
    zen = stores.with_kernel(here, "Zen")
    put("zen", {"test_count": recorded({"record.n": 3}, zen)})
    status, out, _ = command("compare", "--limits", "--json")
    data = json.loads(out)
    loss = next(limit for limit in data["limits"] if limit["address"] == "record.loss")
    assert (status, data["schema"], loss["runs"], loss["margin"], loss["tolerance"]) == (
        0,
        "pytest-repro/limits",
        8,
        4.0,
        2e-15,
    )
    assert loss["not_covered"] == [zen.hw_class]
    assert set(data["hardware"]) == {zen.hw_class, *loss["classes"]}
    marker = data["paste"]["tests/test_m.py::test_fit"]
    assert marker.startswith('@pytest.mark.replay(under={"recorded": {')


def test_limits_of_one_class_alone_say_what_is_needed(command, put, here):
    put("p", {"test_fit": recorded(fit(), here)})
    status, out, _ = command("compare", "--limits")
    assert status == 0
    assert "one class of hardware alone: record on another one to learn how far values are apart\n" in out
    assert "none: one class alone" in out


@pytest.mark.usefixtures("four")
def test_what_a_calibration_measured_stands_beneath_the_limits_of_real_machines(command, put):
    measured = dataclasses.replace(
        recorded(fit()), limits={"replay": 0.0, "hashseed": 0.0, "blas": 2.1e-13, "threads=4": 0.0}
    )
    put("unknown", {"test_fit": measured})
    status, out, _ = command("compare", "--limits")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert status == 0
    assert lines.index("tests/test_m.py::test_fit") < next(
        at for at, one in enumerate(lines) if "measured on one" in one
    )
    assert any("blas 2.1e-13" in one and "(simulated)" in one for one in lines)
    data = json.loads(command("compare", "--limits", "--json")[1])
    assert data["calibrated"] == {"tests/test_m.py::test_fit": measured.limits}
