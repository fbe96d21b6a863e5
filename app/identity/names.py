"""Invented names for staff of demo and story offices: the same office always gets the same people."""

from __future__ import annotations

from hashlib import sha256

_FAMILY = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余"
_SINGLE = "伟芳敏静丽强磊军洋勇艳杰涛明超霞平刚"
_DOUBLE = "晓东志强秀英建华海燕春梅国庆玉兰立新文博淑珍永福佳怡子涵红梅树林凤霞长海桂芳振宇雪莲成功"
_GIVEN = (*_SINGLE, *(_DOUBLE[start : start + 2] for start in range(0, len(_DOUBLE), 2)))


def staff_name(seed: str) -> str:
    """A name that depends on nothing but `seed`."""
    number = int.from_bytes(sha256(seed.encode()).digest()[:6])
    return _FAMILY[number % len(_FAMILY)] + _GIVEN[number // len(_FAMILY) % len(_GIVEN)]
