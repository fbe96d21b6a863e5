// The grid of figures: keys walk it as in a table, what is copied from Excel fills it, and the server holds every value
// against its floors while it is typed.
import { ask, make } from './opening.js';

const PAUSE = 400;

export function walk(form) {
  const rows = [];
  const look = () => rows.splice(0, rows.length, ...[ ...form.querySelectorAll('tbody tr') ].map(row => [ ...row.querySelectorAll('input') ]).filter(row => row.length));
  look();
  for (const button of form.querySelectorAll('[data-another]')) {
    button.hidden = false;
    button.addEventListener('click', () => { another(button); look(); });
  }
  const at = field => {
    const row = rows.findIndex(each => each.includes(field));
    return [ row, rows[row]?.indexOf(field) ?? -1 ];
  };
  form.addEventListener('keydown', event => move(event, rows, at(event.target)));
  form.addEventListener('paste', event => paste(event, rows, at(event.target)));
  const changed = new Set();
  let timer;
  form.addEventListener('input', event => {
    const [ row ] = at(event.target);
    if (row < 0) return;
    changed.add(rows[row]);
    clearTimeout(timer);
    timer = setTimeout(() => {
      hold(form, [ ...changed ]).catch(() => {}); // the server says it again when the form is sent
      changed.clear();
    }, PAUSE);
  });
}

/** A further value of the same cell, from another day: the button moves to its line. */
function another(button) {
  const last = button.closest('tr'), line = last.cloneNode(true), { cell } = last.dataset;
  const place = document.querySelectorAll(`tr[data-cell="${CSS.escape(cell)}"]`).length + 1, name = `${cell}#${place}`;
  const [ value, since ] = line.querySelectorAll('input'), said = line.querySelector('.figure-said');
  line.querySelector('[data-another]').replaceWith(button);
  Object.assign(value, { name: `value:${name}`, value: '' });
  Object.assign(since, { name: `since:${name}`, value: '' });
  value.classList.remove('is-invalid');
  value.setAttribute('aria-describedby', said.id = `said-${name}`);
  said.textContent = '';
  if (!line.classList.contains('figure-more')) {
    line.classList.add('figure-more');
    const title = make('span', 'quiet', `${button.getAttribute('aria-label').split('，')[0]}，另一天起`);
    line.cells[0].replaceChildren(title);
    line.cells[1].replaceChildren();
  }
  last.after(line);
  value.focus();
}

function move(event, rows, [ row, column ]) {
  if (row < 0 || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  const field = event.target, isDay = field.type === 'date';
  const atStart = !isDay && field.selectionStart === 0 && field.selectionEnd === 0;
  const atEnd = !isDay && field.selectionStart === field.value.length;
  const step = { Enter: [ 1, 0 ], ArrowDown: !isDay && [ 1, 0 ], ArrowUp: !isDay && [ -1, 0 ], ArrowLeft: atStart && [ 0, -1 ], ArrowRight: atEnd && [ 0, 1 ] }[event.key];
  if (!step) return;
  const next = rows[row + step[0]]?.[column + step[1]];
  event.preventDefault();
  next?.focus();
  if (next?.type === 'text') next.select();
}

function paste(event, rows, [ row, column ]) {
  const text = event.clipboardData?.getData('text/plain').replace(/\r/g, '').replace(/\n$/, '') || '';
  if (row < 0 || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  text.split('\n').forEach((line, down) => line.split('\t').forEach((value, right) => {
    const field = rows[row + down]?.[column + right];
    if (!field) return;
    field.value = field.type === 'date' ? day(value) : value.trim().replace(/[,，\s]/g, '');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }));
}

/** A day as Excel shows it, as a field of days takes it. */
function day(text) {
  const found = /^\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\s*$/.exec(text);
  return found ? `${found[1]}-${found[2].padStart(2, '0')}-${found[3].padStart(2, '0')}` : '';
}

async function hold(form, rows) {
  const cells = Object.fromEntries(rows.map(([ value, since ]) => [ value.name.replace('value:', ''), { value: value.value, since: since.value } ]));
  const { cells: found } = await ask(form, form.dataset.held, { cells });
  for (const [ value, since ] of rows) {
    const name = value.name.replace('value:', ''), said = document.getElementById(`said-${name}`);
    if (cells[name].value !== value.value || cells[name].since !== since.value) continue; // somebody went on typing
    said.textContent = found[name].message;
    said.classList.toggle('field-error', found[name].refused);
    value.classList.toggle('is-invalid', found[name].refused);
  }
}
