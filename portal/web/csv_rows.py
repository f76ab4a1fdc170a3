"""Rows as CSV that a spreadsheet opens as text: no cell is taken for a formula, whoever wrote it."""

import csv
import io
from collections.abc import Iterable

from flask import Response, make_response

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def answer(name: str, rows: Iterable[Iterable[object]]) -> Response:
    """The rows as a file to keep, under *name*."""
    text = io.StringIO()
    csv.writer(text).writerows([_harmless(str(cell)) for cell in row] for row in rows)
    response = make_response("\ufeff" + text.getvalue())  # with the mark by which spreadsheets know UTF-8
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _harmless(cell: str) -> str:
    """The cell behind an apostrophe where a spreadsheet would reckon with it, even after blanks."""
    begins = cell.lstrip(" \ufeff")
    return f"'{cell}" if begins.startswith(_STARTS_FORMULA) else cell
