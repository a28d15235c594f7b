"""Scripts: they run alone, exit 1 while outcomes differ and 0 when they no longer do, and say what they need."""

from __future__ import annotations

import ast
import os

import numpy as np
import pytest

from pytest_repro.reproducer.bench import Bench, Worker, ran
from pytest_repro.reproducer.build import Built, build, named
from pytest_repro.reproducer.recipe import Array, Attribute, Call, Items, Literal, Lost, Made, Name
from pytest_repro.reproducer.script import Member, Settings

TWICE = Settings(first={}, second={})
HASH = Settings(
    first={"PYTHONHASHSEED": "1"},
    second={"PYTHONHASHSEED": "2", "UNUSED": "3"},
    members=(
        Member("hashseed", frozenset({"PYTHONHASHSEED"}), "sets come in another order", ""),
        Member("other", frozenset({"UNUSED"}), "nothing", "a machine that is not there"),
    ),
)
WORDS = Items("set", tuple(Literal(repr(word)) for word in ("alpha", "beta", "gamma", "delta", "epsilon")))
LISTED = Call(function=Name("builtins", "list"), arguments=(WORDS,))


def made(call: Call, settings: Settings, folder) -> Built | str:
    return build(call, settings, folder, made_from="test_it.py::test_x", file="repro_test_x.py")


def written(built: Built, folder):
    path = folder / "given" / "repro_test_x.py"
    path.parent.mkdir()
    path.write_text(built.source, encoding="utf-8")
    if built.data:
        np.savez(path.with_suffix(".npz"), **built.data)
    return path


def test_what_draws_anew_is_called_twice(tmp_path):
    built = made(Call(function=Name("numpy.random", "default_rng"), arguments=(), part=".random(3)"), TWICE, tmp_path)
    assert isinstance(built, Built)
    assert built.ran.status == 1
    done = ran(written(built, tmp_path), 60)
    assert done.status == 1
    assert "largest difference" in done.output
    assert built.source.startswith(
        '"""numpy.random.default_rng gives another result each time it is called with the same arguments.'
    )
    assert "Made from test_it.py::test_x" in built.source
    assert [one.partition(" ")[0] for one in built.needs] == ["numpy"]


def test_a_condition_runs_in_two_processes_and_is_reduced_to_what_matters(tmp_path):
    built = made(LISTED, HASH, tmp_path)
    assert isinstance(built, Built)
    assert dict(built.settings.second) == {"PYTHONHASHSEED": "2"}
    assert (built.settings.condition, built.settings.simulated) == ("hashseed", "")
    assert built.needs == ()
    assert "Needs Python alone" in built.source
    assert len(built.call.arguments[0].items) == 2, "a set of two is enough to have another order"
    path = written(built, tmp_path)
    assert ran(path, 60).status == 1
    path.write_text(built.source.replace("'PYTHONHASHSEED': '2'", "'PYTHONHASHSEED': '1'"), encoding="utf-8")
    assert ran(path, 60).status == 0


def test_arrays_stand_beside_the_script_and_are_as_few_as_matter(tmp_path):
    weights = np.arange(200.0)
    function = Attribute(Made(Name("numpy.random", "default_rng"), ()), "choice")
    call = Call(
        function=function, arguments=(Literal("200"),), named=(("p", Array(0)),), arrays=[weights / weights.sum()]
    )
    built = made(call, TWICE, tmp_path)
    assert isinstance(built, Built)
    assert built.source.count("\n") < 40
    assert ran(written(built, tmp_path), 60).status == 1


def test_the_text_is_plain_python_that_parses(tmp_path):
    for call, settings in ((LISTED, HASH), (Call(function=Name("uuid", "uuid4"), arguments=()), TWICE)):
        folder = tmp_path / call.function.name
        folder.mkdir()
        built = made(call, settings, folder)
        assert isinstance(built, Built)
        ast.parse(built.source)
        assert str(tmp_path) not in built.source


@pytest.mark.parametrize(
    ("call", "settings", "reason"),
    [
        (
            Call(function=Name("builtins", "len"), arguments=(Lost("a model.Network"),)),
            TWICE,
            "its inputs cannot be made again without pickle: a model.Network",
        ),
        (
            Call(function=Name("builtins", "len"), arguments=(Literal("'abc'"),)),
            TWICE,
            "the call alone does not drift, it needs what ran before it",
        ),
        (
            Call(function=Name("builtins", "len"), arguments=(Literal("3"),)),
            TWICE,
            "the call alone does not drift: TypeError: object of type 'int' has no len()",
        ),
        (
            Call(function=Name("os", "_exit"), arguments=(Literal("3"),)),
            TWICE,
            "the call alone does not drift: the process ended, or took too long",
        ),
    ],
    ids=["lost", "steady", "raises", "ends"],
)
def test_where_there_is_no_script_the_reason_is_told(tmp_path, call, settings, reason):
    assert made(call, settings, tmp_path) == reason


def test_the_condition_number_tells_what_rounding_may_do(tmp_path):
    matrix = np.random.default_rng(1).standard_normal((4, 4))
    drawn = Made(Attribute(Made(Name("numpy.random", "default_rng"), ()), "standard_normal"), (Literal("(4, 4)"),))
    call = Call(function=Name("numpy.linalg", "inv"), arguments=(drawn,), names=("a",), arrays=[matrix])
    built = made(call, TWICE, tmp_path)
    assert not isinstance(built, Built), "bound once, the same matrix has the same inverse"
    product = Call(function=Name("operator", "matmul"), arguments=(Array(0), drawn), names=("a", "b"), arrays=[matrix])
    assert not isinstance(made(product, TWICE, tmp_path), Built)


def test_what_is_changed_in_place_is_looked_at(tmp_path):
    items = Items("list", tuple(Literal(str(number)) for number in range(30)))
    shuffle = Attribute(Made(Name("random", "SystemRandom"), ()), "shuffle")
    built = made(Call(function=shuffle, arguments=(items,), names=("items",), changed=1), TWICE, tmp_path)
    assert isinstance(built, Built)
    assert "return items" in built.source
    generator = Made(Name("random", "Random"), ())
    owner = Call(function=Attribute(generator, "random"), arguments=(), changed=0)
    assert "return changed" in getattr(made(owner, TWICE, tmp_path), "source", "return changed")


def test_what_draws_anew_is_blamed_on_no_condition_even_where_two_runs_agree_by_chance(tmp_path):
    coin = Call(function=Attribute(Made(Name("random", "SystemRandom"), ()), "randrange"), arguments=(Literal("2"),))
    built = made(coin, HASH, tmp_path)
    assert isinstance(built, Built)
    assert not built.settings.apart
    assert "each time it is called" in built.source


def test_memory_that_nobody_wrote_needs_no_steady_control(tmp_path):
    poisoned = Settings(
        first={},
        second={"MALLOC_PERTURB_": "128"},
        members=(Member("uninitialized", frozenset({"MALLOC_PERTURB_"}), "memory holds other bytes", ""),),
        unsteady=True,
    )
    built = made(Call(function=Name("numpy", "empty"), arguments=(Literal("3000"),)), poisoned, tmp_path)
    assert isinstance(built, Built | str)
    assert "unchanged" not in str(built if isinstance(built, str) else "")


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (Name("builtins", "list"), "Python's list"),
        (Name("numpy.linalg", "inv"), "numpy.linalg.inv"),
        (Name("_operator", "matmul"), "The operator @"),
        (Attribute(Made(Name("sklearn.svm", "SVC"), ()), "fit"), "sklearn.svm.SVC.fit"),
        (Attribute(Literal("'x'"), "join"), "'x'.join(words)"),
    ],
)
def test_what_is_called_has_the_name_that_its_documentation_uses(function, name):
    assert named(Call(function=function, arguments=(), text="'x'.join(words)")) == name


def test_a_worker_that_prints_answers_all_the_same(tmp_path):
    with Bench({}, {}, tmp_path) as bench:
        assert not bench.differs(Call(function=Name("builtins", "print"), arguments=(Literal("'noise'"),)))
        assert "raised" not in bench.answers[0]
        assert bench.differs(Call(function=Name("uuid", "uuid4"), arguments=()))
        assert bench.tried == 2


def test_a_worker_that_died_is_started_again(tmp_path):
    with Bench({}, {}, tmp_path) as bench:
        assert not bench.differs(Call(function=Name("os", "_exit"), arguments=(Literal("0"),)))
        assert bench.differs(Call(function=Name("uuid", "uuid4"), arguments=()))


def test_a_worker_takes_its_variables(tmp_path):
    worker = Worker({"COLOUR": "blue"}, tmp_path)
    worker.ask("import os\ndef compute():\n    return os.environ['COLOUR']\n", "")
    assert [one["text"] for one in worker.answers()] == ["'blue'"]
    worker.stop()
    worker.ask("late", "")
    assert "COLOUR" not in os.environ


def test_a_script_that_does_not_end_is_ended(tmp_path):
    path = tmp_path / "slow.py"
    path.write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    assert ran(path, 0.3).status is None
