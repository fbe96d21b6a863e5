"""Sessions on the server, passwords that must be changed or are not used again, second factors, tokens with a use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_RIGHTS = sa.table(
    "capability", sa.column("position", sa.String), sa.column("capability", sa.String), sa.column("granted", sa.Boolean)
)
_OFFICER, _RIGHT = "security_officer", "keep_logins"


def upgrade() -> None:
    with op.batch_alter_table("user_account") as table:
        table.add_column(sa.Column("must_change_password", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("api_token") as table:
        table.add_column(sa.Column("reads_only", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))
    _of_user("former_password", sa.Column("password_hash", sa.String(200), nullable=False), _moment("until"))
    _of_user(
        "login_session",
        sa.Column("key_hash", sa.String(64), nullable=False),
        *(_moment(name) for name in ("created_at", "seen_at", "expires_at")),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        *(_moment(name, nullable=True) for name in ("factor_at", "revoked_at")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_login_session_key_hash")),
    )
    op.create_index(op.f("ix_login_session_expires_at"), "login_session", ["expires_at"])
    _of_user("recovery_code", sa.Column("code_hash", sa.String(64), nullable=False), _moment("used_at", nullable=True))
    op.create_table(
        "second_factor",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        _moment("created_at"),
        _moment("confirmed_at", nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["user_account.id"], name=op.f("fk_second_factor_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "factor_position",
        sa.Column("position", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_factor_position")),
    )
    new = sa.select(sa.literal(_OFFICER), sa.literal(_RIGHT), sa.true())
    where_filled = new.where(sa.exists(sa.select(_RIGHTS.c.position)))
    op.execute(_RIGHTS.insert().from_select(["position", "capability", "granted"], where_filled))


def downgrade() -> None:
    op.execute(_RIGHTS.delete().where(_RIGHTS.c.capability == _RIGHT))
    for name in ("factor_position", "second_factor", "recovery_code", "login_session", "former_password"):
        op.drop_table(name)
    with op.batch_alter_table("api_token") as table:
        table.drop_column("used_at")
        table.drop_column("reads_only")
    with op.batch_alter_table("user_account") as table:
        table.drop_column("password_changed_at")
        table.drop_column("must_change_password")


def _of_user(name: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of rows that belong to a person each."""
    op.create_table(
        name,
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f(f"fk_{name}_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_user_id"), name, ["user_id"])


def _moment(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
