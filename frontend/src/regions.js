// A region is chosen by its names, one list a level; what hangs below a choice is fetched. Without a script a button does.

const LABELS = [ '省（自治区、直辖市）', '市（州）', '县（市、区）' ];

for (const box of document.querySelectorAll('[data-region]')) {
  box.addEventListener('change', async event => {
    const lists = [ ...box.querySelectorAll('select') ], level = lists.indexOf(event.target);
    if (level < 0) return;
    for (const deeper of lists.slice(level + 1)) deeper.parentElement.remove();
    const { value } = event.target, asked = level + 1;
    if (!value || asked >= LABELS.length) return;
    try {
      const answer = await fetch(`/regions?above=${value}`, { credentials: 'same-origin' });
      const found = await answer.json();
      if (!found.length || event.target.value !== value) return;
      add(event.target, asked, found);
    } catch { /* no network: the choice so far stays, and is said to be too short when it is sent */ }
  });
}

function add(above, level, regions) {
  const part = above.parentElement.cloneNode(true), list = part.querySelector('select'), label = part.querySelector('label');
  list.id = above.id.replace(/\d+$/, level + 1);
  label.htmlFor = list.id;
  label.textContent = LABELS[level];
  list.classList.remove('is-invalid');
  list.replaceChildren(new Option('请选择', ''), ...regions.map(([ code, name ]) => new Option(name, code)));
  above.parentElement.after(part);
}
