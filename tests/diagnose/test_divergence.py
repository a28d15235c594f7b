# ruff: noqa: F841, RET504, SIM108  # programs whose every line and name is what is looked at
"""Where two runs part: the origin of a drifted value, told from traces of small programs that were run twice."""

from __future__ import annotations

import inspect
import itertools
import sys
import threading
from queue import Queue

import numpy as np
import pytest

from pytest_repro.diagnose.divergence import divergence
from pytest_repro.observe.ownership import Ownership
from pytest_repro.observe.sight import Sight
from pytest_repro.observe.tracing import Tracer
from pytest_repro.values.masks import Masks

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 12) and sys.gettrace() is not None, reason="coverage or a debugger traces already"
)

DRAWS = itertools.count(1000)


def draw():
    return next(DRAWS) / 7  # origin of all


def way(function, address="locals.x"):
    traces = []
    for _ in range(2):
        tracer = Tracer(Ownership(), Sight(Masks()))
        with tracer.tracing():
            function()
        traces.append(tracer.trace)
    code = function.__code__
    return divergence(*traces, file=code.co_filename, function=code.co_qualname, address=address)


def texts(found):
    lines = inspect.getsource(sys.modules[__name__]).splitlines()
    return [lines[step.line - 1].strip() for step in found.steps]


class Box:
    def __init__(self):
        self.value = 0.0

    def fill(self):
        self.value = draw()


def scaled(value):
    twice = value * 2
    return twice


def test_the_origin_and_the_way_through_calls_and_arguments():
    def program():
        noise = draw()
        big = scaled(noise)
        x = big + 1

    found = way(program)
    assert found.exact
    assert texts(found)[0] == "return next(DRAWS) / 7  # origin of all"
    assert texts(found)[-3:] == ["return twice", "big = scaled(noise)", "x = big + 1"]
    assert found.steps[0].name == "<return>"
    assert found.steps[-1].name == "x"
    assert found.steps[-1].before != found.steps[-1].after


def test_a_difference_that_leads_nowhere_is_left_out():
    def program():
        elapsed = draw()
        base = 3.0
        x = np.arange(3) * base
        y = next(DRAWS)
        return elapsed, y

    assert texts(way(program, "locals.y"))[0] == "y = next(DRAWS)"


def test_what_a_method_changes_in_its_object_comes_from_the_method():
    def program():
        box = Box()
        box.fill()
        x = box.value

    assert texts(way(program))[:2] == ["return next(DRAWS) / 7  # origin of all", "self.value = draw()"]


def test_a_value_that_came_by_a_queue_from_a_thread_is_followed_into_the_thread():
    def program():
        queue = Queue()

        def produce():
            value = draw()
            queue.put(value)

        thread = threading.Thread(target=produce)
        thread.start()
        thread.join()
        x = queue.get()

    assert texts(way(program))[0] == "return next(DRAWS) / 7  # origin of all"


def test_where_the_paths_part_the_branch_is_the_way():
    def program():
        flip = next(DRAWS) % 2
        if flip:
            x = "one"
        else:
            x = "other"

    found = way(program)
    assert texts(found)[0] == "flip = next(DRAWS) % 2"
    assert found.steps[-1].name == ""
    assert found.steps[-1].before.startswith("line ")


def test_a_loop_over_something_in_another_order_is_where_it_begins():
    orders = iter((("a", "b"), ("b", "a")))

    def program():
        order = next(orders)
        x = [name.upper() for name in order]

    assert texts(way(program))[0] == "order = next(orders)"


def test_what_is_returned_or_asserted_is_followed_as_well():
    def program():
        value = draw()
        return value

    assert texts(way(program, "return"))[-1] == "return value"
    assert texts(way(program, "asserted.value > 3"))[-1] == "value = draw()"


def test_a_generator_s_value_comes_from_its_line():
    def stream():
        while True:
            value = next(DRAWS) / 3
            yield value

    def program():
        x = next(stream())

    assert texts(way(program))[0] == "value = next(DRAWS) / 3"


def test_runs_that_agree_have_no_way():
    def program():
        x = scaled(2.0)

    assert way(program) is None


def test_a_list_that_threads_fill_names_the_lines_that_fill_it():
    orders = iter(((0.001, 0.03), (0.03, 0.001)))

    def program():
        x = []
        pauses = next(orders)

        def work(number):
            threading.Event().wait(pauses[number])
            x.append(number)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return x

    found = way(program)
    assert found.steps
    lines = {step.line for step in (*found.steps, *found.producers)}
    appended = next(
        number
        for number, text in enumerate(inspect.getsource(sys.modules[__name__]).splitlines(), 1)
        if "x.append(number)" in text
    )
    assert appended in lines
