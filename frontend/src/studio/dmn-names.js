// What is completed in the cells of a decision: the names that may be read where its table is asked, and in a column of
// results the values that it may have.
import { complete } from './completion.js';
import { ask } from './opening.js';

const CELLS = '.dmn-line textarea, .dmn-decision-table-container [contenteditable=true], .dmn-literal-expression-container [contenteditable=true]';

export function completeCells(host, logic) {
  let names = [];
  ask(host, host.dataset.names).then(told => { names = told.names; }).catch(() => {}); // the draft cannot be read yet
  complete(host, CELLS, field => [
    ...results(logic(), field).map(value => ({ value, type: '', title: '', whole: true })),
    ...names.map(each => ({ value: each.name, type: each.type, title: each.title })),
  ]);
}

/** What the column of a result may have: the values it declares, else those that stand in its other rows. */
function results(table, field) {
  const id = field.dataset.cell || field.closest('[data-element-id]')?.dataset.elementId;
  const at = table?.rule?.map(rule => rule.outputEntry.findIndex(cell => cell.id === id)).find(index => index >= 0);
  if (at === undefined) return [];
  const { typeRef, outputValues } = table.output[at];
  if (typeRef === 'boolean') return [ 'true', 'false' ];
  if (outputValues?.text) return outputValues.text.match(/"[^"]*"|[^,\s]+/g) || [];
  return [ ...new Set(table.rule.map(rule => rule.outputEntry[at].text).filter(text => /^("[^"]*"|[\d.]+)$/.test(text || ''))) ];
}
