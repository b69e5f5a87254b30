"""Parts of requests that are the same everywhere: what is refused is what the OpenAPI document says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from viva_shared.rooms import INTERVIEW_ID


@dataclass(frozen=True, slots=True)
class Form:
    """How a text must look, whole: a regular expression, and in words for whoever sent another."""

    pattern: str
    words: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        whole = re.compile(self.pattern)

        def check(text: str) -> str:
            if not whole.fullmatch(text):
                raise PydanticCustomError("form", "must be {words}", {"words": self.words})
            return text

        return core_schema.no_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}


def _number(value: object) -> object:
    if isinstance(value, bool | str):
        raise PydanticCustomError("number", "must be a number")
    return value


Number = BeforeValidator(_number)
"""As JSON Schema has it: neither "5" nor true is one."""
PRINTABLE = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]"
BLANK = r"\s\x1c-\x1f\x85\ufeff"
"""In a class: what either Python takes for white space, or ECMAScript, whose expressions JSON Schema has."""
NAME = rf" *[^{BLANK}\x00-\x1f\x7f-\x9f]{PRINTABLE}*"
"""Blanks around it are taken off."""
NOT_BLANK = rf"[\s\S]*[^{BLANK}][\s\S]*"

SessionId = Annotated[
    str,
    Form(INTERVIEW_ID.pattern, "1 to 64 letters, digits, '_' or '-', not starting with '_' or '-'"),
    Field(description="The interview's id.", examples=["summer-2026-ada"]),
]
ParticipantName = Annotated[
    str,
    StringConstraints(max_length=64),
    Form(NAME, "1 to 64 characters on one line, not only blanks"),
]
