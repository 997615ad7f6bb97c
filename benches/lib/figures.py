"""A figure: ours beside another, with the goal it is held to."""

import json
import os
import statistics
import sys
from dataclasses import dataclass

ROWS = int(os.environ.get("REFEREE_BENCH_ROWS", "1000000"))
# The sizes at which a curve is taken: each ten times the one before, the last the whole.
SIZES = [rows for rows in (ROWS // 100, ROWS // 10, ROWS) if rows >= 1000]
TIMES = int(os.environ.get("REFEREE_BENCH_TIMES", "5"))


@dataclass
class Figure:
    """`ratio` is ours to the other; `goal` is in words; `holds` is never true without a number."""

    bench: str
    figure: str
    ours: float | None
    other: float | None
    unit: str
    ratio: float | None
    goal: str
    holds: bool

    def json(self):
        return json.dumps(self.__dict__, ensure_ascii=False)


def _short(number):
    return None if number is None else float(f"{number:.4g}")


def _figure(bench, figure, ours, other, unit, goal, holds):
    ratio = ours / other if ours is not None and other else None
    return Figure(bench, figure, _short(ours), _short(other), unit, _short(ratio), goal, bool(holds))


def at_least_times(bench, figure, ours, other, unit, times):
    """Ours has to be at least so many times the other (a rate)."""
    holds = ours is not None and bool(other) and ours >= times * other
    return _figure(bench, figure, ours, other, unit, f"at least {times:g} times the other", holds)


def at_most_times(bench, figure, ours, other, unit, times):
    """Ours may be at most so many times the other (a time)."""
    holds = ours is not None and bool(other) and ours <= times * other
    return _figure(bench, figure, ours, other, unit, f"at most {times:g} times the other", holds)


def at_most(bench, figure, ours, other, unit, limit):
    """Ours may be at most so much; the other stands there to compare with."""
    holds = ours is not None and ours <= limit
    return _figure(bench, figure, ours, other, unit, f"at most {limit:g} {unit}", holds)


def at_least(bench, figure, ours, other, unit, limit):
    """Ours has to be at least so much; the other stands there to compare with."""
    holds = ours is not None and ours >= limit
    return _figure(bench, figure, ours, other, unit, f"at least {limit:g} {unit}", holds)


def told(bench, figure, ours, unit):
    """A figure that is held to nothing: the first of a curve."""
    return _figure(bench, figure, ours, None, unit, "told", ours is not None)


def median(values):
    return statistics.median(values) if values else None


def in_turn(runs, times=None):
    """Calls each of `runs` (name -> function) in turn, `times` rounds; answers name -> values.

    A run that answers None is not called again: it cannot be done here.
    """
    values = {name: [] for name in runs}
    failed = set()
    for at in range(times or TIMES):
        for name, run in runs.items():
            value = None if name in failed else run()
            if value is None:
                failed.add(name)
            else:
                values[name].append(value)
        say(f"round {at + 1}: " + ", ".join(f"{name} {shown(values[name])}" for name in runs))
    return {name: [] if name in failed else found for name, found in values.items()}


def shown(values):
    last = values[-1] if values else "-"
    return f"{last:.3f}" if isinstance(last, float) else str(last)


def say(text):
    """Progress, apart from the figures."""
    print(text, file=sys.stderr, flush=True)
