"""The pins as one: everything loaded is held, seeded and put back; nothing is imported; faults are told."""

from __future__ import annotations

import random
import subprocess
import sys
import types
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pytest_repro.seeds.pins import Pins
from pytest_repro.seeds.python import SharedRandom
from pytest_repro.seeds.registry import LIBRARIES
from pytest_repro.seeds.seeder import Library
from pytest_repro.seeds.third_party import Entry

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_repro.seeds.seeder import Seeder

PYTHON = LIBRARIES[-1]


def draws() -> list[float]:
    return [random.random(), random.gauss(0, 1), np.random.normal(), np.random.rand()]  # noqa: NPY002


def no_entries() -> list[Entry]:
    return []


def a_pins(**given: Any) -> Pins:
    return Pins(**{"entries": no_entries, **given})


def state_of(seed: int) -> object:
    return random.Random(seed).getstate()


def fake(name: str, **methods: Any) -> Library:
    """A library of the given name whose seeder is as broken as its methods are."""
    seeder = types.SimpleNamespace(
        **{
            "hold": lambda: None,
            "pin": lambda _: None,
            "put_back": lambda _: None,
            "state": lambda: None,
            **methods,
        }
    )
    return Library(name, "random", "_inst", lambda _: seeder)


def raise_(*_: object) -> Any:
    raise RuntimeError("no device\nand more")


def run(code: str) -> str:
    return subprocess.check_output([sys.executable, "-c", code], text=True)


def test_pinning_imports_no_library() -> None:
    code = (
        "import sys; from pytest_repro.seeds import arrival, hypothesis_examples\n"
        "from pytest_repro.seeds.pins import Pins\n"
        "before = set(sys.modules) & {'pytest', '_pytest', 'pluggy', 'importlib.metadata', 'ctypes'}\n"
        "p = Pins(); p.hold(); p.pin(1); p.states(); p.release()\n"
        "print(sorted(before), [m for m in ('numpy', 'torch', 'faker', 'pytest', 'hypothesis') if m in sys.modules])"
    )
    assert run(code) == "[] []\n"


def test_the_state_found_is_put_back_exactly() -> None:
    random.gauss(0, 1)
    np.random.normal()  # noqa: NPY002
    python, legacy = random.getstate(), repr(np.random.get_state(legacy=False))  # noqa: NPY002
    pins = a_pins()
    pins.hold()
    pins.pin(1)
    draws()
    pins.release()
    assert (random.getstate(), repr(np.random.get_state(legacy=False))) == (python, legacy)  # noqa: NPY002


def test_a_seed_gives_the_same_draws_whatever_was_drawn_before() -> None:
    pins = a_pins()
    seen = []
    for waste in (0, 1, 5):
        for _ in range(waste):
            draws()
        pins.hold()
        pins.pin(7)
        seen.append((pins.states(), draws(), pins.states()))
        pins.release()
    assert seen[0] == seen[1] == seen[2]


def test_the_order_of_the_libraries_makes_no_difference() -> None:
    seen = []
    for libraries in (LIBRARIES, LIBRARIES[::-1]):
        with a_pins(libraries=libraries).under(7):
            seen.append(draws())
    assert seen[0] == seen[1]


def test_a_wider_fixture_shifts_no_draw_of_the_test_that_sets_it_up() -> None:
    def run_one(*, sets_up: bool) -> list[list[float]]:
        pins = a_pins()
        pins.hold()
        pins.pin(7)
        seen = [draws()]
        if sets_up:
            with pins.under(99):
                draws()
            assert pins.seed == 7
        seen.append(draws())
        pins.release()
        return seen

    assert run_one(sets_up=True) == run_one(sets_up=False)


def test_a_wider_fixture_draws_the_same_whichever_test_sets_it_up() -> None:
    seen = []
    for test_seed in (1, 2):
        pins = a_pins()
        with pins.under(test_seed):
            draws()
            with pins.under(99):
                seen.append(draws())
    assert seen[0] == seen[1]


def test_what_was_found_is_put_back_though_the_body_raises() -> None:
    state = random.getstate()

    def body() -> None:
        with a_pins().under(3):
            draws()
            raise KeyError

    with pytest.raises(KeyError):
        body()
    assert random.getstate() == state


def test_a_library_imported_within_a_stretch_is_pinned_to_the_surrounding_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no state found: its first one came from the operating system."""
    module: Any = types.ModuleType("late_library")
    module.shared = random.Random(0)

    late = Library("late", "late_library", "shared", lambda module: SharedRandom(module, "shared"))
    pins = a_pins(libraries=(late, PYTHON))
    with pins.under(1):
        with pins.under(2):
            monkeypatch.setitem(sys.modules, "late_library", module)
            pins.arrived("late_library")
            assert module.shared.getstate() == state_of(2)
        assert module.shared.getstate() == state_of(1)
        module.shared.random()
        state = module.shared.getstate()
    assert module.shared.getstate() == state
    assert pins.seed is None


def test_a_module_that_is_not_through_with_its_import_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "half_imported", types.ModuleType("half_imported"))
    half = Library("half", "half_imported", "generator", raise_)
    pins = a_pins(libraries=(half,))
    pins.pin(1)
    assert (pins.states(), pins.notices) == ({}, ())


def test_a_look_does_not_wake_a_lazy_module() -> None:
    code = (
        "import importlib.util, sys\n"
        "spec = importlib.util.find_spec('numpy')\n"
        "spec.loader = loader = importlib.util.LazyLoader(spec.loader)\n"
        "module = importlib.util.module_from_spec(spec); sys.modules['numpy'] = module; loader.exec_module(module)\n"
        "from pytest_repro.seeds.seeder import Library\n"
        "print(Library('numpy', 'numpy', 'ndarray', print).loaded(), 'numpy.linalg' in sys.modules)"
    )
    assert run(code) == "None False\n"


def test_a_module_imported_anew_is_opened_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[types.ModuleType] = []

    def open_it(module: types.ModuleType) -> Seeder:
        opened.append(module)
        return fake("x").open(module)

    row = Library("x", "x_library", "generator", open_it)
    pins = a_pins(libraries=(row,))
    modules: list[Any] = [types.ModuleType("x_library") for _ in range(2)]
    for module in modules:
        module.generator = None
        monkeypatch.setitem(sys.modules, "x_library", module)
        pins.pin(1)
        pins.pin(2)
    assert opened == modules


@pytest.mark.parametrize("method", ["hold", "pin", "put_back", "state"])
def test_a_library_that_fails_is_told_once_and_the_others_are_pinned_all_the_same(method: str) -> None:
    pins = a_pins(libraries=(fake("brittle", **{method: raise_}), PYTHON))
    state = random.getstate()
    for _ in range(2):
        with pins.under(4):
            assert random.getstate() == state_of(4)
            pins.states()
    assert random.getstate() == state
    told = "seeder 'brittle' raised and pins nothing (RuntimeError: no device)  [RPR-S203]"
    assert [str(notice) for notice in pins.notices] == [told]


def test_a_seeder_written_for_pytest_randomly_works_unchanged() -> None:
    calls: list[int] = []
    entries = [Entry("pytest_randomly.random_seeder", "mine", "mine:reseed", lambda: calls.append)]
    pins = a_pins(entries=lambda: entries)
    pins.pin(3)
    pins.pin(4)
    assert calls == [3, 4]


def test_entry_points_are_looked_for_once_and_only_when_pins_are_used() -> None:
    looks: list[int] = []

    def entries() -> list[Entry]:
        looks.append(1)
        return []

    pins = a_pins(entries=entries)
    pins.hold()
    assert looks == []
    pins.pin(1)
    pins.pin(2)
    assert looks == [1]


def test_what_a_third_party_draws_or_seeds_does_not_move_random() -> None:
    pins = a_pins(extra={"hook": lambda _: (random.seed(0), np.random.seed(0), draws())})  # noqa: NPY002
    with pins.under(5):
        mixed = draws()
    with a_pins().under(5):
        assert draws() == mixed


def test_a_third_party_is_seeded_again_with_the_surrounding_seed() -> None:
    """It has no state to put back; most fixtures are set up before the test draws, and then this is exact."""
    calls: list[int] = []
    pins = a_pins(extra={"hook": calls.append})
    with pins.under(1), pins.under(2):
        pass
    assert calls == [1, 2, 1]


def test_a_third_party_that_cannot_be_used_is_told_and_breaks_nothing() -> None:
    entries = [
        Entry("pytest_repro.seeder", "absent", "absent_package:reseed", lambda: __import__("absent_package")),
        Entry("pytest_repro.seeder", "number", "package:number", lambda: 5),
        Entry("pytest_randomly.random_seeder", "raising", "package:raising", lambda: raise_),
    ]
    pins = a_pins(entries=lambda: entries, extra={"hook pytest_repro_seed": raise_})
    for seed in (1, 2):
        with pins.under(seed):
            assert random.getstate() == state_of(seed)
    unloaded = "could not be loaded and pins nothing"
    absent = f"seeder 'pytest_repro.seeder:absent' {unloaded} (ModuleNotFoundError: No module named 'absent_package')"
    number = f"seeder 'pytest_repro.seeder:number' {unloaded} (TypeError: package:number is no callable)"
    assert [str(notice) for notice in pins.notices] == [
        f'{absent}  [RPR-S203]\n  mend: python -c "import absent_package"',
        f'{number}  [RPR-S203]\n  mend: python -c "import package"',
        "seeder 'pytest_randomly.random_seeder:raising' raised and pins nothing (RuntimeError: no device)  [RPR-S203]",
        "seeder 'hook pytest_repro_seed' raised and pins nothing (RuntimeError: no device)  [RPR-S203]",
    ]


def test_real_entry_points_of_both_groups_are_found_once_each(tmp_path: Path) -> None:
    folder = tmp_path / "seeded-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: seeded\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(
        "[pytest_randomly.random_seeder]\nold = seeded:reseed\n[pytest_repro.seeder]\nnew = seeded:reseed\n"
    )
    (tmp_path / "seeded.py").write_text("def reseed(seed): print('seeded', seed)\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from pytest_repro.seeds.pins import Pins; Pins().pin(6)"
    assert run(code) == "seeded 6\n"


def test_a_release_too_many_is_an_error() -> None:
    with pytest.raises(IndexError):
        a_pins().release()
