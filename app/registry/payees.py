"""Institutions to which a case pays money: which one a name means, and whether money can go there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import Invalid
from app.identity.queries import RegionChain, ids_within
from app.registry import house_accounts
from app.registry.models import Institution


@dataclass(frozen=True, slots=True)
class Payee:
    """An institution with an account that counts."""

    id: str
    name: str


def institution_to_pay(session: Session, chain: RegionChain, name: str) -> Payee:
    """The institution of this name in the county, or else in the city.

    Raises Invalid (`institution`): unknown, its registration was taken back, several of the name, or no account counts.
    """
    name, near = name.strip(), chain.at("city") or chain.at("county") or chain.nearest
    named = select(Institution).where(Institution.name == name, Institution.county_id.in_(ids_within(near)))
    found = session.scalars(named).all()
    standing = [each for each in found if each.withdrawn_at is None]
    own = [each for each in standing if chain.county is not None and each.county_id == chain.county.id] or standing
    if len(own) == 1:
        house = own[0]
        if house.account_sealed is not None:
            return Payee(house.id, house.name)
        told = _without_account(session, house)
    elif own:
        told = f"{near.name}有 {len(own)} 家名为“{name}”的机构，分不清付给哪一家，请改付给本人"
    elif found:
        told = f"{name}的登记已经撤销，不能付款，请核对机构名称"
    else:
        told = f"{near.name}没有登记名为“{name}”的供养服务机构，请核对名称，或者先登记它"
    raise Invalid({"institution": told})


def _without_account(session: Session, house: Institution) -> str:
    if house_accounts.waiting(session, [house.id]):
        return f"{house.name}的银行账号还没有经另一人确认，请县级民政部门先确认账号再付款"
    return f"{house.name}没有登记银行账号，请县级民政部门先在“供养机构”登记账号并由另一人确认"
