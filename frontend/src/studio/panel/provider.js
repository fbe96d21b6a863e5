// The properties of an element in the words of policy: what it rests on, who does it, by when, what is checked.
import { Group } from '@bpmn-io/properties-panel';
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { area, choice, several, text } from './entries.jsx';
import { Writer, carrier, documentation, parameters, property } from './writing.js';

const KEPT = [ 'general', 'timer', 'message', 'signal', 'error', 'escalation', 'multiInstance', 'ElementTemplates__Template' ];
const STATUS = { approved: '同意救助', refused: '不予救助', ended: '终止', withdrawn: '撤回' };
const TOGETHER = { yes: '可以' };
const PRIORITY = { urgent: '特急', ordinary: '一般' };
const CORRECTION = { again: '更正申请后回到这里重新办理', closes: '办结后不能再更正申请' };
const LEADING = /^(?:(?=[A-Za-z0-9.-]*[0-9])[A-Za-z][A-Za-z0-9.-]*[\s,，、;；]*)+/;

export class PolicyProvider {
  static $inject = [ 'propertiesPanel', 'injector', 'config.materials' ];

  constructor(propertiesPanel, injector, materials) {
    this.materials = materials;
    this.write = new Writer(injector);
    propertiesPanel.registerProvider(200, this); // after all others, to choose among their groups
  }

  getGroups(element) {
    return groups => {
      const own = [ this.basis(element), ...this.work(element) ].filter(Boolean);
      const theirs = groups.filter(each => KEPT.includes(each.id));
      return [ ...theirs.slice(0, 1), ...own, ...theirs.slice(1) ];
    };
  }

  work(element) {
    const of = carrier(element), made = [];
    if (is(of, 'bpmn:UserTask')) made.push(this.task(element));
    if (is(of, 'bpmn:ServiceTask')) made.push(this.effect(element));
    if (is(of, 'bpmn:BusinessRuleTask')) made.push(this.decision(element));
    if (is(of, 'bpmn:ScriptTask')) made.push(this.script(element));
    if (is(of, 'bpmn:CallActivity')) made.push(this.call(element));
    if (is(of, 'bpmn:SequenceFlow')) made.push(this.condition(element));
    if (is(of, 'bpmn:StartEvent')) made.push(this.door(element));
    if (is(of, 'bpmn:EndEvent')) made.push(this.ending(element));
    return made;
  }

  /** The clauses are the words with which the documentation begins, as everything else that reads it has them. */
  basis(element) {
    const of = carrier(element);
    if (!is(of, 'bpmn:FlowNode') && !is(of, 'bpmn:Process')) return null;
    const parts = each => {
      const whole = documentation(each), lead = LEADING.exec(whole)?.[0] || '';
      return [ lead.split(/[\s,，、;；]+/).filter(Boolean), whole.slice(lead.length) ];
    };
    const put = (each, ids, rest) => this.write.documentation(each, [ ...ids, rest ].filter(Boolean).join(' '));
    return group('basis', '依据条款', [
      several('clauses', '条款', each => parts(each)[0], (each, ids) => put(each, ids, parts(each)[1]),
        { options: this.materials.clauses, element }),
      area('requirement', '要求', each => parts(each)[1], (each, rest) => put(each, parts(each)[0], rest),
        { description: '办理页上显示给办理人员', element }),
    ]);
  }

  task(element) {
    return group('task', '办理', [
      this.attribute('candidateGroups', '岗位', { options: this.materials.positions, description: '“=”开头的是按情况选择岗位的表达式' }),
      this.attribute('formKey', '表单', { options: this.materials.forms }),
      this.own('clock', '时限', { options: this.materials.clocks }),
      this.own('priority', '优先程度', { options: options(PRIORITY), description: '特急的排在待办最前；不选则同方案清单' }),
      this.own('together', '一起办理', { options: options(TOGETHER), description: '待办里可以勾选多件，填一张表一起办理，先逐件试办' }),
      this.list('guards', '把关', this.materials.decisions, '提交时依次问，有一行命中就不能提交'),
      this.list('competence', '权限', this.materials.decisions, '最先问，权限已收回的不能办理'),
      this.list('separateFrom', '职责分离', this.tasks(element), '办理过这些环节的人不能办理'),
      this.own('correction', '更正申请', { options: options(CORRECTION) }),
      this.figures(),
    ]);
  }

  /** What the task does, by the template of its topic, whether or not the template was what made it. */
  effect(element) {
    const topic = carrier(element).get('camunda:topic'), template = this.materials.templates.find(each => each.id === `doudi.${topic}`);
    if (!template) return null;
    const inputs = template.properties.filter(each => each.binding.type === 'camunda:inputParameter');
    const named = inputs.map(each => this.input(each.binding.name, `${each.label}${each.constraints?.notEmpty ? '（必填）' : ''}`, each));
    const known = inputs.map(each => each.binding.name);
    const asked = this.materials.letters[literal(parameters(element).find(([ name ]) => name === 'template')?.[1])] || {};
    const more = parameters(element).filter(([ name ]) => !known.includes(name))
      .map(([ name ]) => this.input(name, asked[name] || name, asked[name] ? { description: `文书里写作 document.${name}` } : {}));
    return group('effect', template.name, [ ...named, ...more, this.attribute('resultVariable', '结果存为'), this.figures() ]);
  }

  input(name, label, { description, choices }) {
    const read = each => parameters(each).find(([ known ]) => known === name)?.[1] || '';
    const write = (each, value) => this.write.parameter(each, name, value);
    const listed = choices?.filter(each => each.value).map(each => ({ value: each.value, label: each.name }));
    return listed ? choice(`input-${name}`, label, read, write, { description, options: listed })
      : text(`input-${name}`, label, read, write, { description });
  }

  decision() {
    return group('decision', '决策表', [
      this.attribute('decisionRef', '决策', { options: this.materials.decisions }),
      this.attribute('resultVariable', '结果存为'),
      this.figures(),
    ]);
  }

  script() {
    const put = (each, script) => this.write.attributes(each, { script: script || undefined, scriptFormat: 'feel' });
    return group('script', '计算', [
      area('script', '每行一个“名称 = 表达式”', each => carrier(each).script || '', put, { mono: true }), this.figures(),
    ]);
  }

  call() {
    return group('call', '调用', [ text('calledElement', '被调用的流程', each => carrier(each).calledElement || '',
      (each, value) => this.write.attributes(each, { calledElement: value || undefined })) ]);
  }

  condition(element) {
    if (!is(carrier(element).sourceRef, 'bpmn:Gateway')) return null;
    return group('condition', '条件', [ area('condition', '走这条线的条件', each => carrier(each).conditionExpression?.body || '',
      (each, body) => this.write.expression(each, 'conditionExpression', body),
      { mono: true, description: '“=”开头的表达式；默认流向不写条件' }) ]);
  }

  door() {
    return group('door', '受理', [ this.list('guards', '把关', this.materials.decisions, '申请时依次问，有一行命中的当场告知'), this.figures() ]);
  }

  ending() {
    return group('ending', '办结', [ this.own('status', '结果', { options: options(STATUS) }) ]);
  }

  figures() {
    return this.own('figuresOn', '标准取哪天', { options: options({ application: '申请之日' }), description: '不设则取办理当日' });
  }

  attribute(name, label, more = {}) {
    const read = each => carrier(each).get(`camunda:${name}`) || '';
    const write = (each, value) => this.write.attributes(each, { [`camunda:${name}`]: value || undefined });
    return (more.options ? choice : text)(name, label, read, write, more);
  }

  own(name, label, more) {
    return choice(name, label, each => property(each, name), (each, value) => this.write.property(each, name, value), more);
  }

  list(name, label, known, description) {
    const read = each => property(each, name).split(',').map(part => part.trim()).filter(Boolean);
    return several(name, label, read, (each, all) => this.write.property(each, name, all.join(',')), { options: known, description });
  }

  /** The other human tasks of the same process. */
  tasks(element) {
    const of = carrier(element);
    return (of.$parent.flowElements || []).filter(each => is(each, 'bpmn:UserTask') && each !== of)
      .map(each => ({ value: each.id, label: each.name || each.id }));
  }
}

/** What a text between quotation marks says, as FEEL or as it is. */
function literal(text = '') {
  return text.replace(/^\s*=?\s*"|"\s*$/g, '');
}

function group(id, label, entries) {
  return { id: `policy-${id}`, label, component: Group, entries, shouldOpen: true };
}

function options(titles) {
  return Object.entries(titles).map(([ value, label ]) => ({ value, label }));
}
