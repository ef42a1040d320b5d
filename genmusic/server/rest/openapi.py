"""The OpenAPI document, made from the types that check requests and from the table of controls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import web

from genmusic import __version__
from genmusic.controls.calls import FORM, LONGEST_TEXT
from genmusic.controls.spec import TABLE, Control
from genmusic.encoding import ENDLESS_FORMATS, STREAM_CODECS
from genmusic.seeding import SEED_LIMIT
from genmusic.server.answers import as_public_json
from genmusic.server.rest.operations import OPERATIONS, Key, Operation
from genmusic.server.rest.schemas import Json, Refusal
from genmusic.server.stream import LISTENERS

REF = "#/components/schemas/{name}"
SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "The `token` of the session."},
    "ticket": {
        "type": "apiKey",
        "in": "query",
        "name": "ticket",
        "description": "Opens the stream and nothing else; part of the addresses in `urls`.",
    },
}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_KEY_FAILURES = (401, 404)
_ALWAYS_POSSIBLE = (403, 421, 429)  # another site, another name, too many requests


async def openapi(request: web.Request) -> web.Response:
    """``GET /api/v1/openapi.json``: this interface as an OpenAPI 3.1 document."""
    return as_public_json(request, document(tuple(request.app[LISTENERS].library.styles)))


@lru_cache(maxsize=4)
def document(styles: tuple[str, ...]) -> Json:
    """The document; which styles there are is known when it is asked for."""
    paths: dict[str, Json] = {}
    for operation in OPERATIONS:
        if (
            operation.path.startswith("/api/")
            and operation.status != HTTPStatus.SWITCHING_PROTOCOLS
        ):
            paths.setdefault(operation.path, {})[operation.method.lower()] = _describe(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "genmusic", "version": __version__, "license": {"name": "MIT"}},
        "paths": paths,
        "components": {"schemas": _components(styles), "securitySchemes": SECURITY},
    }


def _describe(operation: Operation) -> Json:
    described: Json = {
        "operationId": operation.handler.__name__,
        "summary": operation.summary,
        "parameters": [_parameter(name) for name in _PLACEHOLDER.findall(operation.path)],
        "responses": _responses(operation),
    }
    if operation.key is not Key.NOTHING:
        described["security"] = [{name: []} for name in operation.key.value]
    if operation.takes is not None:
        described["requestBody"] = {"required": True, "content": _content(operation.takes)}
    return described


def _parameter(name: str) -> Json:
    schema: Json = {"type": "string", "minLength": 1, "maxLength": 64}
    if name == "format":
        schema = {"type": "string", "enum": list(ENDLESS_FORMATS)}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _responses(operation: Operation) -> Json:
    failures = {*operation.may_fail, *_ALWAYS_POSSIBLE}
    if operation.takes is not None:
        failures.add(400)
    if operation.key is not Key.NOTHING:
        failures.update(_KEY_FAILURES)
    success: Json = {"description": HTTPStatus(operation.status).phrase}
    if operation.gives is not None:
        success["content"] = _content(operation.gives)
    return {str(operation.status): success} | {
        str(status): {"description": HTTPStatus(status).phrase, "content": _content(Refusal)}
        for status in sorted(failures)
    }


def _content(kind: Any) -> Json:  # noqa: ANN401  # a type or a media type
    if isinstance(kind, str):
        return {kind: {}}
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=REF)
    return {"application/json": {"schema": schema}}


def _components(styles: Sequence[str]) -> Json:
    kinds = {kind for operation in OPERATIONS for kind in (operation.takes, operation.gives)}
    types = [kind for kind in kinds if kind is not None and not isinstance(kind, str)]
    _, components = msgspec.json.schema_components([*types, Refusal], ref_template=REF)
    schemas = dict(sorted(components.items()))
    schemas["Controls"] = _controls_schema(TABLE, styles)
    for name in ("NewSession", "SessionChange"):
        schemas[name]["properties"]["controls"] = {"$ref": REF.format(name="Controls")}
    wishes = schemas["NewSession"]["properties"]
    wishes["codecs"]["contains"] = {"enum": list(STREAM_CODECS)}  # others are passed over
    wishes["seed"] = _nullable({"type": "integer", "minimum": 0, "exclusiveMaximum": SEED_LIMIT})
    wishes["style"] = _nullable({"enum": list(styles)})
    return schemas


def _controls_schema(table: Iterable[Control], styles: Sequence[str]) -> Json:
    """Every control with its range: the same rows that check a change."""
    return {
        "type": "object",
        "description": "Values by control; those that are not named stay as they are.",
        "properties": {control.name: _control_schema(control, styles) for control in table},
        "additionalProperties": False,
    }


def _control_schema(control: Control, styles: Sequence[str]) -> Json:
    kinds: Mapping[str, Json] = {
        "number": {"type": "number", "minimum": control.low, "maximum": control.high},
        "choice": {"enum": list(control.choices)},
        "switch": {"type": "boolean"},
        "name": {"enum": list(styles)},
        "phrase": {"type": "string", "maxLength": LONGEST_TEXT, "pattern": FORM},
    }
    schema = kinds[control.kind]
    if control.default is None:
        schema = _nullable(schema)
    return {**schema, "description": control.text}


def _nullable(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}
