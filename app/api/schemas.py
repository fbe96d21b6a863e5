"""Shapes of the API. Money is a string with two decimals; times are ISO 8601 with an offset; days are ISO dates."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from marshmallow import RAISE, ValidationError, fields, validate


class Whole(validate.Regexp):
    """A pattern that both sides read alike: Python's `$` alone lets a line break at the end pass."""

    def __call__(self, value: Any) -> Any:
        if value.endswith("\n"):
            raise ValidationError(self._format_error(value))
        return super().__call__(value)


CODE = Whole(r"^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$", error="行政区划代码是 2、4、6、9 或 12 位数字")
KEY = Whole(r"^[a-z][a-z0-9_]{0,63}$", error="项目代号由小写字母、数字和下划线组成")
TEXT = Whole(r"^[^\x00-\x1f\x7f]{0,60}$", error="最多 60 个字，不能有换行等控制字符")
CURSOR = Whole(r"^[01]_([1-9][0-9]{5}|3652059)_[0-9a-f]{32}$", error="翻页地址已经失效，请从第一页重新开始")
MONEY = {"type": "string", "pattern": "^[0-9]+\\.[0-9]{2}$", "example": "1234.50"}
WRONG: dict[str, Any] = {"required": "必须填写", "null": "不能为空", "invalid": "类型不对，请按接口说明填写"}
"""What is wrong with a value, in place of marshmallow's English."""


class Strict(Schema):
    """Input: a name that nobody knows is a mistake of the caller."""

    error_messages = {"unknown": "不认识这个名称，请按接口说明填写", "type": "请提交一个 JSON 对象"}

    class Meta:
        unknown = RAISE


class Problem(Schema):
    """Every error of the API."""

    code = fields.String(required=True, metadata={"description": "invalid, not_eligible, not_yours, taken, gone …"})
    message = fields.String(required=True, metadata={"description": "哪里不对、怎么办"})
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, data_key="fields",
        metadata={"description": "有误的字段（点号路径）和说明"},
    )  # fmt: skip


class Paging(Strict):
    after = fields.String(load_default=None, validate=CURSOR)
    limit = fields.Integer(
        load_default=50, validate=validate.Range(1, 200, error="请填写 1 至 200 的整数"), error_messages=WRONG
    )


class TaskQuery(Paging):
    programme = fields.String(load_default=None, validate=KEY)
    position = fields.String(load_default=None, validate=KEY)
    overdue = fields.Boolean(load_default=False, error_messages=WRONG)
    mine = fields.Boolean(load_default=False, error_messages=WRONG)
    text = fields.String(load_default=None, validate=TEXT)


class Task(Schema):
    id = fields.String()
    case_id = fields.String()
    case_number = fields.String()
    programme = fields.String()
    element_id = fields.String(metadata={"description": "流程图中人工任务的 id"})
    title = fields.String()
    subject = fields.String(metadata={"description": "申请人姓名"})
    position = fields.String()
    assignee_id = fields.String(allow_none=True)
    due_on = fields.Date(allow_none=True)
    created_at = fields.AwareDateTime()


class TaskPage(Schema):
    items = fields.List(fields.Nested(Task))
    next = fields.String(allow_none=True, metadata={"description": "下一页的 after；没有下一页时为 null"})


class Claimed(Schema):
    id = fields.String()
    assignee_id = fields.String(allow_none=True)
    claimed_at = fields.AwareDateTime(allow_none=True)


class Application(Strict):
    programme = fields.String(required=True, validate=KEY, error_messages=WRONG)
    region = fields.String(
        required=True, validate=CODE, error_messages=WRONG, metadata={"description": "办理地的区划代码"}
    )
    data = fields.Dict(
        keys=fields.String(), required=True, error_messages=WRONG, metadata={"description": "申请表内容"}
    )


class Receipt(Schema):
    case_id = fields.String()
    number = fields.String()
    query_code = fields.String(metadata={"description": "只给出这一次"})


class Submission(Strict):
    data = fields.Dict(
        keys=fields.String(), required=True, error_messages=WRONG, metadata={"description": "任务表单内容"}
    )


class Completed(Schema):
    case_id = fields.String()
    status = fields.String()
    incident = fields.String(allow_none=True, metadata={"description": "后续环节处理失败的原因，案件等待重新处理"})


class ProgrammeQuery(Strict):
    region = fields.String(required=True, validate=CODE, error_messages=WRONG)


class Programme(Schema):
    programme = fields.String()
    title = fields.String()
    basis = fields.String()


class ProgrammeList(Schema):
    items = fields.List(fields.Nested(Programme))


class Answer(Strict):
    answer = fields.Dict(
        keys=fields.String(), required=True, error_messages=WRONG,
        metadata={"description": "found 是否查到（必填）、count 数量、amount 金额、text 说明"},
    )  # fmt: skip


class Waiting(Schema):
    id = fields.String(metadata={"description": "提出核对时给部门的 key"})
    title = fields.String()
    department = fields.String()
    until = fields.Date(metadata={"description": "等到这一天（含）"})
    answered = fields.Boolean()


class Document(Schema):
    id = fields.String()
    template = fields.String()
    title = fields.String()
    number = fields.String(allow_none=True)
    copies = fields.Integer()
    issued_on = fields.Date()
    sha256 = fields.String(allow_none=True)
    voided_at = fields.AwareDateTime(allow_none=True)


class DocumentList(Schema):
    items = fields.List(fields.Nested(Document))


class Payment(Schema):
    payee = fields.String()
    amount = fields.Decimal(places=2, as_string=True, metadata=MONEY)
    source = fields.String()
    due_on = fields.Date()
    status = fields.String()


HEAD = ("id", "number", "programme", "title", "status", "applicant_name", "applied_on", "filed_at", "closed_at")


class Case(Schema):
    id = fields.String()
    number = fields.String()
    programme = fields.String()
    title = fields.String()
    status = fields.String()
    applicant_name = fields.String()
    applied_on = fields.Date()
    filed_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    tasks = fields.List(fields.Nested(Task))
    waiting = fields.List(fields.Nested(Waiting), metadata={"description": "等待部门答复的核对"})
    payments = fields.List(fields.Nested(Payment))
    documents = fields.List(fields.Nested(Document))
