"""Which answers an expression reads: `${name}`, and paths such as ../name or /data/g/name.

Errs towards more: a name counts wherever it stands, so that nothing computed from identity is overlooked. Reads
text only; it does not evaluate.
"""

import re

_REFERENCE = re.compile(r"\$\{\s*(?:last-saved#)?([^}]+?)\s*\}")
_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_STEP = re.compile(r"/\s*(?:[\w-]+::)?(?:[\w-]+:)?([\w.-]+|\*)")

#: Another list; the last saved submission is none, its answers are this form's.
_LIST = re.compile(r"instance\s*\(\s*(['\"])(?!__last-saved\1).*?\1\s*\)")
_LIST_STEP = re.compile(r"\s*/\s*[\w.:*-]+")

#: Stands for "any answer": a path with a wildcard.
ANY = "*"


def reads(expression: str) -> frozenset[str]:
    """Name the answers that the expression reads; `ANY` where a path may reach any of them.

    Values looked up in another list (`instance('korban')/root/item[…]/kode`) are not answers of this form, but an
    answer in the lookup's condition counts: what is found tells it.
    """
    if "$" not in expression and "/" not in expression:
        return frozenset()
    names = set(_REFERENCE.findall(expression))
    if "/" in expression:
        paths = _LITERAL.sub("''", _without_lists(expression))
        names.update(step for step in _STEP.findall(paths) if step not in (".", ".."))
        if "//" in paths:
            names.add(ANY)
    return frozenset(names)


def _without_lists(expression: str) -> str:
    """Cut out every path into another list, but keep the text of its conditions."""
    kept: list[str] = []
    waiting = [expression]
    while waiting:
        text = waiting.pop()
        position = 0
        while call := _LIST.search(text, position):
            kept.append(text[position : call.start()])
            position = call.end()
            while position < len(text):
                if step := _LIST_STEP.match(text, position):
                    position = step.end()
                elif text[position] == "[":
                    end = _closing(text, position)
                    waiting.append(text[position + 1 : end])
                    position = end + 1
                else:
                    break
        kept.append(text[position:])
    return " ".join(kept)


def _closing(text: str, start: int) -> int:
    """Find the bracket that closes the one at `start`, or the end of the text."""
    depth = 0
    for position in range(start, len(text)):
        depth += {"[": 1, "]": -1}.get(text[position], 0)
        if depth == 0:
            return position
    return len(text)
