// What the gate finds, beside the editor: the server sends the list after each save; this leads to each place and marks
// it. A finding of another file is a plain link.

const list = document.getElementById('findings');
let asking, shown = () => {};

/**
 * `go(finding)` brings its place into view, `mark(findings)` marks the places of this file anew. A finding is
 * `{severity, message, at, row, cell}`; row and cell count from 1, 0 where there is none.
 */
export function showFindings(host, go, mark = () => {}) {
  if (!list) return;
  const own = () => [ ...list.querySelectorAll('[data-file]') ].filter(each => each.dataset.file === host.dataset.path);
  shown = () => mark(own().map(read));
  list.addEventListener('click', event => {
    const line = event.target.closest('a') && event.target.closest('[data-file]');
    if (!line || !own().includes(line)) return;
    event.preventDefault();
    go(read(line));
  });
  shown(); // the list may have come before the editor
  const asked = new URLSearchParams(location.search);
  if (asked.get('at') || asked.get('row')) go({ at: asked.get('at') || '', row: Number(asked.get('row')), cell: Number(asked.get('cell')) });
}

/** What is shown is not yet of what was typed. */
export function outdated() {
  if (list) list.inert = true;
}

/** Once the server has the content, the list is asked for again; an answer about an older content is not waited for. */
export async function saved() {
  if (!list) return;
  asking?.abort();
  const mine = asking = new AbortController();
  try {
    const answer = await fetch(list.dataset.address, { credentials: 'same-origin', redirect: 'manual', signal: mine.signal });
    if (!answer.ok) throw new Error(answer.status);
    list.innerHTML = await answer.text();
    list.inert = false;
    shown();
  } catch {
    if (mine === asking && !mine.signal.aborted) list.textContent = '检查结果没有取到，下次保存后再取；也可以在变更页面“检查全部”。';
  }
}

function read(line) {
  const { severity, at, row, cell } = line.dataset;
  return { severity, at, row: Number(row), cell: Number(cell), message: line.querySelector('.finding-told').textContent };
}

saved();
