// Hides fields that do not concern somebody, as far as the page can tell; the server decides when the form is sent.
// data-hide-when: ["=" | "!=", control, text or null] | ["and" | "or", …] | ["not", …]

function valueOf(form, name) {
  const controls = [ ...form.querySelectorAll(`[name="${CSS.escape(name)}"]`) ].filter(each => each.type !== 'hidden');
  if (!controls.length) return null;
  if (controls[0].type === 'radio') return controls.find(each => each.checked)?.value ?? null;
  if (controls[0].type === 'checkbox') return String(controls[0].checked);
  return controls[0].value.trim() || null;
}

function holds(form, [ operator, ...rest ]) {
  switch (operator) {
  case 'and': return rest.every(part => holds(form, part));
  case 'or': return rest.some(part => holds(form, part));
  case 'not': return !holds(form, rest[0]);
  default: {
    const same = valueOf(form, rest[0]) === rest[1];
    return operator === '=' ? same : !same;
  }
  }
}

function follow(form) {
  for (const part of form.querySelectorAll('[data-hide-when]')) {
    part.hidden = holds(form, JSON.parse(part.dataset.hideWhen));
  }
}

for (const form of document.querySelectorAll('form')) {
  if (!form.querySelector('[data-hide-when]')) continue;
  follow(form);
  form.addEventListener('input', () => follow(form));
  form.addEventListener('change', () => follow(form));
}
