"""What the fields of a form are called on its page, for a form of which only the names of its fields arrived."""

from collections.abc import Collection, Iterator
from functools import cache

from wtforms import FieldList, Form, FormField
from wtforms.fields.core import UnboundField


def of_sent(names: Collection[str], package: str) -> dict[str, str]:
    """The labels of the fields that were sent, of that form of ours which asks for most of them.

    Of several such forms it is the one in *package* (the module of the view, or what it lies in), and the smallest.
    A field that is on no form has no label.
    """
    asked = {name.partition("-")[0] for name in names}
    ranked = [
        (len(asked & fields.keys()), form.__module__.startswith(package), -len(fields), fields)
        for form, fields in ((form, _fields(form)) for form in _forms(Form))
    ]
    best = max(ranked, key=lambda each: each[:3])[3]
    found = {name: _label(best, name.split("-")) for name in names}
    return {name: label for name, label in found.items() if label}


def _forms(form: type[Form]) -> Iterator[type[Form]]:
    for each in form.__subclasses__():
        yield each
        yield from _forms(each)


@cache
def _fields(form: type[Form]) -> dict[str, UnboundField]:
    found = ((name, getattr(form, name)) for name in dir(form))
    return {field.kwargs.get("name", name): field for name, field in found if isinstance(field, UnboundField)}


def _label(fields: dict[str, UnboundField], path: list[str]) -> str:
    """The label at the end of a path such as ``clients-0-full_name``."""
    field = fields.get(path[0])
    if field is None:
        return ""
    if issubclass(field.field_class, FieldList):
        field, path = field.args[0], path[1:]
    if len(path) > 1 and issubclass(field.field_class, FormField):
        return _label(_fields(field.args[0]), path[1:])
    label = field.kwargs.get("label") or next(iter(field.args), "")
    return "" if isinstance(label, type | UnboundField) else str(label)
