// Completes names and values where FEEL is typed: in fields of forms and in the cells of tables. The list hangs on the
// body, since the libraries cut off what stands out of their own boxes.
import { functions } from './functions.js';
import { make } from './opening.js';

const MOST = 12, WORD = /[\w\u4e00-\u9fff.]*$/;
const COMPARED = /([\w\u4e00-\u9fff.]+)\s*(?:!?=|in\s*\()\s*("[^"]*|[\w.]*)$/;

/** What is offered where expressions are typed, from `[{name, type, title, values}]` as the server gives names. */
export function expressions(names) {
  return [ ...names.map(each => ({ value: each.name, type: each.type, title: each.title, values: each.values })), ...functions ];
}

/**
 * Completes in the fields below `place` that match `fields`. `offers(field)` gives `[{value, type, title, whole, values}]`:
 * a `whole` value is offered as soon as the field has the focus and takes the place of everything in it, the `values` of
 * a name are offered where it is compared.
 */
export function complete(place, fields, offers) {
  const list = make('ul', 'completion');
  list.setAttribute('role', 'listbox');
  list.hidden = true;
  document.body.append(list);
  const state = { list, field: null, at: 0, found: [] };
  const show = (field, before) => {
    Object.assign(state, { field, at: -1, found: matching(offers(field), before) });
    draw(state);
  };
  const on = (kind, act) => place.addEventListener(kind, event => {
    const field = event.target.closest?.(fields);
    if (field) act(field);
  });
  on('input', field => show(field, textBefore(field)));
  on('focusin', field => show(field, ''));
  place.addEventListener('focusout', () => hide(state));
  place.addEventListener('keydown', event => keys(event, state), true);
  list.addEventListener('mousedown', event => {
    event.preventDefault(); // the field keeps the focus
    const item = event.target.closest('li');
    if (item) take(state, [ ...list.children ].indexOf(item));
  });
}

function matching(all, before) {
  const [ , compared, begun ] = COMPARED.exec(before) || [];
  const values = all.find(each => each.value === compared)?.values || [];
  if (values.length) return values.filter(each => each !== begun && each.startsWith(begun)).slice(0, MOST).map(value => ({ value, type: '', title: '', back: begun.length }));
  const word = WORD.exec(before)[0], wanted = word.toLowerCase(), typed = before.trim().replace(/^"/, '').toLowerCase();
  const fits = each => each.whole ? each.value.toLowerCase().replace(/^"/, '').startsWith(typed)
    : wanted && (each.value.toLowerCase().includes(wanted) || each.title.includes(word));
  const begins = each => each.whole || each.value.toLowerCase().startsWith(wanted);
  return all.filter(each => each.value !== before.trim() && each.value !== word && fits(each))
    .sort((a, b) => begins(b) - begins(a)).slice(0, MOST);
}

function draw({ list, found, field, at }) {
  list.hidden = !found.length;
  list.replaceChildren(...found.map((each, index) => {
    const told = [ each.title, each.type ].filter(Boolean).join(' · ');
    const item = make('li', index === at ? 'is-chosen' : '', '', make('code', '', each.value), make('span', 'quiet', told));
    item.setAttribute('role', 'option');
    item.setAttribute('aria-selected', index === at);
    return item;
  }));
  const box = field.getBoundingClientRect();
  list.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - list.offsetWidth - 8)) + window.scrollX}px`;
  const below = window.innerHeight - box.bottom, over = list.offsetHeight > below && box.top > below;
  list.style.top = `${(over ? box.top - list.offsetHeight - 2 : box.bottom + 2) + window.scrollY}px`;
}

function hide(state) {
  state.list.hidden = true;
}

function keys(event, state) {
  if (state.list.hidden || event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const takes = state.at >= 0 && [ 'Enter', 'Tab' ].includes(event.key); // what nobody chose is not put in
  if (!step && !takes && event.key !== 'Escape') return;
  event.preventDefault();
  event.stopPropagation();
  if (step) {
    state.at = (Math.max(state.at, step > 0 ? -1 : 0) + step + state.found.length) % state.found.length;
    draw(state);
  } else if (event.key === 'Escape') hide(state);
  else take(state, state.at);
}

function take(state, index) {
  const { field, found } = state, chosen = found[index];
  if (!chosen) return;
  const before = textBefore(field), back = chosen.back ?? (chosen.whole ? before : WORD.exec(before)[0]).length;
  if (field.setRangeText) {
    const end = field.selectionStart;
    field.setRangeText(chosen.value, end - back, chosen.whole ? field.value.length : end, 'end');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  } else {
    if (chosen.whole) getSelection().selectAllChildren(field);
    else for (let left = back; left; left--) getSelection().modify('extend', 'backward', 'character');
    document.execCommand('insertText', false, chosen.value); // as if it was typed, so that the cell notices
  }
  hide(state);
}

function textBefore(field) {
  if (field.setRangeText) return field.value.slice(0, field.selectionStart);
  const selection = getSelection();
  if (!selection.rangeCount || !field.contains(selection.anchorNode)) return '';
  const range = document.createRange();
  range.selectNodeContents(field);
  range.setEnd(selection.anchorNode, selection.anchorOffset);
  return range.toString();
}
