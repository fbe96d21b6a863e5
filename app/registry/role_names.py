"""How the roles of an award are called, in files and by people."""

from __future__ import annotations

from collections.abc import Mapping

APPLICANT, GUARDIAN, PAYEE = "applicant", "guardian", "payee"
TITLES: Mapping[str, str] = {APPLICANT: "申请人", GUARDIAN: "监护人", PAYEE: "领款人"}
