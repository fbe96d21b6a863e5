"""Everything that moves a case. Each command locks the instance first, checks, runs the engine and writes once."""

from app.cases.operations.appealing import answer_appeal, appeal
from app.cases.operations.apply import Receipt, apply, begins_by_itself, start_award_case, start_second_case
from app.cases.operations.asking import answer, give_up_asking, question, take_reply
from app.cases.operations.claims import claim_back, settle_overpaid
from app.cases.operations.codes import ask_for_code, renew_code, send_code
from app.cases.operations.complete import Completed, complete_task
from app.cases.operations.contact import ask_for_account, change_phone, settle_account, want_messages
from app.cases.operations.correct import correct
from app.cases.operations.exchanging import Receiver, answer_question, ask, receivers
from app.cases.operations.exchanging import answer as answer_exchange
from app.cases.operations.exchanging import withdraw as withdraw_exchange
from app.cases.operations.handing import assign_task, free_task, recall_task, transfer_task
from app.cases.operations.lifecycle import cancel, hold, release, return_case, withdraw
from app.cases.operations.migrate import Moved, Stays, ToMigrate, batches, cases_to_migrate, migrate_case, migrate_cases
from app.cases.operations.objecting import (
    Objected,
    object_by_phone,
    object_to,
    renew_objection_code,
    report_lead,
    settle_lead,
)
from app.cases.operations.reopen import reopen
from app.cases.operations.retry import retry_incident
from app.cases.operations.taking_back import take_back
from app.cases.operations.telling import Mentionable, colleagues, comment, urge, urge_case
from app.cases.operations.timed import (
    ask_competence,
    end_of_applicant,
    end_wait,
    fire_timers,
    give_up_job,
    give_up_letter,
    stop_begun,
    tell,
    tell_money,
    tell_unstarted,
)

__all__ = [
    "Completed",
    "Mentionable",
    "Moved",
    "Objected",
    "Receipt",
    "Receiver",
    "Stays",
    "ToMigrate",
    "answer",
    "answer_appeal",
    "answer_exchange",
    "answer_question",
    "appeal",
    "apply",
    "ask",
    "ask_competence",
    "ask_for_account",
    "ask_for_code",
    "assign_task",
    "batches",
    "begins_by_itself",
    "cancel",
    "cases_to_migrate",
    "change_phone",
    "claim_back",
    "colleagues",
    "comment",
    "complete_task",
    "correct",
    "end_of_applicant",
    "end_wait",
    "fire_timers",
    "free_task",
    "give_up_asking",
    "give_up_job",
    "give_up_letter",
    "hold",
    "migrate_case",
    "migrate_cases",
    "object_by_phone",
    "object_to",
    "question",
    "recall_task",
    "receivers",
    "release",
    "renew_code",
    "renew_objection_code",
    "reopen",
    "report_lead",
    "retry_incident",
    "return_case",
    "send_code",
    "settle_account",
    "settle_lead",
    "settle_overpaid",
    "start_award_case",
    "start_second_case",
    "stop_begun",
    "take_back",
    "take_reply",
    "tell",
    "tell_money",
    "tell_unstarted",
    "transfer_task",
    "urge",
    "urge_case",
    "want_messages",
    "withdraw",
    "withdraw_exchange",
]
