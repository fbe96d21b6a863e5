"""Titles and notes for owners of the words of DMN and of forms that `feel.dmn` and `forms` know."""

from __future__ import annotations

from collections.abc import Mapping

POLICIES: Mapping[str, str] = {
    "UNIQUE": "最多一行成立；几行成立则没有结果，门禁会指出重叠",
    "ANY": "几行成立时结果要相同",
    "PRIORITY": "取输出允许值中排在最前的",
    "FIRST": "取第一行",
    "RULE ORDER": "所有成立的行，按行的顺序，结果是列表",
    "OUTPUT ORDER": "所有成立的行，按输出允许值的顺序，结果是列表",
    "COLLECT": "所有成立的行，结果是列表；也可求和、最小、最大、个数。把关的表用它",
}
BOXES: Mapping[str, str] = {
    "decisionTable": "决策表",
    "literalExpression": "一个 FEEL 表达式",
    "context": "一组有名称的值",
    "invocation": "调用业务知识模型",
    "list": "列表",
    "relation": "表格形式的数据",
    "functionDefinition": "函数，只能写 FEEL",
    "conditional": "如果、那么、否则",
    "filter": "筛选",
    "for": "逐项计算",
    "some": "至少一项成立",
    "every": "每一项都成立",
}
COMPONENTS: Mapping[str, str] = {
    "textfield": "单行文字",
    "textarea": "多行文字",
    "number": "数字",
    "datetime": "日期、时间",
    "checkbox": "勾选",
    "radio": "单选",
    "select": "下拉",
    "checklist": "多选",
    "taglist": "标签多选",
    "filepicker": "上传文件",
    "expression": "计算得出，不能填写",
    "group": "分组；有路径（path）时数据也分一层",
    "dynamiclist": "可加行的列表",
    "text": "文字",
    "html": "HTML（只留安全的标签）",
    "image": "图片",
    "table": "表格",
    "documentPreview": "文件预览",
    "spacer": "空白",
    "separator": "分隔线",
    "iframe": "嵌入的页面，只显示链接",
    "button": "不显示：按钮属于页面",
}
CHECKS: Mapping[str, str] = {
    "required": "必填",
    "minLength": "最少字数，可写 =FEEL",
    "maxLength": "最多字数，可写 =FEEL",
    "min": "最小值，可写 =FEEL",
    "max": "最大值，可写 =FEEL",
    "pattern": "正则表达式（RE2）",
    "patternErrorMessage": "不合正则表达式时的提示",
    "validationType": "email 或 phone",
}
PROPERTIES: Mapping[str, str] = {
    "format": "id_number、phone、bank_account 或 region（按名称选到县，存代码）",
    "money": "金额：大于零，到分",
    "mustBeTrue": "必须选“是”",
    "past": "不能晚于当天的日期",
    "requiredWhen": "必填的条件：=FEEL，成立时必填",
    "prefill": "预填：=FEEL，打开时按案件已有的内容（申请表按 place 申请地）预填，不改动草稿和已填的内容；列表里不用",
    "minItems": "最少几行",
    "maxItems": "最多几行",
    "unique": "这一项在各行中不能重复",
    "first": "第一行先填好的内容：=FEEL，按这张表已填的内容给出一组字段",
    "page": "另起一页，写这一页的标题；列表写了，每一行各填一页。都不写的，按最外层的分组分页",
}
REFUSED_IN_TABLES: Mapping[str, str] = {
    "expressionLanguage": "只能是 FEEL：请把别的语言（JavaScript、JUEL 等）改写成 FEEL",
    "DOCTYPE": "不能有 DOCTYPE 或实体声明，请用决策表编辑器重新导出",
    "循环依赖": "决策不能互相依赖成圈，请拆开",
}
REFUSED_IN_FORMS: Mapping[str, str] = {
    "其他组件": "请换成上面的组件",
    "其他校验": "请删除，或写进决策表来把关",
    "{{#…}}": "文字里不能有循环和判断，请改用表格或条件显示",
}
