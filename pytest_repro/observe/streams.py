"""temporary"""


def lines(name, text):
    return {f"{name}[{i}]": line for i, line in enumerate(text.splitlines())}


def from_warnings(seen):
    return {f"warnings[{i}]": f"{w.category.__name__}: {w.message}" for i, w in enumerate(seen)}
