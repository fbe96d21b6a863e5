"""The compiler: `compile_node` turns a syntax tree into a closure over a Frame."""

from app.feel.compiler import access, calls, cells, constructors, loops, operators  # noqa: F401  (they register)
from app.feel.compiler.dispatch import compile_node, constant

__all__ = ["compile_node", "constant"]
