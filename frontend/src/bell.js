// The bell in the head of a page, how long a completed task may still be taken back, and names to mention in a comment.

const EVERY = 30_000;
const bell = document.querySelector('[data-bell]');
let stamp = '';

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(bell.dataset.bell, { headers: stamp ? { 'If-None-Match': stamp } : {} });
    if (answer.status !== 200 || answer.redirected) return;
    const known = stamp;
    stamp = answer.headers.get('ETag') || '';
    const { count, text } = await answer.json(), shown = bell.querySelector('[data-bell-count]');
    const more = shown.textContent !== count && count;
    shown.textContent = count;
    shown.hidden = !count;
    bell.title = text;
    bell.setAttribute('aria-label', text);
    if (more && known) document.querySelector('[data-said]').textContent = text;
  } catch {
    // The network is away: the next look tries again.
  }
}

if (bell) {
  setInterval(look, EVERY);
  document.addEventListener('visibilitychange', look);
  window.addEventListener('focus', look);
}

const undo = document.querySelector('[data-undo]');
if (undo) {
  const until = Date.now() + Number(undo.dataset.undo) * 1000;
  const tick = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / 1000);
    undo.querySelector('[data-undo-left]').textContent = Math.max(left, 0);
    if (left > 0) return;
    clearInterval(tick);
    undo.remove();
  }, 1000);
}

document.addEventListener('click', event => {
  const button = event.target.closest('[data-mention]');
  if (!button) return;
  const field = document.getElementById(button.dataset.into), before = field.value;
  field.value = `${before}${before && !/\s$/.test(before) ? ' ' : ''}@${button.dataset.mention} `;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.focus();
});
