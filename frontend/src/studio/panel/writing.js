// Reading and writing what an element says in the words of Camunda 7. Every write is one step that can be undone.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

/** The element that carries the properties: of a pool it is the process in it. */
export function carrier(element) {
  const shown = getBusinessObject(element);
  return is(shown, 'bpmn:Participant') && shown.processRef || shown;
}

export function extension(element, type) {
  return (carrier(element).extensionElements?.values || []).find(each => is(each, type));
}

export function property(element, name) {
  return extension(element, 'camunda:Properties')?.values?.find(each => each.name === name)?.value || '';
}

/** The inputs (or outputs) of an element as [name, text] pairs. */
export function parameters(element, kind = 'inputParameters') {
  return (extension(element, 'camunda:InputOutput')?.[kind] || []).map(each => [ each.name, each.value || '' ]);
}

export function documentation(element) {
  return carrier(element).documentation?.[0]?.text || '';
}

export class Writer {
  constructor(injector) {
    this.modeling = injector.get('modeling');
    this.factory = injector.get('bpmnFactory');
  }

  attributes(element, values) {
    this.modeling.updateModdleProperties(element, carrier(element), values);
  }

  documentation(element, text) {
    this.attributes(element, { documentation: text ? [ this.create('bpmn:Documentation', { text }, carrier(element)) ] : [] });
  }

  expression(element, name, body) {
    this.attributes(element, { [name]: body ? this.create('bpmn:FormalExpression', { body }, carrier(element)) : undefined });
  }

  property(element, name, value) {
    const all = (extension(element, 'camunda:Properties')?.values || []).filter(each => each.name !== name);
    const next = value ? [ ...all, this.create('camunda:Property', { name, value }) ] : all;
    this.extend(element, 'camunda:Properties', { values: next }, next.length > 0);
  }

  parameter(element, name, value, kind = 'inputParameters') {
    const old = extension(element, 'camunda:InputOutput');
    const type = kind === 'inputParameters' ? 'camunda:InputParameter' : 'camunda:OutputParameter';
    const mine = this.create(type, { name, value });
    const all = old?.[kind] || [], known = all.some(each => each.name === name);
    const changed = all.flatMap(each => each.name !== name ? [ each ] : value ? [ mine ] : []);
    const next = known || !value ? changed : [ ...changed, mine ];
    const both = { inputParameters: old?.inputParameters || [], outputParameters: old?.outputParameters || [], [kind]: next };
    this.extend(element, 'camunda:InputOutput', both, both.inputParameters.length + both.outputParameters.length > 0);
  }

  /** Puts a new extension of this type in the place of the old one, or takes it away. */
  extend(element, type, values, wanted) {
    const owner = carrier(element), old = owner.extensionElements?.values || [];
    const fresh = this.create(type, values), place = old.findIndex(each => is(each, type));
    const next = old.filter(each => !is(each, type));
    if (wanted) next.splice(place < 0 ? next.length : place, 0, fresh);
    const holder = next.length ? this.create('bpmn:ExtensionElements', { values: next }, owner) : undefined;
    next.forEach(each => { each.$parent = holder; });
    this.attributes(element, { extensionElements: holder });
  }

  create(type, values, parent) {
    const made = this.factory.create(type, values);
    made.$parent = parent;
    for (const inner of Object.values(values).flat()) if (inner?.$type) inner.$parent = made;
    return made;
  }
}
