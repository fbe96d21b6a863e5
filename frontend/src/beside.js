// What stands beside a field follows what is typed; a declared value is taken over with one click.

import { ask } from './leaving.js';

const PAUSE_MS = 350;
const form = document.querySelector('form[data-rules]');
if (form) follow(form);

function follow(form) {
  let timer = 0, running = null;

  async function look() {
    running?.abort();
    const mine = running = new AbortController(), body = new URLSearchParams();
    for (const [ name, value ] of new FormData(form)) if (typeof value === 'string') body.append(name, value);
    try {
      const said = await ask(form.dataset.rules, body, mine);
      if (said?.status !== 200 || said.redirected || mine.signal.aborted) return; // 204: nobody's work any more
      const found = await said.json();
      for (const place of form.querySelectorAll('[data-beside]')) {
        const html = found[place.dataset.beside];
        if (html !== undefined && html !== place.innerHTML) place.innerHTML = html;
      }
    } catch { /* what stood there stays: the server judges what is submitted */ }
  }

  form.addEventListener('change', () => {
    clearTimeout(timer);
    if (form.querySelector('[data-beside]')) timer = setTimeout(look, PAUSE_MS);
  });
  form.addEventListener('click', event => {
    const button = event.target.closest('[data-take]');
    if (!button) return;
    const control = form.elements[button.closest('[data-beside]').dataset.beside];
    control.value = button.dataset.take;
    control.focus();
    for (const kind of [ 'input', 'change' ]) control.dispatchEvent(new Event(kind, { bubbles: true }));
  });
}
