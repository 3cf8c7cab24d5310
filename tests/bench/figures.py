"""A measured figure beside its floor, and how it is printed."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, of Lentera and of the floor, and what the goal says of them."""

    name: str
    lentera: str
    floor: str = ""
    ratio: float | None = None
    goal: str = ""
    is_met: bool | None = None


def at_least(name: str, lentera: float, floor: float, goal: float, unit: str = "") -> Figure:
    """A figure of which more is better: its ratio to the floor must reach the goal."""
    ratio = lentera / floor
    return Figure(name, _number(lentera, unit), _number(floor, unit), ratio, f"≥ {goal:g}", ratio >= goal)


def at_most(name: str, lentera: float, floor: float, goal: float, unit: str = "") -> Figure:
    """A figure of which less is better."""
    ratio = lentera / floor
    return Figure(name, _number(lentera, unit), _number(floor, unit), ratio, f"≤ {goal:g} times", ratio <= goal)


def within(name: str, value: float, limit: float, unit: str, floor: float | None = None) -> Figure:
    """A figure with a limit of its own, whatever the floor has."""
    beside = "" if floor is None else _number(floor, unit)
    return Figure(name, _number(value, unit), beside, None, f"≤ {_number(limit, unit)}", value <= limit)


def plain(name: str, value: float, unit: str, floor: float | None = None) -> Figure:
    """A figure without a goal."""
    ratio = value / floor if floor else None
    return Figure(name, _number(value, unit), "" if floor is None else _number(floor, unit), ratio)


def show(figure: Figure) -> None:
    """Print one figure as a line of the table."""
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    verdict = {None: "", True: "met", False: "MISSED"}[figure.is_met]
    _line(figure.name, figure.lentera, figure.floor, ratio, figure.goal, verdict)


def head() -> None:
    """Print the head of the table."""
    _line("", "Lentera", "floor", "ratio", "goal", "")


def _line(name: str, *cells: str) -> None:
    widths = (12, 12, 7, 11, 7)
    sys.stdout.write(f"{name:<58}" + "".join(f"{cell:>{w}}" for cell, w in zip(cells, widths, strict=True)) + "\n")
    sys.stdout.flush()


def _number(value: float, unit: str) -> str:
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}{' ' if unit else ''}{unit}"
