// A list that stays true while somebody looks at it: what colleagues take or finish is said in its row, and what they
// finished turns grey where it stands. Nothing moves or goes away under the finger; new work is a line to be clicked.

const EVERY = 20_000;

function show(list, { rows, fresh }) {
  for (const row of list.querySelectorAll('[data-item]')) {
    const told = rows[row.dataset.item];
    const cell = row.querySelector('[data-handler]');
    if (!told || row.classList.contains('is-gone')) continue;
    row.classList.toggle('is-gone', told.gone);
    if (told.gone) row.setAttribute('aria-label', told.text);
    if (cell && !cell.querySelector('form') && cell.textContent.trim() !== told.text) cell.textContent = told.text;
    if (told.gone) unpick(row);
  }
  const line = list.querySelector('[data-fresh]');
  if (!line) return;
  line.hidden = !fresh;
  line.textContent = fresh && `${fresh}，点这里显示`;
}

/** What nobody can do any more is not picked either, and is not counted. */
function unpick(row) {
  const box = row.querySelector('[data-pick]');
  if (box?.checked) {
    box.checked = false;
    box.dispatchEvent(new Event('change', { bubbles: true }));
  }
  box?.closest('label').remove();
}

async function look() {
  const list = document.querySelector('[data-live]');
  if (!list || document.hidden) return;
  const ids = [ ...list.querySelectorAll('[data-item]') ].map(row => row.dataset.item);
  const address = `${list.dataset.live}?${new URLSearchParams({ ids: ids.join(','), since: list.dataset.since })}`;
  const headers = list.dataset.stamp ? { 'If-None-Match': list.dataset.stamp } : {};
  try {
    const answer = await fetch(address, { headers });
    if (answer.status !== 200 || answer.redirected) return;
    list.dataset.stamp = answer.headers.get('ETag') || '';
    show(list, await answer.json());
  } catch {
    // The network is away: the next look tries again.
  }
}

if (document.querySelector('[data-live]')) {
  setInterval(look, EVERY);
  document.addEventListener('visibilitychange', look);
  window.addEventListener('focus', look);
}
