"""Whose records stand behind somebody's figure, and whether small numbers of people are hidden in it."""

from dataclasses import dataclass

from forms.access import Actor
from forms.db import EVERYTHING
from forms.figures.boards import Board
from forms.models import Form
from forms.policy import Clearance
from forms.problems import FiguresWithheld
from forms.views import View


@dataclass(frozen=True)
class Standing:
    """How one reader sees one view: over the rows of `scopes`; suppressed, or bare though it is about people."""

    scopes: tuple[str, ...]
    is_suppressed: bool = False
    is_confidential: bool = False
    clearance: Clearance = Clearance.NONE


def counted(board: Board, view: View) -> list[Form]:
    """List the forms whose records a view is made of, linked ones too; none for one that only reads a list."""
    return [board.forms[name] for name in sorted({view.source.form_id, *view.linked}) if name in board.forms]


def standing(actor: Actor, board: Board, view: View) -> Standing:
    """Tell how an actor sees a view; of several forms the narrowest counts.

    Raises FiguresWithheld where their roles, or a session without a second step, show nothing of it.
    """
    found = [_of_form(actor, board, view, form) for form in counted(board, view)]
    if not found:
        return Standing(EVERYTHING)
    is_suppressed = any(each.is_suppressed for each in found)
    narrowed = [each.scopes for each in found if each.scopes != EVERYTHING and not each.is_suppressed]
    if is_suppressed and narrowed:
        # The figures of all, beside those of their own, would tell what is hidden.
        raise FiguresWithheld
    scopes: tuple[str, ...] = EVERYTHING
    if narrowed:
        shared = set(narrowed[0]).intersection(*narrowed[1:])
        scopes = tuple(scope for scope in narrowed[0] if scope in shared)
    return Standing(
        scopes,
        is_suppressed=is_suppressed,
        is_confidential=view.is_of_people and not is_suppressed,
        clearance=min(each.clearance for each in found),
    )


def _of_form(actor: Actor, board: Board, view: View, form: Form) -> Standing:
    reach = board.reach(actor, form)
    if reach is None:
        raise FiguresWithheld
    needed = max(view.needs, Clearance.QUASI) if view.is_of_people else view.needs
    if reach.own.clearance >= needed:
        return Standing(reach.own.scopes, clearance=reach.own.clearance)
    if not reach.is_everywhere:
        raise FiguresWithheld
    return Standing(EVERYTHING, is_suppressed=view.is_of_people, clearance=reach.own.clearance)
