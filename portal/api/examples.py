"""Examples in the documents, composed from an example of each field: what has one name is told once."""

from collections.abc import Mapping
from typing import Any

LEFT_OUT = object()
_NONE = object()
_METHODS = ("get", "put", "post", "patch", "delete")


def fill(document: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The document with an example beside each JSON body that has none yet.

    ``values`` has an example by the name of a field, or by "Shape.field" where one shape tells it otherwise. A field
    that stands in neither is told by the first of its own list of words, and LEFT_OUT leaves one out. Raises KeyError
    for a field that has no example.
    """
    for path in document["paths"].values():
        for method in _METHODS:
            for media in _bodies(path.get(method, {})):
                if "example" not in media and "examples" not in media:
                    media["example"] = _Composer(document["components"]["schemas"], values).of(media["schema"])
    return document


def _bodies(operation: Mapping[str, Any]) -> list[dict[str, Any]]:
    told = [operation.get("requestBody", {})]
    told += [answer for status, answer in operation.get("responses", {}).items() if str(status).startswith("2")]
    return [body["content"]["application/json"] for body in told if "application/json" in body.get("content", {})]


class _Composer:
    """Examples of the shapes of one document."""

    def __init__(self, shapes: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        self._shapes, self._values = shapes, values

    def of(self, schema: Mapping[str, Any], shape: str = "", field: str = "") -> Any:
        if "$ref" in schema:
            shape = schema["$ref"].rpartition("/")[2]
            return self._object(self._shapes[shape], shape)
        told = self._values.get(f"{shape}.{field}", self._values.get(field, _NONE))
        if told is not _NONE:
            return told
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("type") == "array":
            return [self.of(schema["items"], shape, field)]
        raise KeyError(f"{shape}.{field} has no example")

    def _object(self, schema: Mapping[str, Any], shape: str) -> dict[str, Any]:
        fields = schema.get("properties", {})
        return {name: self.of(each, shape, name) for name, each in fields.items() if not self._is_left_out(shape, name)}

    def _is_left_out(self, shape: str, name: str) -> bool:
        return self._values.get(f"{shape}.{name}") is LEFT_OUT
