"""`doudi keys`: whether everything opens, new keys, and old ones that nothing needs any more."""

from __future__ import annotations

import sys

import click

from app.cli.acting import machine, moment, opened, refusals
from app.core.clock import local_date
from app.db import Database, keys
from app.keys import operations, queries

STATES = {keys.CURRENT: "正在使用", keys.KEPT: "只用来读旧数据", keys.RETIRED: "已停用"}
COPY = "请把新的密钥文件 {path} 备份好（不要和数据库备份放在一起），并复制到其他每一台机器"


@click.group("keys")
def group() -> None:
    """The keys of this installation (密钥)."""


@group.command()
@click.option("--all", "whole", is_flag=True, help="open every value, not only some of each table")
def check(whole: bool) -> None:
    """Say what is sealed under which key, and whether it opens; exit code 1 where something does not."""
    with refusals(), opened() as database, database.read() as session:
        for key in keys.known(session):
            made = local_date(key.made_at).isoformat()
            told = f"指纹 {key.fingerprint[:8]}，{STATES[key.state]}，{made} 起"
            click.echo(f"{keys.PURPOSES[key.purpose]} {key.name}：{told}")
        standings, indexes = queries.check(session, whole=whole)
    for each in standings:
        counts = "、".join(f"密钥 {name} 有 {count} 项" for name, count in sorted(each.by_key.items()))
        click.echo(f"{each.table}.{each.column}：{counts or '没有数据'}，打开了 {each.opened} 项")
    wrong = [(each.table, "打不开：数据或密钥被改动过", each.broken) for each in standings]
    wrong += [(each.table, "的索引与证件号码不符", each.wrong) for each in indexes]
    faults = [f"✗ {table} 表第 {row} 行{fault}" for table, fault, rows in wrong for row in rows]
    for line in faults:
        click.echo(line, err=True)
    if faults:
        sys.exit(1)
    click.echo("全部打得开" if whole else "抽查的都打得开；全部核对请用 --all")


@group.command()
@click.option(
    "--prepare", is_flag=True, help="only make the key, so that the file can be copied to other machines first"
)
@click.option("--index", is_flag=True, help="the index key: brings all indexes on at once, nobody can act meanwhile")
def rotate(prepare: bool, index: bool) -> None:
    """Have a new key seal from now on; a worker seals again what the old one sealed."""
    purpose = keys.INDEX if index else keys.SEAL
    with refusals(), opened() as database:
        with database.read() as session:
            known = {(each.purpose, each.name) for each in keys.known(session)}
        name = database.vault.file.prepare(known, purpose)
        copy = COPY.format(path=database.vault.file.path)
        if prepare:
            click.echo(f"已准备好{keys.PURPOSES[purpose]} {name}。{copy}，然后再运行一次，不带 --prepare")
            return
        click.echo(_bring_on(database, name) if index else _rotate(database, name))
        click.echo(copy)


@group.command()
@click.argument("name")
def retire(name: str) -> None:
    """Forget an old key that nothing is sealed with any more."""
    with refusals(), opened() as database:
        with database.write() as session:
            operations.retire(session, machine(), name, moment(session))
        with database.read() as session:
            current = session.info["vault"].in_force.seal
        database.vault.file.settle(current, [name])
    click.echo(f"密钥 {name} 已停用并从密钥文件删除；以前的备份仍要用以前的密钥文件恢复，请另行保管")


def _rotate(database: Database, name: str) -> str:
    with database.write() as session:
        operations.rotate(session, machine(), name, moment(session))
    database.vault.file.settle(name)
    return f"加密密钥 {name} 已启用，旧数据由后台作业逐批重新加密，进度见 doudi keys check"


def _bring_on(database: Database, name: str) -> str:
    with database.write() as session:
        count = operations.rotate_index(session, machine(), name, moment(session))
    return f"索引密钥 {name} 已启用，{count} 个索引已更新"


COMMANDS = {"keys": group}
