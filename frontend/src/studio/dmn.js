// The editor of decision tables: dmn-js, and the same rows in sentences for whoever does not like tables. The server
// reads every text of the shown decision as it is typed and says what is wrong.
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn-embedded.css';
import './studio.css';
import './dmn.css';
import Modeler from 'dmn-js/lib/Modeler';
import Viewer from 'dmn-js/lib/NavigatedViewer';
import { Checker } from './dmn-check.js';
import { completeCells } from './dmn-names.js';
import { drawRows } from './dmn-rows.js';
import { showFindings } from './findings.js';
import { failed, make, openFile } from './opening.js';
import { translation } from './translate.js';
import zh from './zh/dmn.json';

const FEEL = { options: [ { value: 'feel', label: 'FEEL' } ], defaults: { editor: 'feel' } };
const KINDS = [ 'drd', 'decisionTable', 'literalExpression', 'boxedExpression' ];
const NARROW = 800;

async function open(host, readonly) {
  const bar = make('div', 'dmn-bar'), table = make('div', 'dmn-table'), rows = make('div', 'dmn-rows'), said = make('ul', 'dmn-said');
  said.setAttribute('role', 'status');
  host.replaceChildren(bar, said, table, rows);
  const tables = start(table, readonly);
  const shown = new Shown(tables, bar, table, rows, readonly);
  if (readonly) {
    const answer = await fetch(host.dataset.content, { credentials: 'same-origin' });
    await tables.importXML(await answer.text(), { open: false });
    await shown.begin();
    return showFindings(host, each => shown.go(each), found => shown.mark(found));
  }
  const checker = new Checker(host, said, tables);
  completeCells(host, () => tables.getActiveView()?.element.decisionLogic);
  let touch = () => {};
  tables.on('viewer.created', ({ viewer }) => viewer.on('commandStack.changed', ({ trigger }) => {
    if (trigger === 'clear') return;
    touch();
    checker.soon();
    shown.rows();
  }));
  const write = async () => (await tables.saveXML({ format: true })).xml;
  touch = await openFile(host, xml => tables.importXML(xml, { open: false }), write);
  shown.opened = () => checker.soon();
  await shown.begin();
  showFindings(host, each => shown.go(each), found => shown.mark(found));
}

function start(container, readonly) {
  const chinese = { additionalModules: [ translation(zh) ] };
  const each = Object.fromEntries(KINDS.map(kind => [ kind, chinese ]));
  return new (readonly ? Viewer : Modeler)({ container, common: { expressionLanguages: FEEL }, ...each });
}

/** Which decision is shown, and whether as a table or in sentences. */
class Shown {
  constructor(tables, bar, table, rows, readonly) {
    Object.assign(this, { tables, bar, table, place: rows, readonly, opened: () => {} });
    this.inSentences = window.innerWidth < NARROW;
  }

  async begin() {
    const views = this.tables.getViews(), named = this.view(new URLSearchParams(location.search).get('at'));
    const choice = make('select', 'form-select');
    choice.ariaLabel = '决策';
    choice.append(...views.map((view, index) => new Option(view.type === 'drd' ? '各决策的关系图' : view.element.name || view.element.id, index)));
    choice.addEventListener('change', () => this.open(views[choice.value]));
    this.toggle = Object.assign(make('button', 'btn btn-outline-primary'), { type: 'button' });
    this.toggle.addEventListener('click', () => { this.inSentences = !this.inSentences; this.draw(); });
    this.bar.replaceChildren(choice, this.toggle);
    const first = named || views.find(view => view.type === 'decisionTable') || views[0];
    choice.value = views.indexOf(first);
    this.tables.on('views.changed', ({ activeView }) => {
      choice.value = this.tables.getViews().findIndex(each => each.element === activeView?.element);
      this.draw();
    });
    await this.open(first);
  }

  /** The view of a decision by its id or name. */
  view(name) {
    return this.tables.getViews().find(({ element }) => name && (element.id === name || element.name === name));
  }

  /** Opens a decision, with a row or a cell of it in view. */
  async go({ at, row, cell }) {
    const view = this.view(at);
    if (view && view !== this.tables.getActiveView()) await this.open(view);
    this.mark();
    requestAnimationFrame(() => {
      const place = this.at(row, cell)[0];
      place?.scrollIntoView({ block: 'center', inline: 'center' });
      (place?.querySelector('textarea') || place)?.focus();
    });
  }

  /** What is drawn of a row, or of one cell of it, in the table or in sentences. */
  at(row, cell) {
    const rule = this.tables.getActiveView()?.element.decisionLogic?.rule?.[row - 1];
    if (!rule) return [];
    const cells = [ ...rule.inputEntry, ...rule.outputEntry ].filter((_, index) => !cell || index === cell - 1);
    const lines = this.place.querySelectorAll(`.dmn-row:nth-child(${row}) ${cell ? `.dmn-line:nth-of-type(${cell})` : '.dmn-line'}`);
    return this.place.hidden ? cells.map(({ id }) => this.table.querySelector(`[data-element-id="${CSS.escape(id)}"]`)).filter(Boolean) : [ ...lines ];
  }

  /** Marks what was found in the decision that is shown. */
  mark(findings = this.findings || []) {
    this.findings = findings;
    for (const each of document.querySelectorAll('.editor-dmn .finding-error, .editor-dmn .finding-warning')) each.classList.remove('finding-error', 'finding-warning');
    const { id, name } = this.tables.getActiveView()?.element || {};
    for (const { at, row, cell, severity } of findings) {
      if (at === id || at === name) this.at(row, cell).forEach(each => each.classList.add(`finding-${severity}`));
    }
  }

  async open(view) {
    await this.tables.open(view);
    this.draw();
    this.opened();
  }

  draw() {
    const view = this.tables.getActiveView(), possible = view?.type === 'decisionTable';
    const sentences = possible && this.inSentences;
    this.toggle.hidden = !possible;
    this.toggle.textContent = sentences ? '按表格看' : '按句子看';
    this.table.hidden = sentences;
    this.place.hidden = !sentences;
    this.rows();
    this.mark();
  }

  rows() {
    if (this.place.hidden || this.place.contains(document.activeElement)) return;
    drawRows(this.place, this.tables.getActiveView().element.decisionLogic, this.readonly ? null : this.tables.getActiveViewer());
  }
}

for (const host of document.querySelectorAll('[data-editor=dmn]')) {
  open(host, 'readonly' in host.dataset).catch(error => failed(host, error));
}
