// The editor of diagrams: bpmn-js with properties in the words of policy and templates made from the effects.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import 'bpmn-js-element-templates/dist/assets/element-templates.css';
import '@bpmn-io/element-template-chooser/dist/element-template-chooser.css';
import './studio.css';
import './modeler.css';
import Modeler from 'bpmn-js/lib/Modeler';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from 'bpmn-js-properties-panel';
import { ElementTemplatesPropertiesProviderModule } from 'bpmn-js-element-templates';
import ElementTemplateChooserModule from '@bpmn-io/element-template-chooser';
import CamundaBehaviors from 'camunda-bpmn-js-behaviors/lib/camunda-platform';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import bpmnZh from 'bpmn-js-i18n-zh/lib/bpmn-js';
import panelZh from 'bpmn-js-i18n-zh/lib/properties-panel';
import moreZh from './zh/bpmn.json';
import { ask, failed, make, openFile } from './opening.js';
import { showFindings } from './findings.js';
import { PolicyProvider } from './panel/provider.js';
import { showNames } from './names.js';
import { translation } from './translate.js';

const READABLE = 0.7, PALETTE = 130;
const policy = { __init__: [ 'policyProvider' ], policyProvider: [ 'type', PolicyProvider ] };

for (const host of document.querySelectorAll('[data-editor=bpmn]:not([data-readonly])')) {
  open(host).catch(error => failed(host, error));
}

async function open(host) {
  const materials = await ask(host, host.dataset.materials);
  const canvas = make('div', 'canvas'), panel = make('div', 'panel'), names = make('div', 'names');
  const side = make('aside', 'side', '', panel, names);
  host.replaceChildren(canvas, side);
  const modeler = start(canvas, panel, materials);
  const read = async () => (await modeler.saveXML({ format: true })).xml;
  const touch = await openFile(host, xml => modeler.importXML(xml), read);
  modeler.on('commandStack.changed', ({ trigger }) => { if (trigger !== 'clear') touch(); });
  look(modeler.get('canvas'));
  keys(modeler);
  showNames(host, modeler, panel, names, materials);
  // The panel begins to listen after it was drawn for the first time.
  requestAnimationFrame(() => setTimeout(() => showFindings(host, ({ at }) => select(modeler, at), found => mark(modeler, found))));
}

function start(container, parent, materials) {
  const modeler = new Modeler({
    container, materials, propertiesPanel: { parent }, moddleExtensions: { camunda },
    additionalModules: [ BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ElementTemplatesPropertiesProviderModule,
      ElementTemplateChooserModule, CamundaBehaviors, policy, translation({ ...bpmnZh, ...panelZh, ...moreZh }) ],
  });
  // Templates that are wrong would otherwise be left out without a word.
  modeler.on('elementTemplates.errors', ({ errors }) => errors.forEach(each => console.error(each.message)));
  modeler.get('elementTemplatesLoader').setTemplates(materials.templates);
  return modeler;
}

/** As much as can be read, from the left, beside the palette. */
function look(canvas) {
  canvas.zoom('fit-viewport', 'auto');
  canvas.zoom(Math.max(canvas.zoom(), READABLE), 'auto');
  const { inner, x, scale } = canvas.viewbox();
  canvas.scroll({ dx: PALETTE - (inner.x - x) * scale, dy: 0 });
}

/** Undo and redo work wherever the focus is, except where text is typed. */
function keys(modeler) {
  document.addEventListener('keydown', event => {
    if (!event.ctrlKey && !event.metaKey || event.target.closest('input, textarea, select, [contenteditable], .djs-container')) return;
    const act = { z: event.shiftKey ? 'redo' : 'undo', y: 'redo' }[event.key.toLowerCase()];
    if (act) {
      event.preventDefault();
      modeler.get('editorActions').trigger(act);
    }
  });
}

/** Selects the element of this id or name, and brings it into view. */
function select(modeler, name) {
  const found = name && modeler.get('elementRegistry').find(each => !each.labelTarget && (each.id === name || each.businessObject?.name === name));
  if (!found) return;
  modeler.get('selection').select(found);
  modeler.get('canvas').scrollToElement(found, { top: 100, bottom: 100, left: 200, right: 200 });
}

/** Marks elements and lines with what was found there. */
function mark(modeler, findings) {
  const canvas = modeler.get('canvas'), overlays = modeler.get('overlays'), elements = modeler.get('elementRegistry');
  overlays.remove({ type: 'finding' });
  elements.forEach(each => [ 'error', 'warning' ].forEach(severity => canvas.removeMarker(each, `finding-${severity}`)));
  for (const { at, severity, message } of findings) {
    if (!elements.get(at)) continue;
    canvas.addMarker(at, `finding-${severity}`);
    const badge = Object.assign(make('div', `finding-badge finding-badge-${severity}`, severity === 'error' ? '须改正' : '请核对'), { title: message });
    overlays.add(at, 'finding', { position: { top: -12, left: 0 }, html: badge });
  }
}
