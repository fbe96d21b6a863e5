"""A LibreOffice that stays open, told by lines on standard input what to convert; run by the Python that knows `uno`.

`python3 warm.py SOFFICE PROFILE PIPE`, then an empty line to begin, answered by `ready`, and for each file a line of
JSON: its path and that of the PDF. Each is answered by a line: `ok`, or the name of what went wrong. All of it ends
with its standard input, and after a while without work; the profile goes too. Needs the standard library alone.
"""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

STARTING_SECONDS, IDLE_SECONDS = 60, 900
PDF_A_2B = 2
WORD_IN, PDF_OUT = "MS Word 2007 XML", "writer_pdf_Export"


def main(program, profile, pipe):
    """Serve until nothing more comes. Whoever started this sets limits before the first line."""
    if not sys.stdin.readline():
        return
    office = subprocess.Popen(
        [program, f"-env:UserInstallation=file://{profile}", "--headless", "--norestore", "--nologo",
         "--nolockcheck", "--nodefault", f"--accept=pipe,name={pipe};urp;"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    desktop = _desktop(office, f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
    print("ready", flush=True)
    while select.select([sys.stdin], [], [], IDLE_SECONDS)[0] and (line := sys.stdin.readline()):
        try:
            _convert(desktop, *json.loads(line))
            print("ok", flush=True)
        except Exception as fault:
            print(type(fault).__name__, flush=True)


def _desktop(office, address):
    here = uno.getComponentContext()
    resolver = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
    latest = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            there = resolver.resolve(address)
            return there.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", there)
        except NoConnectException:
            if time.monotonic() > latest or office.poll() is not None:
                raise
            time.sleep(0.1)


def _convert(desktop, source, target):
    """Neither macros nor links of the file are followed."""
    quiet = {"Hidden": True, "ReadOnly": True, "FilterName": WORD_IN, "MacroExecutionMode": 0, "UpdateDocMode": 0}
    document = desktop.loadComponentFromURL(uno.systemPathToFileUrl(source), "_blank", 0, _values(quiet))
    try:
        kind = uno.Any("[]com.sun.star.beans.PropertyValue", _values({"SelectPdfVersion": PDF_A_2B}))
        document.storeToURL(uno.systemPathToFileUrl(target), _values({"FilterName": PDF_OUT, "FilterData": kind}))
    finally:
        document.close(True)


def _values(given):
    return tuple(PropertyValue(Name=name, Value=value) for name, value in given.items())


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    finally:
        shutil.rmtree(sys.argv[2], ignore_errors=True)  # whoever made it may have been killed
        os.killpg(0, signal.SIGKILL)  # soffice is a launcher: what it started goes too
