"""From frozen data to the letter."""

from collections.abc import Mapping
from typing import Any

from app.documents import pictures
from app.documents.contract import Contract
from app.documents.errors import DocumentError
from app.documents.template import Template


def render(template: Template, contract: Contract, frozen: Mapping[str, Any]) -> bytes:
    """The letter as .docx: a pure function of template, contract and `frozen` (of `Contract.evaluate`).

    Raises DocumentError that names the template, the paragraph and the variable.
    """
    if missing := [name for name in contract.variables if name not in frozen]:
        raise DocumentError(f"数据里缺少变量 {'、'.join(missing)}", template=contract.title, variable=missing[0])
    codes = {name for name, variable in contract.variables.items() if variable.type == "qr"}
    images = {name: pictures.qr_png(frozen[name]) for name in codes & template.pictures.keys() if frozen[name]}
    context = {name: value for name, value in frozen.items() if name not in codes}
    return template.render(context, images, contract.title)
