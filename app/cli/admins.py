"""`doudi admin`: who administers an installation that nobody can log in to yet, or any more."""

from __future__ import annotations

import click

from app.cli.acting import unlocking
from app.core.clock import local_date
from app.core.errors import NotFound
from app.identity import appointed, operations, oversight, staff
from app.identity.capabilities import DUTIES, SYSTEM
from app.identity.positions import trimmed


@click.group()
def admin() -> None:
    """First accounts, and the way back in (系统管理员)."""


@admin.command()
@click.argument("login")
@click.option("--name", required=True, help="the person's name (姓名)")
@click.option("--region", required=True, help="code of the county, city or province that the person administers")
@click.option("--phone", help="the person's telephone")
@click.option("--duty", type=click.Choice(list(DUTIES)), default=SYSTEM, show_default=True,
              help="what the person keeps; one account has one duty")  # fmt: skip
def create(login: str, name: str, region: str, phone: str | None, duty: str) -> None:
    """Create the first person with a duty; prints a one-time password, once."""
    with unlocking() as act:
        opened = operations.ensure_region(act.session, trimmed(region.strip()))
        office = operations.ensure_office(act.session, opened)
        password = staff.open_duty(
            act.session, act.actor, office.id, duty, username=login, name=name, phone=phone, now=act.now
        )
    _hand_out(f"已为{office.name}建立{DUTIES[duty]}账号 {login}（{name}）", password)


@admin.command()
@click.argument("login")
@click.option("--factor", is_flag=True, help="unbind the second factor too: telephone and recovery codes are lost")
def reset(login: str, factor: bool) -> None:
    """Give somebody with a duty who cannot log in a new one-time password, printed once."""
    with unlocking() as act:
        user_id = appointed.duty_holder(act.session, login.strip().lower(), local_date(act.now))
        if user_id is None:
            told = (
                f"没有用户名为“{login}”的系统、安全、政策或者审计管理员；其他人员请系统管理员在“机构和人员”里重置密码"
            )
            raise NotFound(told)
        password = staff.reset_password(act.session, act.actor, user_id, act.now)
        if factor:
            oversight.reset_factor(act.session, act.actor, user_id, act.now)
    _hand_out(f"{login} 的密码已重置，此前的登录已经退出", password)


def _hand_out(done: str, password: str) -> None:
    """The password alone on standard output, so that it can be piped to where it is handed out."""
    click.echo(f"{done}。一次性密码如下，只显示这一次，首次登录后请立即修改：", err=True)
    click.echo(password)


COMMANDS = {"admin": admin}
