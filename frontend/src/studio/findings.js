// What the gate finds, beside the editor: the server sends the list after each save; this leads to each place and marks
// it. A finding of another file is a plain link.

/**
 * `go(finding)` brings its place into view, `mark(findings)` marks the places of this file anew. A finding is
 * `{severity, message, at, row, cell}`; row and cell count from 1, 0 where there is none.
 */
export function showFindings(host, go, mark = () => {}) {
  const list = document.getElementById('findings');
  if (!list) return;
  const own = () => [ ...list.querySelectorAll('[data-file]') ].filter(each => each.dataset.file === host.dataset.path);
  list.addEventListener('htmx:afterSettle', () => {
    list.inert = false;
    mark(own().map(read));
  });
  list.addEventListener('click', event => {
    const line = event.target.closest('a') && event.target.closest('[data-file]');
    if (!line || !own().includes(line)) return;
    event.preventDefault();
    go(read(line));
  });
  mark(own().map(read)); // the list may have come before the editor
  const asked = new URLSearchParams(location.search);
  if (asked.get('at') || asked.get('row')) go({ at: asked.get('at') || '', row: Number(asked.get('row')), cell: Number(asked.get('cell')) });
}

/** What is shown is not yet of what was typed. */
export function outdated() {
  const list = document.getElementById('findings');
  if (list) list.inert = true;
}

/** Once the server has the content, the list is asked for again. */
export function saved() {
  document.dispatchEvent(new Event('saved'));
}

function read(line) {
  const { severity, at, row, cell } = line.dataset;
  return { severity, at, row: Number(row), cell: Number(cell), message: line.querySelector('.finding-told').textContent };
}
