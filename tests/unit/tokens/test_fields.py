"""The texts that requests may hold: those which their JSON Schema lets through, and no others."""

from __future__ import annotations

from typing import Annotated

import jsonschema_rs
import pytest
from pydantic import TypeAdapter, ValidationError
from tokens.adapters.http.connections import ROOM
from tokens.adapters.http.fields import NAME, NOT_BLANK, Form

pytestmark = pytest.mark.unit

CHARACTERS = [chr(point) for point in (*range(0x3100), 0xFEFF, 0xFFFF, 0x1F600)]
"""With every white space and control there is."""


@pytest.mark.parametrize("pattern", [NAME, NOT_BLANK, ROOM], ids=["name", "not blank", "room"])
def test_a_form_is_what_its_schema_says(pattern: str) -> None:
    form: TypeAdapter[str] = TypeAdapter(Annotated[str, Form(pattern, "of this form")])
    schema = jsonschema_rs.validator_for(form.json_schema())

    def takes(text: str) -> bool:
        try:
            return form.validate_python(text) == text
        except ValidationError:
            return False

    texts = [text for character in CHARACTERS for text in (character, f"a{character}", f" {character}")]
    assert [text for text in texts if takes(text) != schema.is_valid(text)] == []


@pytest.mark.parametrize("blank", [" ", "\n", "\x1c", "\x85", "\u00a0", "\u2028", "\ufeff"])
def test_what_anybody_takes_for_blank_says_nothing(blank: str) -> None:
    with pytest.raises(ValidationError, match="more than blanks"):
        TypeAdapter(Annotated[str, Form(NOT_BLANK, "more than blanks")]).validate_python(blank * 3)
