// Forms: asked before what cannot be undone, sent once, and left only knowingly while something is unsaved.
import { sendWhole } from './files.js';

const KEEP_ALIVE_MS = 5 * 60 * 1000;
let unsaved = null, kept = Date.now();

document.addEventListener('submit', event => {
  const form = event.target, button = event.submitter;
  const question = button?.dataset.confirm || form.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    return;
  }
  if (form.method !== 'post') return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (!button?.formTarget && form.target !== '_blank') {
    form.dataset.sent = 'true';
    form.setAttribute('aria-busy', 'true');
    unsaved = null;
  }
  sendWhole(event);
});

// A page that comes back from the history may be sent again.
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent;
    form.removeAttribute('aria-busy');
  }
});

document.addEventListener('input', event => {
  const guarded = event.target.form?.dataset.guard;
  if (guarded === undefined) return;
  if (!event.target.form.dataset.draft) unsaved = event.target.form;
  if (guarded && Date.now() - kept > KEEP_ALIVE_MS) { // filling in a long form is no idleness
    kept = Date.now();
    fetch(guarded, { credentials: 'same-origin' }).catch(() => {});
  }
});

window.addEventListener('beforeunload', event => {
  if (unsaved) event.preventDefault();
});

// Paper cannot be clicked: what belongs to the file is open on it.
const opened = [];

window.addEventListener('beforeprint', () => {
  for (const each of document.querySelectorAll('details[data-printed]:not([open])')) {
    each.open = true;
    opened.push(each);
  }
});
window.addEventListener('afterprint', () => {
  for (const each of opened.splice(0)) each.open = false;
});

document.addEventListener('click', event => {
  if (event.target.closest('[data-print]')) window.print();
  const chooser = event.target.closest('[data-check-all]');
  if (chooser) {
    for (const box of document.querySelectorAll(chooser.dataset.checkAll)) box.checked = chooser.checked;
  }
});

document.addEventListener('change', event => {
  if (event.target.matches('[data-submit]')) event.target.form.requestSubmit();
});
