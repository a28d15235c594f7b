"""A small project with bugs planted in it; ``# BUG name`` marks the line that a report has to name."""

from __future__ import annotations

import os
import random
import secrets
import time
import uuid
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from threading import Thread

import numpy as np

CACHE: dict[str, float] = {}
SEEN: list[int] = []
SHARED = np.random.default_rng(1)


def scaled(values):
    return np.asarray(values) * 2.0


def start(size):
    noise = np.random.default_rng().normal(size=size)  # BUG deep
    return noise + 1.0


def warm(size):
    begun = start(size)
    return scaled(begun)


def fit(size):
    weights = warm(size)
    return weights / np.abs(weights).max()


def split_data(rows):
    order = np.random.permutation(rows)
    held = random.Random().sample(range(rows), 3)  # BUG split
    return sorted(order.tolist()), held


class Network:
    def __init__(self, width):
        self.width = width
        self.rng = np.random.RandomState()  # BUG object
        self.weights = self.rng.rand(width)

    def forward(self, x):
        return float(x @ self.weights)


def batches(rows):
    for at in range(3):
        picked = secrets.randbelow(10**9)  # BUG generator
        yield at, picked % rows + picked / 7


async def download(number):
    jitter = random.SystemRandom().random()  # BUG coroutine
    return number + jitter


def in_thread():
    found = []

    def work():
        found.append(np.random.default_rng().random())  # BUG thread

    thread = Thread(target=work)
    thread.start()
    thread.join()
    return found[0]


def pooled():
    def one(number):
        return number + random.Random().random()  # BUG pool

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, range(3)))


def jittered(values):
    shake = np.frompyfunc(lambda x: x + int.from_bytes(os.urandom(3), "big") / 7, 1, 1)  # BUG ufunc
    return shake(values).astype(float)


def run_name(prefix):
    return f"{prefix}-{uuid.uuid4().int % 10**9}"  # BUG uuid


def clock_seed():
    seed = time.time_ns() % 10**6  # BUG clockseed
    rng = np.random.default_rng(seed)
    return rng.integers(0, 10**6, 4)


def paced(values):
    begun = time.perf_counter_ns()  # BUG paced
    total = float(np.sum(values))
    return total + begun % 997 / 7


def cached(name):
    known = CACHE.get(name)  # BUG cache
    if known is None:
        CACHE[name] = len(name) * 1.5
        return 0.0
    return known


def counted(number):
    SEEN.append(number)  # BUG history
    return sum(SEEN) / 7


def shared_draw(size):
    return SHARED.normal(size=size)  # BUG shared


def finished():
    def one(number):
        time.sleep(0.001)
        return number

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(one, number) for number in range(24)]
        return [done.result() for done in as_completed(waiting)]  # BUG completed


def unique(words):
    seen = set(words)
    order = list(seen)  # BUG set
    return order


def encoded(labels):
    names = dict.fromkeys({*labels})  # BUG setdict
    return [*names].index(labels[0])


def listed(folder):
    names = os.listdir(folder)  # BUG listdir
    return names


def rows_of(folder):
    return [path.name for path in Path(folder).iterdir()]  # BUG iterdir


def buffer(size):
    out = np.empty(size)  # BUG empty
    out[: size // 2] = 1.0
    return out


def today(seconds):
    return time.strftime("%Y-%m-%d %H", time.localtime(seconds))  # BUG zone


def product(size):
    a = (np.arange(1.0, size * size + 1) * 0.618034 % 1.0).reshape(size, size)
    gram = a @ a  # BUG product
    return gram


def ranked(size):
    scores = np.floor(np.arange(1.0, size + 1) * 0.618034 % 1.0 * 9)
    order = np.argsort(scores)  # BUG ties
    return order


def solved(size):
    a = (np.arange(1.0, size * size + 1) * 0.618034 % 1.0).reshape(size, size)
    inverse = np.linalg.inv(a + 4 * np.eye(size))  # BUG kernel
    return inverse[0]


def wave(points):
    import math

    return [math.sin(0.137 * (at + 1) / 8) for at in points]  # BUG libm


def spread():
    def recurse(depth):
        return [random.Random().random()] if not depth else recurse(depth - 1)  # BUG recursion

    return recurse(6)
