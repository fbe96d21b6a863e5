"""Ways in which an owner breaks a programme, each with what the gate must say of it and where it must point.

The programme is the shipped relief with a letter, figures and a story of its own. A breakage takes one text of one
file for another, in the way that a hand slips: a name misspelt, a line left out, a number that is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from app.core.paths import BUNDLES, TEMPLATES
from app.definitions.folder import read_folder
from app.documents import wording

BUNDLE = "uninsured_unemployed_relief"
DIAGRAM, TABLE, RULES, APPLY, REVIEW = (
    "relief.bpmn", "grant.dmn", "eligibility.dmn", "apply.form.json", "township_review.form.json"
)  # fmt: skip
MANIFEST, CATALOGUE, STORY = "bundle.yaml", "catalogue.yaml", "scenarios/amount-exactly-the-cap.yaml"
LETTER = "letters/refusal_notice/"
CONTRACT, SAMPLE, TEMPLATE = (f"{LETTER}{name}" for name in ("contract.yaml", "sample.json", "template.docx"))
OWN = """figures:
- {key: burial_help, title: 丧葬补助标准, kind: amount, unit: yuan, clause: A7}
"""


@dataclass(frozen=True)
class Breakage:
    """In `path`, `old` becomes `new` (None: the file goes; an empty `old`: the file becomes `new`).

    The gate must say all of `told` in one finding of `file`, pointing at `at`, `row` and `cell`. `mend` is what the
    button says that mends it, "" where nothing obvious would.
    """

    name: str
    path: str
    old: str
    new: str | None
    told: tuple[str, ...]
    at: str = ""
    row: int = 0
    cell: int = 0
    file: str = ""
    mend: str = ""

    def __str__(self) -> str:
        return self.name

    def broken(self) -> dict[str, bytes]:
        """The files of the programme, broken."""
        files = dict(whole())
        if self.new is None:
            del files[self.path]
        elif self.path == TEMPLATE:
            number = next(each.number for each in wording.read(files[TEMPLATE]) if each.text == self.old)
            files[TEMPLATE] = wording.reworded(files[TEMPLATE], {number: self.new})
        else:
            text = files.get(self.path, b"").decode()
            assert self.old in text, f"{self.name}: {self.path} has no {self.old}"
            files[self.path] = (text.replace(self.old, self.new, 1) if self.old else self.new).encode()
        return files


@cache
def whole() -> dict[str, bytes]:
    """The programme as it may be published."""
    files = read_folder(BUNDLES / BUNDLE)
    kept = {path: content for path, content in files.items() if not path.startswith("scenarios/")}
    letter = read_folder(TEMPLATES)
    own = {path: letter[path] for path in (CONTRACT, SAMPLE, TEMPLATE)}
    return {**kept, **own, STORY: files[STORY], CATALOGUE: OWN.encode()}


def _b(name: str, path: str, old: str, new: str | None, *told: str, at: str = "", row: int = 0, cell: int = 0,
       file: str = "", mend: str = "") -> Breakage:  # fmt: skip
    return Breakage(name, path, old, new, told, at, row, cell, file or path, mend)


DIAGRAMS = (
    _b("a form that is nowhere", DIAGRAM, 'formKey="township_review.', 'formKey="township_reviews.',
       "township_reviews.form.json", "township_review.form.json", at="township_review",
       mend="改为“township_review.form.json”"),
    _b("a position that is nowhere", DIAGRAM, 'Groups="township_clerk"', 'Groups="township_clerks"', "岗位",
       "township_clerks", at="township_review", mend="改为“township_clerk”"),
    _b("a clock that is nowhere", DIAGRAM, 'name="clock" value="township_review"',
       'name="clock" value="township_reviwe"', "时限", "township_reviwe", at="township_review",
       mend="改为“township_review”"),
    _b("a guard that is nowhere", DIAGRAM, "grant_limit,grant_once", "grant_limits,grant_once", "grant_limits",
       at="township_review", mend="改为“grant_limit”"),
    _b("a table that is nowhere", DIAGRAM, 'decisionRef="dibao_advice"', 'decisionRef="dibao_advise"',
       "dibao_advise", at="assess_hardship", mend="改为“dibao_advice”"),
    _b("an effect that is nowhere", DIAGRAM, 'topic="payment"', 'topic="paiment"', "paiment", at="payment",
       mend="改为“payment”"),
    _b("a letter that is nowhere", DIAGRAM, '>"approval_notice"<', '>"aproval_notice"<', "aproval_notice",
       at="approval_notice", mend="改为“approval_notice”"),
    _b("another task that is nowhere", DIAGRAM, 'value="village_investigation" />\n          <camunda:property '
       'name="identity"', 'value="village_investigaton" />\n          <camunda:property name="identity"',
       "village_investigaton", at="township_review", mend="改为“village_investigation”"),
    _b("nobody to do it", DIAGRAM, ' camunda:candidateGroups="township_clerk"', "", "没有写由谁办理",
       at="township_review"),
    _b("no form", DIAGRAM, ' camunda:formKey="township_review.form.json"', "", "没有表单", at="township_review"),
    _b("no default flow", DIAGRAM, ' default="relief_confirmed_to_refusal_notice"', "", "没有默认流向",
       at="relief_confirmed", mend="设“不予救助”为默认流向"),
    _b("a default flow of another gateway", DIAGRAM, 'default="relief_confirmed_to_refusal_notice"',
       'default="facts_checked_to_refusal_notice"', "facts_checked_to_refusal_notice", at="relief_confirmed",
       mend="设“不予救助”为默认流向"),
    _b("no way on", DIAGRAM, '<bpmn:sequenceFlow id="refusal_notice_to_refused" sourceRef="refusal_notice" '
       'targetRef="refused" />', "", "后面没有下一步", at="refusal_notice"),
    _b("a line to nowhere", DIAGRAM, 'targetRef="approval_notice"', 'targetRef="aproval_notice"', "请重新连线",
       at="payment_to_approval_notice"),
    _b("two beginnings", DIAGRAM, '<bpmn:endEvent id="refused"', '<bpmn:startEvent id="again" /><bpmn:endEvent '
       'id="refused"', "2 个开始事件", at="uninsured_unemployed_relief"),
    _b("a condition that is none", DIAGRAM, "=township_review.confirmed = true", "=township_review.confirmed = = true",
       "条件", at="relief_confirmed"),
    _b("a name that nobody gives", DIAGRAM, "=township_review.amount</camunda", "=township_reveiw.amount</camunda",
       "township_reveiw", "township_review", at="payment", mend="改为“township_review”"),
    _b("a field that the form has not", DIAGRAM, "=township_review.amount</camunda",
       "=township_review.amuont</camunda", "amuont", at="payment", mend="改为“amount”"),
    _b("a field in a script that the form has not", DIAGRAM, "application.household.financial_assets",
       "application.household.financial_asset", "financial_asset", at="record_hardship",
       mend="改为“financial_assets”"),
    _b("an answer that comes later", DIAGRAM, "case.advice = dibao_advice",
       "case.advice = township_review.opinion", "township_review", at="record_hardship"),
    _b("a text where money belongs", DIAGRAM, "=township_review.amount</camunda", '="很多"</camunda', "amount",
       at="payment"),
    _b("a fund that is none", DIAGRAM, '"county_fund"', '"county_found"', "county_found", at="payment"),
    _b("an input that the effect has not", DIAGRAM, 'name="source">', 'name="sorce">', "sorce", at="payment",
       mend="改为“source”"),
    _b("no amount", DIAGRAM, '<camunda:inputParameter name="amount">=township_review.amount</camunda:inputParameter>\n'
       '          <camunda:inputParameter name="source">', '<camunda:inputParameter name="source">', "amount",
       at="payment"),
    _b("an end of no kind", DIAGRAM, 'name="status" value="refused"', 'name="status" value="refuse"', "refuse",
       at="refused", mend="改为“refused”"),
    _b("a clause that is nowhere", DIAGRAM, "<bpmn:documentation>A8 救助结束", "<bpmn:documentation>A88 救助结束",
       "A88", at="approved"),
    _b("figures of no day", DIAGRAM, 'name="figuresOn" value="application"', 'name="figuresOn" value="aplication"',
       "aplication", at="apply", mend="改为“application”"),
    _b("a name of the system written over", DIAGRAM, "case.advice = dibao_advice", "figure = dibao_advice", "figure",
       at="record_hardship"),
    _b("code of another language", DIAGRAM, 'scriptFormat="feel"', 'scriptFormat="javascript"', "脚本只支持 FEEL",
       at="record_hardship"),
    _b("a diagram that is no XML", DIAGRAM, "</bpmn:process>", "", "不是有效的 XML"),
    _b("two elements of one id", DIAGRAM, '<bpmn:endEvent id="refused"', '<bpmn:endEvent id="approved"', "approved",
       at="approved"),
)  # fmt: skip
TABLES = (
    _b("a cell that is no FEEL", TABLE, '<text>not("approve")</text>', '<text>not("approve"</text>', "第 1 行",
       at="failing_rules", row=1, cell=3),
    _b("a result that is no FEEL", TABLE, '<text>"over_limit"</text>', '<text>"over_limit</text>', "第 1 行",
       at="grant_limit", row=1, cell=3),
    _b("a figure that is nowhere", TABLE, "&gt; figure.uninsured_relief_cap", "&gt; figure.uninsured_relief_cup",
       "uninsured_relief_cup", at="grant_limit", row=1, cell=2, mend="改为“uninsured_relief_cap”"),
    _b("a column of a name that is nowhere", TABLE, "<text>township_review.amount</text>",
       "<text>township_review.amuont</text>", "amuont", at="grant_limit", mend="改为“amount”"),
    _b("a code that nobody knows", TABLE, '<text>"over_limit"</text>', '<text>"over_limits"</text>', "over_limits",
       at="grant_limit", row=1, cell=3, mend="改为“over_limit”"),
    _b("a row without a code", TABLE, '<text>"over_limit"</text>', "<text></text>", "没有结果代码",
       at="grant_limit", row=1, cell=3),
    _b("a guard that lacks a column", TABLE, 'name="message"', 'name="massage"', "message", at="failing_rules"),
    _b("a row that cites a clause that is nowhere", TABLE, '<text>"A7"</text>', '<text>"A77"</text>', "A77",
       at="grant_limit", row=1),
    _b("a row whose note cites a clause that is nowhere", TABLE, "<description>B7</description>",
       "<description>B77</description>", "B77", at="conference_binds", row=1),
    _b("a table of no policy", TABLE, 'hitPolicy="COLLECT"', 'hitPolicy="COLECT"', "COLECT"),
    _b("a row with a cell too few", TABLE, "<text>case.failing_rules[1].clause</text>\n        </outputEntry>",
       "<text>1</text>\n        </outputEntry>\n        <outputEntry><text>1</text></outputEntry>", "第 1 行"),
    _b("a table that is no XML", TABLE, "</definitions>", "", "XML"),
    _b("a table in another language", TABLE, "<text>township_review.confirmed = true</text>",
       "<text>township_review.confirmed == true</text>", "输入列 1", at="failing_rules"),
    _b("a row that never fires", RULES, "<text>&lt; 3</text>", "<text>[5..3]</text>", "第 3 行",
       at="application_eligibility", row=3, cell=2),
)  # fmt: skip
FORMS = (
    _b("a form that is no JSON", REVIEW, '"components": [', '"components": ', "不是有效的 JSON"),
    _b("a field of no kind", REVIEW, '"type": "textarea"', '"type": "textbox"', "复核意见", "textbox", at="opinion"),
    _b("a field without a label", REVIEW, '"label": "复核意见",', "", "缺少标签", "opinion", at="opinion"),
    _b("a field without a key", REVIEW, '"key": "opinion",', "", "复核意见", "键", at="township_review_opinion"),
    _b("two fields of one key", REVIEW, '"key": "opinion"', '"key": "amount"', "amount", at="amount"),
    _b("a condition that is no FEEL", REVIEW, '"=confirmed != true"', '"=confirmed != "', "救助金额", "隐藏条件",
       at="amount"),
    _b("a condition on a field that is nowhere", REVIEW, '"=confirmed != true"', '"=confirmd != true"', "confirmd",
       at="amount", mend="改为“confirmed”"),
    _b("a check that nobody knows", REVIEW, '"maxLength": 500', '"maxLenght": 500', "maxLenght", at="opinion"),
    _b("a property in other letters", REVIEW, '"requiredWhen": "=confirmed = false"',
       '"requiredwhen": "=confirmed = false"', "requiredwhen", at="opinion"),
    _b("a format that is none", APPLY, '"format": "id_number"', '"format": "id_numbers"', "id_numbers",
       at="id_number"),
    _b("an application without a name", APPLY, '"key": "name"', '"key": "full_name"', "name", mend="加上“姓名”"),
    _b("an application filled in before there is a case", APPLY, '"format": "phone"',
       '"format": "phone", "prefill": "=case.number"', "预填只能用 place", at="phone"),
    _b("no form to apply with", APPLY, "", None, APPLY, at="application_form", row=8, file=MANIFEST),
)  # fmt: skip
MANIFESTS = (
    _b("a role for whom nobody names", MANIFEST, "processes:", "roles: {guardian: [guardian]}\nprocesses:",
       "guardian.id_number", "承担角色的人", file=APPLY),
    _b("a rule before the application that reads what nobody asks", MANIFEST, "fits: jobless and dibao != true",
       "fits: poor", "没有 poor", at="precheck.fits", row=30),
    _b("a role that two people have", MANIFEST, "processes:", "roles: {a: [payee], b: [payee]}\nprocesses:",
       "payee", "写了两次"),
    _b("a role that is none", MANIFEST, "processes:", "roles: {guardian: [uncle]}\nprocesses:", "uncle",
       at="roles.guardian.0", row=7),
    _b("a search that reads what is not there", MANIFEST, "clocks:", "outreach: {title: 名单, clause: A1, among: "
       "{dibao: case.members}}\nclocks:", "只能用 award", "case", at="outreach.among.dibao", row=11),
    _b("a manifest that is no YAML", MANIFEST, "title: 未参保", "title: : 未参保", "第 2 行", row=2),
    _b("no title", MANIFEST, "title: 未参保失业人员临时救助\n", "", "title", at="title", row=1),
    _b("a key that nobody reads", MANIFEST, "basis:", "basiss:", "basiss", at="basiss", row=4, mend="改为“basis”"),
    _b("a clock without a limit", MANIFEST, "    limit: figure.township_review_working_days\n", "", "limit",
       at="clocks.township_review.limit", row=17),
    _b("a limit that is no FEEL", MANIFEST, "limit: figure.township_review_working_days", "limit: 5 个工作日",
       "个工作日", at="clocks.township_review.limit", row=20),
    _b("a limit by a figure that is nowhere", MANIFEST, "figure.township_review_working_days",
       "figure.township_review_working_day", "township_review_working_day", at="clocks.township_review.limit", row=20,
       mend="改为“township_review_working_days”"),
    _b("days of no kind", MANIFEST, "unit: working_days", "unit: workdays", "workdays",
       at="clocks.village_investigation.unit", row=16),
    _b("a clock by a clause that is nowhere", MANIFEST, "clause: A4", "clause: A44", "A44",
       at="clocks.village_investigation.clause", row=14),
    _b("no process that begins", MANIFEST, "{main: relief.bpmn}", "{mian: relief.bpmn}", "main", at="processes",
       row=7),
    _b("a diagram that is nowhere", MANIFEST, "main: relief.bpmn", "main: reliefs.bpmn", "", at="processes.main",
       row=7, mend="改为“relief.bpmn”"),
    _b("a table that was deleted", TABLE, "", None, "文件夹里没有", at="decisions.1", row=9, file=MANIFEST),
    _b("a level that is none", MANIFEST, "{scope: province}", "{scope: provinces}", "provinces", at="once.scope",
       row=10),
    _b("a region that is none", MANIFEST, 'region: "22"', "region: 吉林", "region", at="region", row=3),
    _b("no manifest", MANIFEST, "", None, "缺少方案清单"),
)  # fmt: skip
CATALOGUES = (
    _b("a unit that is none", CATALOGUE, "unit: yuan", "unit: yuans", "yuans", at="figures.0.unit", row=2),
    _b("a figure by a clause that is nowhere", CATALOGUE, "clause: A7", "clause: A77", "A77",
       at="figures.burial_help", row=2),
    _b("a figure without a title", CATALOGUE, "title: 丧葬补助标准, ", "", "title", at="figures.0.title", row=2),
    _b("a figure that is there already", CATALOGUE, "burial_help", "uninsured_relief_cap", "uninsured_relief_cap",
       at="figures.uninsured_relief_cap", row=2),
)  # fmt: skip
LETTERS = (
    _b("a variable that is none", TEMPLATE, "{{ number }}", "{{ nubmer }}", "nubmer", "number", at="nubmer", row=2),
    _b("a bracket left open", TEMPLATE, "{{ number }}", "{{ number }", "标签写法有误", row=2),
    _b("an if without an end", TEMPLATE, "{%p endif %}", "。", "标签写法有误", row=29),
    _b("a letter without its contract", CONTRACT, "", None, "缺少"),
    _b("a letter without its sample", SAMPLE, "", None, "样例"),
    _b("a sample that is no JSON", SAMPLE, "{", "", "JSON"),
    _b("a contract of no type", CONTRACT, "type: text", "type: txt", "txt"),
    _b("a contract that reads what nobody gives", CONTRACT, "if application.id_number = null",
       "if application.id_nubmer = null", "id_nubmer", at="id_number", row=14),
)  # fmt: skip
STORIES = (
    _b("a story that is no YAML", STORY, "steps:", "steps: : ", "第 8 行", row=8),
    _b("a key of a story that nobody knows", STORY, "clock:", "clok:", "clok", row=5, mend="改为“clock”"),
    _b("a story at no hour", STORY, "clock: 2020-10-12 10:00", "clock: 上午", "clock", row=5),
    _b("a story without steps", STORY, "steps:", "stepps:", "steps", "未填写", row=1),
)  # fmt: skip
ALL = (*DIAGRAMS, *TABLES, *FORMS, *MANIFESTS, *CATALOGUES, *LETTERS, *STORIES)
