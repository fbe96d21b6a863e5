// Keys for people who clear forty tasks a day: j and k walk the rows, x picks one, Enter opens one, / searches, ? explains.

const rows = () => [ ...document.querySelectorAll('[data-rows] [data-row]') ];

/** Whether letters go into what has the focus; a choice or a button takes none. */
function typing(target) {
  return target.isContentEditable || target.matches?.('select, textarea, input:not([type=radio], [type=checkbox])');
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex(row => row.classList.contains('is-current'));
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  all[at]?.classList.remove('is-current');
  next.classList.add('is-current');
  next.querySelector('a')?.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

function pick() {
  const box = document.querySelector('[data-row].is-current [data-pick]');
  if (box) box.checked = !box.checked;
  box?.dispatchEvent(new Event('change', { bubbles: true }));
}

/**
 * How many are picked stands at the buttons that act on them, which are there only then. What decides them together is
 * there where they are all of one step that allows it.
 */
function count() {
  const bar = document.querySelector('[data-picked]'), picked = [ ...document.querySelectorAll('[data-pick]:checked') ];
  if (!bar) return;
  bar.classList.toggle('is-empty', !picked.length);
  bar.querySelector('[data-picked-count]').textContent = picked.length;
  const steps = new Set(picked.map(each => each.dataset.together)), decide = bar.querySelector('[data-decide]');
  if (decide) decide.hidden = steps.size !== 1 || steps.has(undefined);
}

const actions = {
  j: () => step(1),
  k: () => step(-1),
  x: pick,
  '/': () => document.querySelector('[data-search]')?.focus(),
  '?': explain,
  f: () => document.querySelector('form[data-first] .form-grid :is(input:not([type=hidden]), select, textarea)')?.focus(),
};

/** What a page's own buttons are pressed with: `data-key` is a key, or `ctrl+` and one, which also works while typing. */
function press(event) {
  const chord = event.ctrlKey || event.metaKey, key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!chord && typing(event.target)) return false;
  const wanted = chord ? `ctrl+${key}` : key;
  const button = keyed().find(each => each.dataset.key === wanted);
  if (!button) return false;
  event.preventDefault();
  button.click();
  return true;
}

const keyed = () => [ ...document.querySelectorAll('[data-key]') ].filter(each => each.offsetParent && !each.disabled);
const SHOWN = { Enter: '回车', ' ': '空格' };

/** The list of keys is made of what this page has, so that it is true. */
function explain() {
  const list = document.querySelector('[data-keys]');
  if (!list) return;
  list.toggleAttribute('open');
  const found = keyed().map(each => [ each.dataset.key, each.textContent.trim() ]);
  if (rows().length) found.unshift([ 'j', '下一条' ], [ 'k', '上一条' ], [ 'x', '选中' ], [ 'Enter', '打开' ]);
  if (document.querySelector('[data-search]')) found.push([ '/', '查找' ]);
  if (document.querySelector('[data-first]')) found.push([ 'f', '回到表单' ], [ 'Escape', '离开输入框' ]);
  found.push([ '?', '本说明' ]);
  list.querySelector('span').replaceChildren(...found.flatMap(([ key, told ]) => {
    const keys = key.split('+').flatMap((each, at) => [ at ? '+' : '', Object.assign(document.createElement('kbd'), { textContent: SHOWN[each] || each }) ]);
    return [ ...keys, ` ${told}　` ];
  }));
  if (list.open) list.scrollIntoView({ block: 'nearest' });
}

document.addEventListener('keydown', event => {
  if (event.isComposing || event.altKey) return;
  if (event.key === 'Escape' && event.target.matches?.('[data-search], [data-first] :is(input, select, textarea)')) event.target.blur();
  if (press(event)) return;
  if (event.ctrlKey || event.metaKey) return;
  if (typing(event.target)) return;
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

document.addEventListener('change', event => event.target.matches?.('[data-pick]') && count());
document.addEventListener('htmx:afterSwap', count);
count();

document.addEventListener('focusin', event => {
  const row = event.target.closest('[data-row]');
  for (const other of document.querySelectorAll('[data-row].is-current')) other.classList.toggle('is-current', other === row);
  row?.classList.add('is-current');
});
