"""A curve: the same work at growing sizes, each beside the one before."""

from lib.figures import at_most_times, told


def curve(bench, what, unit, values, times):
    """The figures of `values` (size in words -> value, growing): the first is told, each further may
    be at most `times` the one before."""
    found, before = [], None
    for size, value in values.items():
        if before is None:
            found.append(told(bench, f"{what}, {size}", value, unit))
        else:
            found.append(at_most_times(bench, f"{what}, {size}, beside {before[0]}", value, before[1], unit, times))
        before = (size, value)
    return found


def words(count, noun):
    return f"{count:,} {noun}"
