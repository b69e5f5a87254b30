"""Dependencies point one way. Read off the imports in the source, wherever in a file they stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
SERVICES = ("brain", "media_bot", "tokens", "local_providers", "candidate")
OURS = {*SERVICES, "viva", "viva_shared"}
SOURCES = {
    "viva_shared": ROOT / "shared/src/viva_shared",
    "viva": ROOT / "cli/src/viva",
    **{name: ROOT / f"services/{name}/src/{name}" for name in SERVICES},
}
LAYERS = ("domain", "application", "adapters")
"""From the inside out: a layer may import itself and what stands before it."""
OUTSIDE_WORLD = {
    *(
        "redis",
        "arq",
        "livekit",
        "fastapi",
        "starlette",
        "uvicorn",
        "httpx",
        "aiohttp",
        "google",
        "sqlalchemy",
    ),
    *("asyncio", "socket", "subprocess", "threading", "time", "random", "secrets", "os", "requests"),
}
"""What a domain has no business with: I/O, clocks, chance."""


def modules(package: str) -> Iterator[tuple[str, ast.Module]]:
    """Every module of a package with its parsed source."""
    root = SOURCES[package]
    for path in sorted(root.rglob("*.py")):
        parts = [package, *path.relative_to(root).with_suffix("").parts]
        yield ".".join(part for part in parts if part != "__init__"), ast.parse(path.read_text())


def imported(module: str, tree: ast.Module, *, is_package: bool = False) -> Iterator[str]:
    """Dotted names of all that a module imports; ``from a import b`` gives ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = module.split(".")[: -node.level] if not is_package else module.split(".")
                base = ".".join([*above, base]).rstrip(".")
            yield from (f"{base}.{alias.name}" for alias in node.names)


def imports_of(package: str) -> Iterator[tuple[str, str]]:
    for module, tree in modules(package):
        for name in imported(module, tree):
            yield module, name


@pytest.mark.parametrize("package", sorted(OURS))
def test_there_is_something_to_check(package: str) -> None:
    assert list(modules(package))


@pytest.mark.parametrize("package", sorted(OURS))
def test_packages_know_only_viva_shared(package: str) -> None:
    allowed = {package, "viva_shared"}
    wrong = [
        f"{module} imports {name}"
        for module, name in imports_of(package)
        if (top := name.split(".")[0]) in OURS and top not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize("package", SERVICES)
@pytest.mark.parametrize("layer", LAYERS)
def test_layers_know_only_what_is_inside_them(package: str, layer: str) -> None:
    outer = {f"{package}.{name}" for name in (*LAYERS[LAYERS.index(layer) + 1 :], "main", "__main__")}
    wrong = [
        f"{module} imports {name}"
        for module, name in imports_of(package)
        if f"{module}.".startswith(f"{package}.{layer}.")
        and any(f"{name}.".startswith(f"{forbidden}.") for forbidden in outer)
    ]
    assert wrong == []


@pytest.mark.parametrize("package", SERVICES)
def test_domains_are_pure(package: str) -> None:
    wrong = [
        f"{module} imports {name}"
        for module, name in imports_of(package)
        if f"{module}.".startswith(f"{package}.domain.") and name.split(".")[0] in OUTSIDE_WORLD
    ]
    assert wrong == []


def test_the_reader_of_imports_sees_them_all() -> None:
    source = """
import brain.main
from media_bot import main
from tokens.adapters.http import build_app
from . import sibling
from ..domain.errors import Refused
def late():
    import viva
"""
    assert set(imported("tokens.application.issue", ast.parse(source))) == {
        "brain.main",
        "media_bot.main",
        "tokens.adapters.http.build_app",
        "tokens.application.sibling",
        "tokens.domain.errors.Refused",
        "viva",
    }
