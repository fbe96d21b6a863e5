// Asks the server what is wrong with the texts of the shown decision, a moment after the last key.
import { ask, make } from './opening.js';

const PAUSE = 400;

export class Checker {
  constructor(host, place, tables) {
    Object.assign(this, { host, place, tables });
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now().catch(() => { this.place.textContent = ''; }), PAUSE);
  }

  async now() {
    const texts = textsOf(this.tables.getActiveView()?.element.decisionLogic);
    const turn = this.turn = (this.turn || 0) + 1;
    const { findings } = texts.length ? await ask(this.host, this.host.dataset.feel, { texts }) : { findings: [] };
    if (turn !== this.turn) return; // somebody went on typing
    document.querySelectorAll('.dmn-wrong').forEach(each => each.classList.remove('dmn-wrong'));
    this.place.replaceChildren(...findings.map(({ id, message }) => {
      document.querySelector(`[data-element-id="${CSS.escape(id)}"]`)?.classList.add('dmn-wrong');
      return make('li', '', `${texts.find(each => each.id === id).place}：${message}`);
    }));
  }
}

/** Every text of a decision with its place in words, the type it is held against, and whether it is a condition. */
function textsOf(logic) {
  if (logic?.$type !== 'dmn:DecisionTable') return logic?.text ? [ { id: logic.id, text: logic.text, unary: false, type: '', place: '表达式' } ] : [];
  const inputs = logic.input.map(input => ({ title: input.label || input.inputExpression?.text || '条件', type: input.inputExpression?.typeRef || '' }));
  const heads = logic.input.filter(input => input.inputExpression?.text).map((input, at) => (
    { id: input.inputExpression.id, text: input.inputExpression.text, unary: false, type: inputs[at].type, place: `条件列“${inputs[at].title}”` }));
  const cells = (logic.rule || []).flatMap((rule, index) => [
    ...rule.inputEntry.map((cell, at) => ({ id: cell.id, text: cell.text, unary: true, type: inputs[at].type, place: `第 ${index + 1} 行“${inputs[at].title}”` })),
    ...rule.outputEntry.map((cell, at) => ({ id: cell.id, text: cell.text, unary: false, type: logic.output[at].typeRef || '', allowed: logic.output[at].outputValues?.text || '', place: `第 ${index + 1} 行“${logic.output[at].label || logic.output[at].name || '结果'}”` })),
  ]);
  return [ ...heads, ...cells ].filter(each => each.text && each.text.trim() !== '-');
}
