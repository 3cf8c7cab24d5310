"""How long a workbook takes from the upload until it is published, against pyxform alone."""

import io
import subprocess
import sys
import time
from statistics import median

import openpyxl

from tests.bench.figures import at_most, show
from tests.bench.stage import ROOT, Stage
from tests.support.forms import wide

_SIZES = (30, 500, 5000)


def measure(stage: Stage, *, rounds: int) -> None:
    """Show seconds for forms of 30, 500 and 5,000 questions; each round uploads under a new form id."""
    for size in _SIZES:
        times, alone = [], []
        for number in range(rounds):
            book = renamed(wide(size).data, f"lebar_{size}_{number}")
            began = time.perf_counter()
            stage.upload(book)
            times.append(time.perf_counter() - began)
            alone.append(_alone(book))
        show(at_most(f"upload to published, {size:,} questions", median(times), median(alone), 1.5, "s"))


def renamed(data: bytes, form_id: str) -> bytes:
    """Give a workbook another form id."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["settings"]
    for cell in sheet[1]:
        if cell.value == "form_id":
            sheet.cell(2, cell.column).value = form_id
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_CONVERT = """
import io, sys, time
from pyxform.xls2xform import convert
book = sys.stdin.buffer.read()
convert(io.BytesIO(book), validate=False)
began = time.perf_counter()
convert(io.BytesIO(book), validate=False)
print(time.perf_counter() - began)
"""


def _alone(book: bytes) -> float:
    """Convert in a process like a worker, that has converted before; give the seconds."""
    command = [sys.executable, "-c", _CONVERT]
    done = subprocess.run(command, input=book, capture_output=True, check=True, cwd=ROOT)
    return float(done.stdout)
