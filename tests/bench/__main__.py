"""``python -m tests.bench NAME``: run one benchmark and print what it found."""

from __future__ import annotations

import argparse
import sys
import time

from tests.bench import callers, calls, claims, matching, row, turn, up, year

BENCHMARKS = {
    "turn": turn,
    "callers": callers,
    "calls": calls,
    "claims": claims,
    "row": row,
    "up": up,
    "matching": matching,
    "year": year,
}

USAGE = f"usage: python -m tests.bench {{{','.join(BENCHMARKS)}}} [--help]"


def main() -> int:
    """Run the benchmark that is named; 2 if there is none of that name."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in BENCHMARKS:
        print(USAGE)
        return 2
    benchmark = BENCHMARKS[name]
    parser = argparse.ArgumentParser(prog=f"python -m tests.bench {name}", description=benchmark.__doc__)
    benchmark.arguments(parser)
    args = parser.parse_args(sys.argv[2:])
    began = time.monotonic()
    benchmark.run(args)
    print(f"\n{name}: {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
