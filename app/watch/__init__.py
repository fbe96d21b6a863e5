"""What the machine room asks: is it alive, is it ready, how much waits (docs/operations.zh-CN.md)."""

from app.watch.routes import blueprint

__all__ = ["blueprint"]
