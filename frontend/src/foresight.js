// What would follow is shown beside the form: when asked for, and by itself once everything that must be there is.
// The server does the real thing and takes it back; where that takes long, or others write, it is done only when asked for.

import { ask } from './leaving.js';

const PAUSE_MS = 900, CHEAP_MS = 1500;
const AWAY = '没有预览成功，请检查网络后再试；填写的内容没有变化。';

const button = document.querySelector('[data-foresee]'), place = document.getElementById('foresight');
if (button && place) watch(button.form);

function watch(form) {
  let running = null, timer = 0, cheap = true;

  /** Ask and show; the cursor goes there only where somebody asked. */
  async function look(asked) {
    clearTimeout(timer);
    running?.abort();
    running = new AbortController();
    const begun = performance.now(), { signal } = running;
    place.setAttribute('aria-busy', 'true');
    try {
      const url = new URL(button.formAction);
      url.searchParams.set('part', asked ? 'asked' : 'itself');
      const said = await ask(url, typed(), running);
      if (signal.aborted) return;
      if (!said?.ok || said.redirected) throw new Error(said?.status);
      cheap = performance.now() - begun < CHEAP_MS;
      if (said.status !== 204) show(await said.text()); // else somebody writes just now, or it is nobody's work any more
    } catch {
      if (signal.aborted) return;
      place.textContent = asked ? AWAY : '';
    }
    place.removeAttribute('aria-busy');
    if (asked) {
      place.querySelector('h2')?.focus({ preventScroll: true });
      place.scrollIntoView({ block: 'nearest' });
    }
  }

  /** Which letters are open stays as it was. */
  function show(html) {
    const open = [ ...place.querySelectorAll('details.letter') ].map(each => each.open);
    place.innerHTML = html;
    place.querySelectorAll('details.letter').forEach((each, at) => { each.open = open[at] ?? each.open; });
  }

  function typed() {
    const found = new URLSearchParams();
    for (const [ name, value ] of new FormData(form)) if (typeof value === 'string') found.append(name, value);
    return found;
  }

  /** Whether nothing that must be there is missing; what a condition hides is not asked for. */
  function filled() {
    const asked = [ ...form.querySelectorAll('[aria-required=true], [data-required]') ].filter(each => each.offsetParent);
    return asked.length > 0 && asked.every(each => each.matches('fieldset, [type=checkbox]')
      ? each.parentNode.querySelector(':checked') : each.value.trim());
  }

  button.addEventListener('click', event => {
    event.preventDefault();
    look(true);
  });
  form.addEventListener('input', () => place.firstElementChild?.classList.add('is-stale'));
  form.addEventListener('change', () => {
    clearTimeout(timer);
    if (cheap && filled()) timer = setTimeout(() => look(false), PAUSE_MS);
  });
}
