"""Folders that are uploaded as a zip: nothing is unpacked that is too much."""

from __future__ import annotations

import io
from zipfile import BadZipFile, ZipFile

from app.core.errors import Invalid
from app.definitions import limits


def unpacked(name: str, content: bytes) -> dict[str, bytes]:
    """The files of a zip by path, without a folder that holds them all. Raises Invalid (files)."""
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            members = [each for each in packed.infolist() if not each.is_dir()]
            if len(members) > limits.MOST_FILES or sum(each.file_size for each in members) > limits.MOST_BUNDLE:
                raise Invalid({"files": f"“{name}”解开后超过 {limits.MOST_BUNDLE // limits.MEGABYTE} MB 或"
                                        f" {limits.MOST_FILES} 个文件，请只打包项目文件夹"})  # fmt: skip
            found = {each.filename: packed.open(each).read(each.file_size + 1) for each in members}
    except (BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise Invalid({"files": f"“{name}”不是有效的 zip 文件，请重新打包后上传"}) from error
    return _without_top(found)


def _without_top(files: dict[str, bytes]) -> dict[str, bytes]:
    tops = {path.partition("/")[0] for path in files}
    if len(tops) == 1 and all("/" in path for path in files):
        top = tops.pop()
        if top not in ("scenarios", "letters"):
            return {path.removeprefix(f"{top}/"): content for path, content in files.items()}
    return files
