"""What is translatable in core, for ``pybabel extract`` (babel.cfg): core knows no gettext, yet is read by people.

These are the sentences of its refusals and the words of its reasons; pages look them up as they show them.
"""

import ast
from collections.abc import Iterator
from typing import IO

from portal.core import errors

_REFUSALS = frozenset(name for name, kind in vars(errors).items() if isinstance(kind, type))


def of_core(file: IO[bytes], _keywords: object, _comments: object, options: object) -> Iterator[tuple]:
    """Yield line, function, message and comments of each sentence in a file of core, as Babel wants them."""
    tree = ast.parse(file.read())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _REFUSALS and node.args:
            yield from _literal(node.args[0])
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(statement.value, ast.Dict):
            for value in statement.value.values:
                yield from _literal(value, words=True)


def _literal(node: ast.expr, *, words: bool = False) -> Iterator[tuple]:
    """The text of a literal; of a list of words, what begins as a sentence does."""
    text = node.value if isinstance(node, ast.Constant) else None
    if isinstance(text, str) and text and (not words or text[0].isupper() and not text.isupper()):
        yield node.lineno, None, text, []
