"""OpenAPI 3.0 and 3.1: every operation of a document is a tool, named by its `operationId`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from winnow.validators.tools.schemas.component_references import with_definitions
from winnow.validators.tools.schemas.references import resolved
from winnow.validators.tools.schemas.tool_problem import ToolProblem, ToolProblemName

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Names of header parameters that OpenAPI says are ignored."""

BODY = "body"
"""The argument that holds a body which is not an object with properties."""

FORM_TYPE = "application/x-www-form-urlencoded"


class _OperationError(ValueError):
    """Why an operation is no tool, and the argument that it is about."""

    def __init__(self, detail: str, argument: str = "") -> None:
        super().__init__(detail)
        self.argument = argument


def is_openapi(value: object) -> bool:
    """Whether a value is a document of OpenAPI, of any version."""
    return isinstance(value, Mapping) and ("openapi" in value or "swagger" in value) and "paths" in value


def operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any] | ToolProblem]:
    """A flat declaration for every operation, or why it is refused."""
    version = str(document.get("openapi", document.get("swagger")))
    paths = document["paths"]
    if not version.startswith(("3.0", "3.1")) or not isinstance(paths, Mapping):
        yield _problem("", f"an OpenAPI document of version {version[:20]!r}; expected: 3.0 or 3.1, with paths")
        return
    for path, item in paths.items():
        item = resolved(item, document) if isinstance(item, Mapping) else {}
        for method in METHODS:
            if method in item:
                yield _declaration(f"tool {method.upper()} {path}", item, item[method], document)


def _declaration(place: str, item: Any, operation: Any, document: Any) -> dict[str, Any] | ToolProblem:
    name = operation.get("operationId") if isinstance(operation, Mapping) else None
    if not isinstance(name, str) or not name.strip():
        return _problem(place, "the operation has no operationId to name the tool by")
    try:
        schema = _arguments(item, operation, document)
    except _OperationError as error:
        return _problem(name, str(error), error.argument)
    description = operation.get("description") or operation.get("summary")
    return {"name": name, "description": description, "parameters": with_definitions(schema, document)}


def _arguments(item: Mapping[str, Any], operation: Mapping[str, Any], document: Any) -> dict[str, Any]:
    """The parameters and the properties of the body as one object's schema."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    for parameter in _parameters(item, operation, document):
        name = parameter["name"]
        if name in properties:
            raise _OperationError("two parameters have this name, in different places", name)
        properties[name] = _parameter_schema(parameter)
        required += [name] if parameter.get("required") is True else []
    body = _body(operation.get("requestBody"), document)
    for name in body["properties"]:
        if name in properties:
            raise _OperationError("a parameter and the body both have this name", name)
    properties |= body["properties"]
    return {"type": "object", "properties": properties, "required": [*required, *body["required"]]}


def _parameters(item: Mapping[str, Any], operation: Mapping[str, Any], document: Any) -> list[Mapping[str, Any]]:
    """The parameters of an operation; one of the path gives way to one of the operation in the same place."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for holder in (item, operation):
        listed = holder.get("parameters", [])
        if not isinstance(listed, list):
            raise _OperationError("the parameters are not a list")
        for one in listed:
            parameter = resolved(one, document) if isinstance(one, Mapping) else {}
            if not isinstance(parameter.get("name"), str) or not isinstance(parameter.get("in"), str):
                raise _OperationError(f"the parameter {str(one)[:60]!r} leads nowhere, or has no name and place")
            found[parameter["name"], parameter["in"]] = parameter
    ignored = {(name, place) for name, place in found if place == "header" and name.lower() in IGNORED_HEADERS}
    return [one for key, one in found.items() if key not in ignored]


def _parameter_schema(parameter: Mapping[str, Any]) -> Any:
    """The schema of a parameter, with the description that stands next to it."""
    schema = parameter.get("schema")
    if schema is None:
        schema = _content_schema(parameter.get("content"), parameter["name"])
    if not isinstance(schema, Mapping):
        raise _OperationError(f"its schema is {str(schema)[:40]!r}, no object", parameter["name"])
    description = parameter.get("description")
    return {"description": description, **schema} if description and "$ref" not in schema else schema


def _content_schema(content: object, argument: str) -> Any:
    """The schema of the one form of a content that arguments can stand for: JSON, or a form."""
    types = [*content] if isinstance(content, Mapping) else []
    chosen = next((one for one in types if _is_json(str(one))), FORM_TYPE if FORM_TYPE in types else None)
    if not isinstance(content, Mapping) or chosen is None:
        found = ", ".join(map(str, types)) or "nothing"
        raise _OperationError(f"its content is {found}; expected: application/json or {FORM_TYPE}", argument)
    media = content[chosen]
    schema = media.get("schema") if isinstance(media, Mapping) else None
    return {} if schema is None else schema


def _is_json(media_type: str) -> bool:
    plain = media_type.split(";")[0].strip().lower()
    return plain == "application/json" or plain.endswith("+json")


def _body(given: object, document: Any) -> dict[str, Any]:
    """The properties of a body and which are required; a body of another form is one argument."""
    if given is None:
        return {"properties": {}, "required": []}
    body = resolved(given, document) if isinstance(given, Mapping) else {}
    declared = _content_schema(body.get("content"), BODY)
    schema = resolved(declared, document) if isinstance(declared, Mapping) else {}
    is_required = body.get("required") is True
    if not _is_plain_object(schema):
        return {"properties": {BODY: declared}, "required": [BODY] if is_required else []}
    sent = {
        name: one
        for name, one in schema["properties"].items()
        if not (isinstance(one, Mapping) and one.get("readOnly") is True)
    }
    names = schema["required"] if isinstance(schema.get("required"), list) else []
    return {"properties": sent, "required": [name for name in sent if name in names] if is_required else []}


def _is_plain_object(schema: Mapping[str, Any]) -> bool:
    """Whether a schema is an object of listed properties and nothing else that combines or limits them."""
    combined = {"allOf", "anyOf", "oneOf", "not", "if", "minProperties", "maxProperties", "dependentRequired"}
    has_properties = isinstance(schema.get("properties"), Mapping) and bool(schema["properties"])
    return has_properties and not combined & {*schema} and not schema.get("nullable")


def _problem(tool: str, detail: str, argument: str = "") -> ToolProblem:
    return ToolProblem(ToolProblemName.NOT_A_DECLARATION, tool, argument, detail)
