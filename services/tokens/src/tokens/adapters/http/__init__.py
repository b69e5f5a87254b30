"""The front door's HTTP interface: ``app`` puts it together, the other modules are its routes."""

from tokens.adapters.http.app import build_app, openapi
from tokens.adapters.http.services import Services

__all__ = ["Services", "build_app", "openapi"]
