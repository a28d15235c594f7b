"""The odd circumstances themselves: a literal list, the suites that they need beside it."""

from __future__ import annotations

from hostile_odd import Odd, closed, full_store, full_temporary, two_at_once, unwritable, vanishing

OBJECTS = """
import pytest

class Getattr:
    def __getattr__(self, name): raise RuntimeError(name)

class Everything:
    def __getattr__(self, name): return Everything()
    def __call__(self, *args, **kwargs): return Everything()

class Class:
    @property
    def __class__(self): raise ValueError("no class")

class Posing:
    __class__ = dict

class Array:
    def __array__(self, *args, **kwargs): raise MemoryError("no array")

class ArrayOfItself:
    def __array__(self, *args, **kwargs): return self

class Interface:
    @property
    def __array_interface__(self): raise KeyboardInterrupt

class Dict:
    @property
    def __dict__(self): raise OSError("no attributes")

class Equal:
    def __eq__(self, other): raise TypeError("never equal")
    __hash__ = None

class Hashed:
    def __hash__(self): raise ZeroDivisionError

class Repr:
    def __repr__(self): raise RecursionError

class Endless(list):
    def __iter__(self):
        while True: yield 1

class Huge(dict):
    def __len__(self): return 1 << 62
    def items(self):
        number = 0
        while True:
            yield number, number
            number += 1

class Bool:
    def __bool__(self): raise OverflowError
    def __len__(self): return -1

class Exiting:
    def __getattribute__(self, name): raise SystemExit(3)

class Text(str):
    def __str__(self): raise LookupError
    def encode(self, *args): raise LookupError

class Number(float):
    def __float__(self): raise ArithmeticError
    def __eq__(self, other): raise ArithmeticError
    def __hash__(self): raise ArithmeticError

class Meta(type):
    def __getattribute__(cls, name): raise AttributeError(name)
    def __instancecheck__(cls, one): raise AssertionError
class Made(metaclass=Meta): pass

def naturals():
    number = 0
    while True:
        yield number
        number += 1

def deep(levels):
    found = []
    for _ in range(levels): found = [found]
    return found

def circle():
    found = {}
    found["self"] = [found]
    return found

MAKERS = [Getattr, Everything, Class, Posing, Array, ArrayOfItself, Interface, Dict, Equal, Hashed, Repr,
          lambda: Endless([1]), lambda: Huge(a=1), Bool, Exiting, lambda: Text("x"), lambda: Number(1.0), Made,
          lambda: type.__call__(Made), naturals, lambda: deep(100_000), circle, lambda: "\\ud800", lambda: "\\0" * 9,
          lambda: 10 ** 10_000, lambda: float("nan"), lambda: memoryview(b"abc"), lambda: [None] * 100_000]

@pytest.mark.parametrize("number", range(len(MAKERS)))
def test_local(number):
    it = MAKERS[number]()

@pytest.mark.parametrize("number", range(len(MAKERS)))
def test_inside(number, repro):
    repro.record(it=[MAKERS[number]()])

@pytest.mark.skipif(
    tuple(map(int, pytest.__version__.split(".")[:2])) < (8, 4), reason="pytest itself prints here what a test returns"
)
@pytest.mark.filterwarnings("ignore::pytest.PytestReturnNotNoneWarning")
@pytest.mark.parametrize("number", range(len(MAKERS)))
def test_returned(number):
    return {"it": MAKERS[number]()}
"""

PATCHED = """
import builtins, io, json, os, random, sys, time
import numpy as np, pytest

def broken(*args, **kwargs): raise RuntimeError("patched")

PLACES = [(time, "time"), (time, "monotonic"), (time, "perf_counter"), (random, "random"), (random, "getstate"),
          (random, "setstate"), (random, "seed"), (np.random, "seed"), (np.random, "get_state"),
          (np.random, "set_state"), (builtins, "open"), (io, "open"), (os, "listdir"), (os, "urandom"), (os, "getcwd"),
          (os, "stat"), (json, "dumps"), (builtins, "print"), (builtins, "sorted"), (builtins, "repr"),
          (builtins, "hash"), (sys, "stdout"), (os.path, "join"), (sys, "getsizeof"), (os, "environ")]

@pytest.mark.parametrize("number", range(len(PLACES)))
def test_patched_and_put_back(number, monkeypatch):
    monkeypatch.setattr(*PLACES[number], broken if PLACES[number][1] not in ("stdout", "environ") else {})
    x = number

# pytest itself needs what is missing here
@pytest.mark.parametrize("place", [(time, "time"), (time, "monotonic"), (random, "random"), (random, "seed"),
                                   (random, "setstate"), (np.random, "seed"), (np.random, "get_state"),
                                   (np.random, "set_state"), (json, "dumps")], ids=str)
def test_patched_for_good(place):
    setattr(*place, broken)
"""

BACKWARDS = """
import itertools, time
COUNT = itertools.count()
REAL = time.time
time.time = lambda: 2e9 - 3600.0 * next(COUNT)
"""

CRASHING = """
import os, sys, pytest
def test_fine(): x = 1
def test_crash():
    if "PYTEST_XDIST_WORKER" in os.environ: os._exit(7)
def test_more(): y = 2
"""

MANY = """
import pytest
@pytest.mark.parametrize("number", range(100_000))
def test_it(number): pass
"""

OBSERVED = """
def test_it(repro):
    for number in range(10_000): repro.record(**{f"value{number}": number / 3})
"""

HUGE = """
import numpy as np
def test_it(repro):
    array = np.arange(1 << 28, dtype=np.float64)
    repro.record(array=array)
"""

SIZED = """
import os
import numpy as np
def test_array(repro): repro.record(array=np.arange(float(os.environ.get("ODD_SIZE", "10"))))
"""

SPAWNING = """
import multiprocessing, os, threading, time
def test_thread_goes_on():
    threading.Thread(target=time.sleep, args=(0.2,), daemon=True).start()
def test_fork():
    pid = os.fork()
    if pid == 0: os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
def test_pool():
    with multiprocessing.get_context("spawn").Pool(1) as pool: found = pool.map(abs, [-1, 2])
def test_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tmp_path.rmdir()
def test_few_files():
    import resource
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))
    try: x = 1
    finally: resource.setrlimit(resource.RLIMIT_NOFILE, before)
"""

ODDS: tuple[Odd, ...] = (
    Odd("objects of every hostility", OBJECTS),
    Odd("objects of every hostility, varied", OBJECTS, ("--repro-vary=hashseed=5",)),
    Odd("time, random, open and others patched in tests", PATCHED),
    Odd("the same patches, varied", PATCHED, ("--repro-vary=hashseed=5",)),
    Odd("a clock that goes backwards", conftest=BACKWARDS, words=("--repro-vary=hashseed=5", "--repro-record")),
    Odd("threads, forks, pools, no folder, no file handle", SPAWNING, ("--repro-vary=hashseed=5",)),
    Odd("full disk below the store", SIZED, status=1, says=("RPR-B607", "No space left"), around=full_store),
    Odd("full disk below temporary files", words=("--repro-vary=hashseed=5",), around=full_temporary),
    Odd(
        "no write permission at rootdir, recording",
        SIZED,
        ("--repro-record-all",),
        status=1,
        says=("RPR-B607",),
        around=unwritable,
    ),
    Odd("no write permission at rootdir", SIZED, status=1, says=("RPR-R101 value drift",), around=unwritable),
    Odd("two sessions at once", around=two_at_once),
    Odd("a store that comes and goes", words=("test_it.py",), around=vanishing),
    Odd("a worker that crashes", CRASHING, ("-p", "xdist", "-n2"), status=1, says=("crashed while running",)),
    Odd(
        "a worker that crashes, varied and recorded",
        CRASHING,
        ("-p", "xdist", "-n2", "--repro-vary=hashseed=5", "--repro-record"),
        status=1,
        says=("crashed while running",),
    ),
    Odd("standard input closed", words=("-s", "--repro-vary=hashseed=5"), around=closed),
    Odd("every warning an error", OBJECTS, python=("-W", "error")),
    Odd("python -O", python=("-O",), words=("--repro-vary=hashseed=5",)),
    Odd("python -OO", python=("-OO",), words=("--repro-vary=hashseed=5",)),
    Odd("python -X dev", OBJECTS, python=("-X", "dev")),
    Odd("python -X dev, varied", python=("-X", "dev"), words=("--repro-vary=hashseed=5",)),
    Odd("python -I", python=("-I",)),
    Odd("no bytecode kept", python=("-B",), words=("--repro-vary=hashseed=5",)),
    Odd("faulthandler off", words=("-p", "no:faulthandler")),
    Odd("a terminal of ten columns", variables=(("COLUMNS", "10"),), words=("--repro-vary=hashseed=5", "-v")),
    Odd("the C locale, no UTF-8", variables=(("LC_ALL", "C"), ("PYTHONUTF8", "0"), ("PYTHONCOERCECLOCALE", "0"))),
    Odd("10,000 observations in a test", OBSERVED, ("--repro-record",)),
    Odd("one array of 2 GB", HUGE, small=False),
    Odd("one array of 2 GB, varied", HUGE, ("--repro-vary=hashseed=5",), small=False),
    Odd("one array of 2 GB, recorded", HUGE, ("--repro-record",), status=1, says=("RPR-B606",), small=False),
    Odd("100,000 tests", MANY, ("-q", "--repro-record"), small=False),
    Odd("100,000 tests, two workers", MANY, ("-q", "-p", "xdist", "-n2"), small=False),
)
