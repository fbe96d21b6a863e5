// What is completed in the cells of a decision: the names that may be read where its table is asked, and the values that
// a column of results may have or that are known of what a condition reads.
import { complete, expressions } from './completion.js';
import { ask } from './opening.js';

const CELLS = '.dmn-line textarea, .dmn-decision-table-container [contenteditable=true], .dmn-literal-expression-container [contenteditable=true]';

export function completeCells(host, logic) {
  let names = [];
  ask(host, host.dataset.names).then(told => { names = told.names; }).catch(() => {}); // the draft cannot be read yet
  complete(host, CELLS, field => [
    ...[ ...results(logic(), field), ...read(logic(), field, names) ].map(value => ({ value, type: '', title: '', whole: true })),
    ...expressions(names),
  ]);
}

/** What the column of a result may have: the values it declares, else those that stand in its other rows. */
function results(table, field) {
  const at = column(table, field, 'outputEntry');
  if (at === undefined) return [];
  const { typeRef, outputValues } = table.output[at];
  if (typeRef === 'boolean') return [ 'true', 'false' ];
  if (outputValues?.text) return listed(outputValues.text);
  return [ ...new Set(table.rule.map(rule => rule.outputEntry[at].text).filter(text => /^("[^"]*"|[\d.]+)$/.test(text || ''))) ];
}

/** What the column of a condition may hold: the values it declares, else those of the name that it reads. */
function read(table, field, names) {
  const at = column(table, field, 'inputEntry');
  if (at === undefined) return [];
  const { inputExpression, inputValues } = table.input[at];
  if (inputValues?.text) return listed(inputValues.text);
  return names.find(each => each.name === inputExpression?.text?.trim())?.values || [];
}

/** In which column of `entries` a cell stands. */
function column(table, field, entries) {
  const id = field.dataset.cell || field.closest('[data-element-id]')?.dataset.elementId;
  return table?.rule?.map(rule => rule[entries].findIndex(cell => cell.id === id)).find(index => index >= 0);
}

function listed(text) {
  return text.match(/"[^"]*"|[^,\s]+/g) || [];
}
