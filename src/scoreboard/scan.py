"""Find what a folder of modules defines: how sources and metrics are registered."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType
from typing import Protocol, TypeVar


class Named(Protocol):
    """Something with an id."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Named)


def scan(package: ModuleType, kind: type[T]) -> dict[str, T]:
    """One of every concrete class of this kind in a package's modules, by id, in order of id."""
    found: dict[str, T] = {}
    for module in pkgutil.iter_modules(package.__path__):
        code = importlib.import_module(f"{package.__name__}.{module.name}")
        for _, value in inspect.getmembers(code, inspect.isclass):
            if issubclass(value, kind) and not inspect.isabstract(value):
                made = value()
                found[made.id] = made
    return dict(sorted(found.items()))
