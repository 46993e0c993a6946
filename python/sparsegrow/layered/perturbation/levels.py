"""Which levels an analysis goes through: the usual ones, or what the caller asks for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sparsegrow.base.requirements import plain, require_choice, require_integer, require_number
from sparsegrow.layered.perturbation.weights import KINDS, PRUNING, Analysis

FRACTIONS = (*(k / 20 for k in range(20)), 0.99)
SIGMAS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0)
SHUFFLE_MODES = ("signed", "magnitude")
NOISES = ("additive", "multiplicative")
MOST_GROUPS = 2**31 - 1

Levels = Sequence[float] | Mapping[str, Sequence[float]] | None


def analyses_for(
    kind: str, levels: Levels, links: int, shuffle_mode: str, noise: str
) -> list[Analysis]:
    """Return what to do.

    Parameters
    ----------
    kind
        One of `KINDS`, or "all".
    levels
        Of that kind, or for each kind by name; None for the usual ones. Fractions of links,
        numbers of groups, or deviations. Level 0 is always among them.
    links
        Of the largest pool.
    shuffle_mode, noise
        How values move, and how noise is applied.
    """
    require_choice("kind", kind, ("all", *KINDS))
    require_choice("shuffle_mode", shuffle_mode, SHUFFLE_MODES)
    require_choice("noise", noise, NOISES)
    wanted = KINDS if kind == "all" else (kind,)
    given = levels_by_kind(wanted, levels)
    modes = {"shuffle": shuffle_mode, "gaussian": noise}
    return [analysis_of(k, given.get(k), links, modes.get(k, "")) for k in wanted]


def levels_by_kind(wanted: tuple[str, ...], levels: Levels) -> Mapping[str, Any]:
    """Return the levels that the caller gave, by kind."""
    if levels is None:
        return {}
    if isinstance(levels, Mapping):
        stray = sorted(set(levels) - set(wanted))
        if stray:
            raise ValueError(f"levels: got {stray}, expected some of {list(wanted)}")
        return levels
    if len(wanted) > 1:
        raise ValueError(
            "levels: got one list for all kinds, expected {kind: levels}, or a single kind"
        )
    return {wanted[0]: levels}


def analysis_of(kind: str, given: Any, links: int, mode: str) -> Analysis:
    """Return one analysis with its levels in rising order."""
    if given is not None and (isinstance(given, str) or not isinstance(given, Iterable)):
        raise TypeError(f"levels: got {given!r:.80} for {kind}, expected a list of numbers")
    given = None if given is None else [plain(level) for level in given]
    if kind == "shuffle":
        groups = usual_groups(links) if given is None else checked_groups(given, links)
        return Analysis(kind, tuple(share_shuffled(b, links) for b in groups), groups, mode)
    if given is None:
        return Analysis(kind, FRACTIONS if kind in PRUNING else SIGMAS, mode=mode)
    high = 1.0 if kind in PRUNING else math.inf
    for level in given:
        require_number("levels", level, 0.0, high)
    return Analysis(kind, tuple(sorted({0.0, *map(float, given)})), mode=mode)


def usual_groups(links: int) -> tuple[int, ...]:
    """Return one group per link, then halves down to 1."""
    powers = [1 << k for k in range(links.bit_length())]
    return tuple(sorted({links, *powers}, reverse=True))


def checked_groups(given: Iterable[Any], links: int) -> tuple[int, ...]:
    """Return numbers of groups from the finest, which leaves all in place, to the coarsest."""
    found = {links}
    for groups in given:
        found.add(min(require_integer("levels", groups, 1, MOST_GROUPS), links))
    return tuple(sorted(found, reverse=True))


def share_shuffled(groups: int, links: int) -> float:
    """Return 0 for a group per link, 1 for one group, even steps from halving to halving."""
    return 1.0 - math.log(groups) / math.log(links) if links > 1 else 0.0
