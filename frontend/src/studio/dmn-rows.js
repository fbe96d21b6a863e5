// A decision table in sentences: row by row "when … then …", each cell a field. Edits go through the table's own
// commands, so that both show the same and both can be undone.
import { make } from './opening.js';

const PAUSE = 300;

/** `viewer` is the table's editor; null shows the rows only. */
export function drawRows(place, table, viewer) {
  const rules = table.rule || [];
  const cards = rules.map((rule, index) => card(table, rule, index, viewer));
  if (viewer) cards.push(adder(place, table, viewer));
  place.replaceChildren(...cards);
}

function card(table, rule, index, viewer) {
  const modeling = viewer?.get('modeling');
  const asked = table.input.map((input, at) => {
    const title = input.label || input.inputExpression?.text || '条件';
    return line(at ? '且' : '当', title, rule.inputEntry[at]?.text, text => modeling.editCell(rule.inputEntry[at], text), viewer, '任意', `${index + 1} 行 ${title}`, rule.inputEntry[at]?.id);
  });
  const given = table.output.map((output, at) => {
    const title = output.label || output.name || '结果';
    return line(at ? '并' : '则', title, rule.outputEntry[at]?.text, text => modeling.editCell(rule.outputEntry[at], text), viewer, '空', `${index + 1} 行 ${title}`, rule.outputEntry[at]?.id);
  });
  const basis = line('依据', '', rule.description, text => modeling.editAnnotation(rule, text), viewer, '', `${index + 1} 行依据`);
  return make('section', 'dmn-row', '', make('h3', '', `第 ${index + 1} 行`), ...asked, ...given, basis);
}

function line(word, title, text, write, viewer, empty, label, cell = '') {
  const shown = !text || text === '-' ? '' : text;
  const head = make('span', 'dmn-word', '', make('b', '', word), ` ${title}`);
  if (!viewer) return make('div', 'dmn-line', '', head, make('code', '', shown || empty));
  const field = Object.assign(make('textarea', 'form-control'), { value: shown, placeholder: empty, rows: 1, ariaLabel: `第 ${label}`, spellcheck: false });
  field.dataset.cell = cell;
  let timer;
  const put = () => {
    clearTimeout(timer);
    if (field.value !== shown || field.dataset.written) write(field.value);
    field.dataset.written = 'yes';
  };
  field.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(put, PAUSE); });
  field.addEventListener('change', put);
  return make('div', 'dmn-line', '', head, field);
}

function adder(place, table, viewer) {
  const button = Object.assign(make('button', 'btn btn-outline-primary', '增加一行'), { type: 'button' });
  button.addEventListener('click', () => {
    viewer.get('modeling').addRow({ type: 'dmn:DecisionRule' });
    drawRows(place, table, viewer);
  });
  return button;
}
