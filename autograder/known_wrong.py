"""A value that no test can accept, in the place of what a solution defines; used in the kernel.

It can be called, passed on and returned. Whatever else is done with it raises :class:`KnownWrong`:
so whether a test fails with it depends on the test alone, not on what else the notebook did.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_OPERATORS = """
abs add and bool bytes ceil complex contains delitem divmod enter eq exit float floor floordiv
format ge getitem gt hash iadd iand ifloordiv ilshift imatmul imod imul index instancecheck int
invert ior ipow irshift isub iter itruediv ixor le len length_hint lshift lt matmul mod mro_entries
mul ne neg next or pos pow radd rand rdivmod repr reversed rfloordiv rlshift rmatmul rmod rmul ror
round rpow rrshift rshift rsub rtruediv rxor set_name setitem str sub subclasscheck truediv trunc
xor aenter aexit aiter anext await
"""
_MISSING = object()
_kept: dict[str, Any] = {}


class KnownWrong(Exception):
    """A known-wrong value was used."""


class _Value:
    def __call__(self, *arguments: Any, **keywords: Any) -> _Value:
        return self

    def _refuse(self, *arguments: Any) -> Any:
        raise KnownWrong("a known-wrong value was used")

    __getattribute__ = __setattr__ = __delattr__ = _refuse


for _name in _OPERATORS.split():
    setattr(_Value, f"__{_name}__", _Value._refuse)


def put(namespace: dict[str, Any], names: Iterable[str]) -> None:
    """Let names mean the known-wrong value, until :func:`take_back`."""
    for name in names:
        _kept[name] = namespace.get(name, _MISSING)
        namespace[name] = _Value()


def take_back(namespace: dict[str, Any]) -> None:
    """Let the names mean what they meant."""
    for name, value in _kept.items():
        if value is _MISSING:
            namespace.pop(name, None)
        else:
            namespace[name] = value
    _kept.clear()
