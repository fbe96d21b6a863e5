"""`doudi certificates`: which offices can sign letters on this machine, and until when."""

from __future__ import annotations

import sys
from datetime import timedelta

import click

from app.config import Config
from app.core.clock import SystemClock, local_date
from app.documents.certificates import Certificates
from app.outside import Refused

SOON = timedelta(days=30)


@click.command("certificates")
def listing() -> None:
    """Open every certificate of DOUDI_CERTIFICATE_FOLDER; exit code 1 where one cannot sign."""
    from app.documents import signing

    folder, now, failed = Certificates(Config.from_env().certificate_folder), SystemClock().now(), False
    for name in folder.names():
        try:
            certificate = folder.of(name)
            found = signing.checked(certificate, now) if certificate else None
        except Refused as refused:
            failed = True
            click.echo(f"✗ {refused}", err=True)
            continue
        if found is not None:
            until = found.not_valid_after
            soon = "，快要到期，请尽快更换" if until - now < SOON else ""
            click.echo(f"{name}：{signing.named(found)}，{local_date(until).isoformat()} 到期{soon}")
    if not folder.names():
        click.echo(f"{folder.folder} 里没有证书，文书不作数字签名")
    if failed:
        sys.exit(1)


COMMANDS = {"certificates": listing}
