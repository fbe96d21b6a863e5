// The names that may be read at the selected element: a click puts one where the cursor last stood.
import { complete, expressions } from './completion.js';
import { ask, make } from './opening.js';
import { carrier } from './panel/writing.js';

const PAUSE = 300;
const FIELDS = 'input[type=text]:not([name=id], [name=name]), textarea:not([name=requirement], [name=name])';

export function showNames(host, modeler, panel, place, materials) {
  const search = Object.assign(make('input', 'form-control form-control-sm'), { type: 'search', placeholder: '查找名称', ariaLabel: '查找可用的名称' });
  const list = make('ul'), note = make('p', 'quiet'), said = make('p', 'field-error');
  said.setAttribute('role', 'status');
  place.append(said, make('h2', '', '可用的名称'), search, note, list);
  let field = null, all = [], timer;
  panel.addEventListener('focusin', event => { if (event.target.matches('input[type=text], textarea')) field = event.target; });
  const draw = () => {
    const wanted = search.value.trim();
    const found = all.filter(each => !wanted || each.name.includes(wanted) || each.title.includes(wanted));
    list.replaceChildren(...found.slice(0, 200).map(each => line(each, () => insert(field, each.name))));
    note.textContent = !all.length ? '选中一个环节，这里列出它能用的名称' : found.length ? '点一下，填到光标所在的地方' : '没有找到';
  };
  panel.addEventListener('input', event => { if (event.target.matches(FIELDS)) check(host, event.target, said); });
  complete(panel, FIELDS, typed => [ ...proposed(modeler, materials, typed, all), ...expressions(all) ]);
  const load = async element => {
    try {
      ({ names: all } = await ask(host, `${host.dataset.names}&element=${encodeURIComponent(element.id)}`));
    } catch {
      all = [];
    }
    draw();
  };
  modeler.on('selection.changed', ({ newSelection: [ element ] }) => {
    clearTimeout(timer);
    field = null;
    said.textContent = '';
    all = [];
    draw();
    if (element?.businessObject?.$instanceOf('bpmn:FlowElement')) timer = setTimeout(load, PAUSE, element);
  });
  search.addEventListener('input', draw);
  draw();
}

/** What an empty input may become with one press: what its text names, else the names of its type. */
function proposed(modeler, materials, field, names) {
  const [ element ] = modeler.get('selection').get(), topic = element && carrier(element).get('camunda:topic');
  const spec = field.name.startsWith('input-') && materials.inputs[topic]?.[field.name.slice('input-'.length)];
  const listed = spec?.refers && materials.values[spec.refers];
  if (listed) return listed.map(each => ({ value: `"${each.value}"`, type: '', title: each.label, whole: true }));
  if (field.value.trim() || !field.name.startsWith('input-') && field.name !== 'condition') return [];
  return names.filter(each => !spec?.kind || each.type === spec.kind).map(each => ({ ...each, value: `=${each.name}`, whole: true }));
}

let checking;

/** The server reads an expression a moment after the last key. */
function check(host, field, said) {
  clearTimeout(checking);
  const text = field.value.trim();
  if (!text.startsWith('=')) return void (said.textContent = '');
  checking = setTimeout(async () => {
    const { findings: [ found ] } = await ask(host, host.dataset.feel, { texts: [ { id: 'field', text: text.slice(1) } ] }).catch(() => ({ findings: [] }));
    if (field.value.trim() === text) said.textContent = found ? `表达式有误：${found.message}` : '';
  }, PAUSE);
}

function line(each, act) {
  const button = Object.assign(make('button', '', '', make('code', '', each.name), make('span', '', each.title)), { type: 'button', title: each.type });
  button.addEventListener('mousedown', event => event.preventDefault()); // the field keeps the focus
  button.addEventListener('click', act);
  return make('li', '', '', button);
}

function insert(field, name) {
  if (!field?.isConnected) {
    navigator.clipboard?.writeText(name);
    return;
  }
  field.focus();
  field.setRangeText(name, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
