"""temporary"""


def below(directory):
    return {f"files.{p.relative_to(directory)}": p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()}
