// Keys for people who clear forty tasks a day: j and k walk the rows, x picks one, Enter opens one, / searches, ? explains.

const rows = () => [ ...document.querySelectorAll('[data-rows] [data-row]') ];

function typing(target) {
  return target.isContentEditable || /^(input|select|textarea|button|a)$/i.test(target.tagName);
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

/** How many are picked stands at the buttons that act on them, which are there only then. */
function count() {
  const bar = document.querySelector('[data-picked]'), picked = document.querySelectorAll('[data-pick]:checked').length;
  if (!bar) return;
  bar.classList.toggle('is-empty', !picked);
  bar.querySelector('[data-picked-count]').textContent = picked;
}

const actions = {
  j: () => step(1),
  k: () => step(-1),
  x: pick,
  '/': () => document.querySelector('[data-search]')?.focus(),
  '?': () => document.querySelector('[data-keys]')?.toggleAttribute('open'),
};

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === 'Escape' && event.target.matches?.('[data-search]')) event.target.blur();
  const onRow = event.target.closest?.('[data-row]');
  if (typing(event.target) && !onRow) return;
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

document.addEventListener('change', event => event.target.matches?.('[data-pick]') && count());
count();

document.addEventListener('focusin', event => {
  const row = event.target.closest('[data-row]');
  for (const other of document.querySelectorAll('[data-row].is-current')) other.classList.toggle('is-current', other === row);
  row?.classList.add('is-current');
});
