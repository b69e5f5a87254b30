"""Error bodies as the vendors publish them."""

import json
from typing import Literal
from uuid import uuid4

Vendor = Literal["deepgram", "gemini"]

_DEEPGRAM: dict[int, tuple[str, str]] = {
    400: ("Bad Request", "Bad Request: failed to process audio: corrupt or unsupported data"),
    401: ("INVALID_AUTH", "Invalid credentials."),
    402: ("ASR_PAYMENT_REQUIRED", "Project does not have enough credits for an ASR request."),
    403: ("INSUFFICIENT_PERMISSIONS", "Project does not have access to the requested model."),
    429: ("TOO_MANY_REQUESTS", "Too many requests. Please try again later"),
    500: ("INTERNAL_SERVER_ERROR", "Internal server error."),
    503: ("SERVICE_UNAVAILABLE", "Service is temporarily unavailable."),
}

_GEMINI: dict[int, tuple[str, str]] = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: (
        "UNAUTHENTICATED",
        "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie "
        "or other valid authentication credential.",
    ),
    403: ("PERMISSION_DENIED", "The caller does not have permission."),
    404: ("NOT_FOUND", "Requested entity was not found."),
    429: (
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
    500: ("INTERNAL", "An internal error has occurred. Please retry."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
    504: ("DEADLINE_EXCEEDED", "The service is unable to finish processing within the deadline."),
}


def deepgram_error(status: int, message: str | None = None, request_id: str | None = None) -> dict[str, str]:
    """Returns Deepgram's JSON error body for an HTTP status."""
    code, text = _DEEPGRAM.get(status, (f"HTTP_{status}", f"Request failed with status {status}."))
    return {"err_code": code, "err_msg": message or text, "request_id": request_id or str(uuid4())}


def gemini_error(status: int, message: str | None = None) -> dict[str, dict[str, object]]:
    """Returns Google's JSON error body for an HTTP status."""
    name, text = _GEMINI.get(status, ("UNKNOWN", f"Request failed with status {status}."))
    error: dict[str, object] = {"code": status, "message": message or text, "status": name}
    if status == 429:
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"}]
    return {"error": error}


def error_body(vendor: Vendor, status: int) -> bytes:
    """Returns the vendor's error body, ready to send."""
    body: object = deepgram_error(status) if vendor == "deepgram" else gemini_error(status)
    return json.dumps(body).encode()
