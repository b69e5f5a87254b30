"""One view of the schemas that arrive: OpenAPI as Gemini has it (`STRING`), and JSON Schema. Pure."""

from dataclasses import dataclass, field
from typing import Any

JsonObject = dict[str, Any]
_MAX_DEPTH = 12


@dataclass(frozen=True)
class Node:
    """A schema, its references resolved."""

    type: str = "string"
    description: str = ""
    enum: tuple[Any, ...] = ()
    nullable: bool = False
    properties: dict[str, "Node"] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: "Node | None" = None
    minimum: float | None = None
    maximum: float | None = None
    min_items: int = 0
    max_items: int | None = None
    format: str = ""


def parse_schema(schema: JsonObject) -> Node:
    """Reads a schema with its own `$defs`."""
    definitions = schema.get("$defs") or schema.get("definitions") or {}
    return _parse(schema, definitions if isinstance(definitions, dict) else {}, 0)


def _parse(schema: JsonObject, definitions: JsonObject, depth: int) -> Node:
    if depth > _MAX_DEPTH:
        return Node()
    schema, nullable = _flatten(schema, definitions)
    kind = _type(schema)
    properties = schema.get("properties") or {}
    items = schema.get("items")
    enum = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    return Node(
        type=kind,
        description=str(schema.get("description") or schema.get("title") or ""),
        enum=tuple(value for value in enum if value is not None),
        nullable=nullable or None in enum,
        properties={name: _parse(value, definitions, depth + 1) for name, value in properties.items()},
        required=frozenset(schema.get("required") or ()),
        items=_parse(items, definitions, depth + 1) if isinstance(items, dict) else None,
        minimum=_number(schema, "minimum", "exclusiveMinimum"),
        maximum=_number(schema, "maximum", "exclusiveMaximum"),
        min_items=int(_number(schema, "minItems", "min_items") or 0),
        max_items=None if (most := _number(schema, "maxItems", "max_items")) is None else int(most),
        format=str(schema.get("format") or ""),
    )


def _flatten(schema: JsonObject, definitions: JsonObject) -> tuple[JsonObject, bool]:
    """Follows `$ref` and takes the first real alternative. Returns the schema, and whether null is one."""
    nullable = bool(schema.get("nullable"))
    for _ in range(_MAX_DEPTH):
        reference = schema.get("$ref")
        options = schema.get("anyOf") or schema.get("any_of") or schema.get("oneOf") or schema.get("allOf")
        rest = {
            key: value
            for key, value in schema.items()
            if key not in ("$ref", "anyOf", "any_of", "oneOf", "allOf")
        }
        if isinstance(reference, str):
            schema = {**definitions.get(reference.rsplit("/", 1)[-1], {}), **rest}
        elif isinstance(options, list) and options:
            real = [o for o in options if isinstance(o, dict) and str(o.get("type", "")).lower() != "null"]
            nullable = nullable or len(real) < len(options)
            schema = {**(real[0] if real else {}), **rest}
        else:
            break
        nullable = nullable or bool(schema.get("nullable"))
    types = schema.get("type")
    return schema, nullable or (isinstance(types, list) and "null" in types)


def _type(schema: JsonObject) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "string")
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
    return str(kind).lower()


def _number(schema: JsonObject, *names: str) -> float | None:
    for name in names:
        value = schema.get(name)
        if isinstance(value, str) and value.lstrip("-").isdigit():
            return float(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None
