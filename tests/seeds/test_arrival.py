"""The arrival: a library is pinned as its import completes, and imports are what they were."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import random
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from pytest_repro.seeds.arrival import Arrival
from pytest_repro.seeds.pins import Pins
from pytest_repro.seeds.python import SharedRandom
from pytest_repro.seeds.seeder import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.machinery import ModuleSpec
    from pathlib import Path
    from types import ModuleType

SOURCE = "import random\nloader_seen = __spec__.loader, __loader__\nshared = random.Random()\n"
ROW = Library("arriving", "arriving_library", "shared", lambda module: SharedRandom(module, "shared"))


@pytest.fixture(name="arrival")
def _arrival() -> Iterator[Arrival]:
    """An arrival for one library; what it changed of the interpreter is undone."""
    state = random.getstate()
    arrival = Arrival(Pins(libraries=(ROW,), entries=list))
    yield arrival
    arrival.stop()
    sys.modules.pop(ROW.module, None)
    random.setstate(state)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "arriving_library.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def state_of(seed: int) -> object:
    return random.Random(seed).getstate()


def arrives(*, seed: int = 5) -> bool:
    shared: random.Random = importlib.import_module(ROW.module).shared
    return shared.getstate() == state_of(seed)


def test_numpy_is_pinned_as_its_import_completes_and_the_finder_is_gone_after() -> None:
    """Data drawn in @parametrize is drawn right after the import; without the arrival it differs between processes."""
    code = (
        "import sys, random; from pytest_repro.seeds.arrival import Arrival; from pytest_repro.seeds.pins import Pins\n"
        "before = list(sys.meta_path); a = Arrival(Pins()); a.start(3); assert 'numpy' not in sys.modules\n"
        "import numpy as np; print(np.random.rand(), np.random.normal(), random.random())\n"
        "a.stop(); assert sys.meta_path == before and not a.notices\n"
        "assert type(np.random.__spec__.loader).__module__ == type(np.__spec__.loader).__module__\n"
        "np.random.seed(3); print(np.random.rand(), np.random.normal(), random.Random(3).random())\n"
    )
    first, second = subprocess.check_output([sys.executable, "-c", code], text=True).splitlines()
    assert first == second


def test_it_stands_first_once_and_goes_without_a_trace(arrival: Arrival) -> None:
    before = list(sys.meta_path)
    arrival.start(1)
    arrival.start(2)
    with arrival:
        assert sys.meta_path == [arrival, *before]
    arrival.stop()
    assert sys.meta_path == before


@pytest.mark.usefixtures("folder")
def test_a_module_sees_its_own_loader_while_it_runs_and_after(arrival: Arrival) -> None:
    arrival.start(5)
    assert arrives()
    module: Any = sys.modules[ROW.module]
    assert {type(loader) for loader in (*module.loader_seen, module.__loader__, module.__spec__.loader)} == {
        importlib.machinery.SourceFileLoader
    }


@pytest.mark.usefixtures("folder")
def test_find_spec_alone_pins_nothing_and_gives_a_spec_that_works(arrival: Arrival) -> None:
    arrival.start(5)
    spec: Any = importlib.util.find_spec(ROW.module)
    assert isinstance(spec.loader, importlib.machinery.SourceFileLoader)
    assert spec.loader.get_source(ROW.module) == SOURCE
    assert ROW.module not in sys.modules
    arrival.stop()
    module = importlib.util.module_from_spec(spec)
    sys.modules[ROW.module] = module
    spec.loader.exec_module(module)
    assert module.shared.getstate() == state_of(5)


@pytest.mark.usefixtures("folder")
def test_a_reload_works_and_is_pinned_again(arrival: Arrival) -> None:
    arrival.start(5)
    assert arrives()
    module: Any = importlib.reload(sys.modules[ROW.module])
    assert module.shared.getstate() == state_of(5)
    assert type(module.__spec__.loader) is importlib.machinery.SourceFileLoader


def test_a_library_in_a_zip_archive_is_pinned(
    arrival: Arrival, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.writestr("arriving_library.py", SOURCE)
    monkeypatch.syspath_prepend(tmp_path / "packed.zip")
    arrival.start(5)
    assert arrives()


def test_a_namespace_package_of_that_name_is_imported_as_ever(
    arrival: Arrival, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ROW.module).mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    arrival.start(5)
    assert list(importlib.import_module(ROW.module).__path__) == [str(tmp_path / ROW.module)]


def test_the_finders_behind_are_asked_in_their_order(
    arrival: Arrival, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pytest's assertion rewriting is such a finder; so is one that knows nothing of find_spec."""
    asked: list[str] = []

    class Rewriting(importlib.machinery.SourceFileLoader):
        def exec_module(self, module: ModuleType) -> None:
            asked.append(module.__name__)
            super().exec_module(module)

    class Finder:
        def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
            if name == ROW.module:
                loader = Rewriting(name, str(folder / "arriving_library.py"))
                return importlib.util.spec_from_loader(name, loader)
            return None

    monkeypatch.setattr(sys, "meta_path", [object(), Finder(), *sys.meta_path])
    arrival.start(5)
    assert arrives()
    assert asked == [ROW.module]


@pytest.mark.usefixtures("folder")
def test_a_finder_that_forbids_the_module_still_does(arrival: Arrival, monkeypatch: pytest.MonkeyPatch) -> None:
    class Forbidding:
        def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
            if name == ROW.module:
                raise ModuleNotFoundError(f"{name} is forbidden")
            return None

    monkeypatch.setattr(sys, "meta_path", [Forbidding(), *sys.meta_path])
    arrival.start(5)
    with pytest.raises(ModuleNotFoundError, match=r"^arriving_library is forbidden$"):
        importlib.import_module(ROW.module)


def test_a_module_that_fails_fails_as_ever(arrival: Arrival, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "arriving_library.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    arrival.start(5)
    with pytest.raises(ZeroDivisionError, match=r"^division by zero$"):
        importlib.import_module(ROW.module)
    assert ROW.module not in sys.modules


def test_a_module_that_is_not_there_is_not_found_as_ever(arrival: Arrival) -> None:
    arrival.start(5)
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'arriving_library'$"):
        importlib.import_module(ROW.module)


@pytest.mark.usefixtures("folder")
def test_a_fault_of_ours_never_breaks_the_import(arrival: Arrival, monkeypatch: pytest.MonkeyPatch) -> None:
    def arrived(_: str) -> None:
        raise RuntimeError("our own")

    monkeypatch.setattr(arrival._pins, "arrived", arrived)
    arrival.start(5)
    assert not arrives()
    told = "seeder 'arriving_library' failed on arrival and pins nothing (RuntimeError: our own)  [RPR-S203]"
    assert [str(notice) for notice in arrival.notices] == [told]
