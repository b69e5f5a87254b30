"""What a client sends. Names may be camelCase or snake_case, as in protobuf's JSON; others are ignored."""

from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

JsonObject = dict[str, Any]


class _Input(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class FunctionCall(_Input):
    """A call the model made earlier."""

    id: str | None = None
    name: str = ""
    args: JsonObject | None = None


class FunctionResponse(_Input):
    """What became of a call."""

    id: str | None = None
    name: str = ""
    response: JsonObject | None = None


class Part(_Input):
    """A piece of a content. Other kinds (images, code) are ignored."""

    text: str | None = None
    thought: bool = False
    function_call: FunctionCall | None = None
    function_response: FunctionResponse | None = None


class Content(_Input):
    """A turn."""

    role: str | None = None
    parts: list[Part] = Field(default_factory=list)


class FunctionDeclaration(_Input):
    """A tool. Its schema may arrive under any of three names."""

    name: str
    description: str = ""
    parameters: JsonObject | None = None
    parameters_json_schema: JsonObject | None = Field(
        default=None, validation_alias=AliasChoices("parametersJsonSchema", "parameters_json_schema")
    )

    @property
    def argument_schema(self) -> JsonObject:
        """The schema of the arguments."""
        return self.parameters_json_schema or self.parameters or {}


class Tool(_Input):
    """A bundle of function declarations."""

    function_declarations: list[FunctionDeclaration] = Field(default_factory=list)


class FunctionCallingConfig(_Input):
    """Whether the model may, must or must not call a function."""

    mode: Literal["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"] = "AUTO"
    allowed_function_names: list[str] | None = None


class ToolConfig(_Input):
    """Settings for tools."""

    function_calling_config: FunctionCallingConfig = Field(default_factory=FunctionCallingConfig)


class GenerationConfig(_Input):
    """Settings for the answer."""

    seed: int | None = None
    max_output_tokens: int | None = None
    response_mime_type: str | None = None
    response_schema: JsonObject | None = None
    response_json_schema: JsonObject | None = Field(
        default=None,
        validation_alias=AliasChoices("responseJsonSchema", "response_json_schema", "_responseJsonSchema"),
    )

    @property
    def answer_schema(self) -> JsonObject | None:
        """The schema that the answer must have, if any."""
        return self.response_json_schema or self.response_schema


class GenerateRequest(_Input):
    """The body of `generateContent` and `streamGenerateContent`."""

    contents: list[Content] = Field(min_length=1)
    system_instruction: Content | None = None
    tools: list[Tool] = Field(default_factory=list)
    tool_config: ToolConfig = Field(default_factory=ToolConfig)
    generation_config: GenerationConfig = Field(default_factory=GenerationConfig)


class CountRequest(_Input):
    """The body of `countTokens`."""

    contents: list[Content] = Field(default_factory=list)
    generate_content_request: GenerateRequest | None = None
