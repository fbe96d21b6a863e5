// 常用语: one click, or ctrl+k and a number, writes a sentence where the cursor stands in an opinion.

const box = document.querySelector('[data-phrases]');
if (box) begin(box.closest('form'));

function begin(form) {
  const list = box.querySelector('[data-phrases-list]'), said = box.querySelector('[data-phrases-said]');
  let field = form.querySelector('.form-grid textarea');
  box.hidden = !field;

  form.addEventListener('focusin', event => { if (event.target.matches('.form-grid textarea')) field = event.target; });
  box.addEventListener('toggle', () => { if (box.open) (list.querySelector('button') || box.querySelector('summary')).focus(); });

  function insert(text) {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
    for (const kind of [ 'input', 'change' ]) field.dispatchEvent(new Event(kind, { bubbles: true }));
    box.open = false;
    field.focus();
  }

  box.addEventListener('click', event => {
    const phrase = event.target.closest('[data-phrase]');
    if (phrase) insert(phrase.textContent);
    if (event.target.closest('[data-phrase-keep]')) keep();
  });
  box.addEventListener('keydown', event => {
    if (!box.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = /^[1-9]$/.test(event.key) && list.querySelectorAll('[data-phrase]')[event.key - 1];
    if (!chosen && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (chosen) return insert(chosen.textContent);
    box.open = false;
    field.focus();
  });

  /** What is marked in the opinion, or all of it. */
  async function keep() {
    const text = field.value.slice(field.selectionStart, field.selectionEnd).trim() || field.value.trim();
    const body = new URLSearchParams({ text, place: 'own', csrf_token: form.elements.csrf_token?.value || '' });
    try {
      const answer = await fetch(`${box.dataset.phrases}?part=1`, { method: 'POST', body, credentials: 'same-origin' });
      const html = await answer.text();
      if (answer.ok && !answer.redirected) list.innerHTML = html;
      const refusal = new DOMParser().parseFromString(html, 'text/html').querySelector('.field-error')?.textContent;
      said.textContent = answer.ok ? '已存为自己的常用语' : refusal || '没有保存，请稍后再试';
    } catch {
      said.textContent = '没有保存，请检查网络';
    }
  }
}
