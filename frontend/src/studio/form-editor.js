// The editor of forms: form-js, with the form as a phone shows it beside; what may not be edited is only shown.
import '@bpmn-io/form-js-editor/dist/assets/form-js-editor.css';
import '@bpmn-io/form-js-editor/dist/assets/properties-panel.css';
import '@bpmn-io/form-js-viewer/dist/assets/form-js.css';
import './studio.css';
import './form-editor.css';
import { FormEditor } from '@bpmn-io/form-js-editor';
import { Form } from '@bpmn-io/form-js-viewer';
import { complete, expressions } from './completion.js';
import { showFindings } from './findings.js';
import { ask, failed, make, openFile } from './opening.js';

const PAUSE = 400, FRESH = 3000, EXPRESSIONS = '[class*=bio-properties-panel-feel] [contenteditable=true]';

for (const host of document.querySelectorAll('[data-editor=form]')) {
  ('readonly' in host.dataset ? shown(host) : open(host)).catch(error => failed(host, error));
}

async function open(host) {
  const place = make('div', 'form-place'), phone = make('div', 'phone');
  const beside = make('aside', 'preview', '', make('h2', '', '手机上的样子'), phone);
  host.replaceChildren(place, beside);
  const editor = new FormEditor({ container: place }), preview = new Form({ container: phone });
  const write = () => `${JSON.stringify(editor.saveSchema(), null, 2)}\n`;
  const touch = await openFile(host, text => editor.importSchema(JSON.parse(text)), write);
  let timer;
  const draw = () => preview.importSchema(JSON.parse(write()), {});
  editor.on('changed', () => {
    touch();
    clearTimeout(timer);
    timer = setTimeout(draw, PAUSE);
  });
  await draw();
  completeNames(host);
  const fieldOf = at => editor.get('formFieldRegistry').getAll().find(each => at && [ each.key, each.path, each.id ].includes(at));
  const drawn = field => field && place.querySelector(`[data-id="${field.id}"]`);
  showFindings(host, ({ at }) => {
    const field = fieldOf(at);
    if (!field) return;
    editor.get('selection').set(field);
    drawn(field)?.scrollIntoView({ block: 'center' });
  }, findings => {
    place.querySelectorAll('.finding-error, .finding-warning').forEach(each => each.classList.remove('finding-error', 'finding-warning'));
    findings.forEach(({ at, severity }) => drawn(fieldOf(at))?.classList.add(`finding-${severity}`));
  });
}

/** The fields of the form and what the case knows before it; asked anew after a while, since fields come and go. */
function completeNames(host) {
  let names = [], asked = 0;
  const load = () => {
    if (Date.now() - asked < FRESH) return;
    asked = Date.now();
    ask(host, host.dataset.names).then(told => { names = told.names; }).catch(() => {}); // the draft cannot be read yet
  };
  document.addEventListener('focusin', load);
  load();
  complete(document.body, EXPRESSIONS, () => expressions(names));
}

async function shown(host) {
  const phone = make('div', 'phone');
  host.replaceChildren(phone);
  const answer = await fetch(host.dataset.content, { credentials: 'same-origin' });
  const form = new Form({ container: phone, properties: { readOnly: true } });
  await form.importSchema(await answer.json(), {});
}
