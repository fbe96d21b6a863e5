// Shows a diagram and where a case stands in it: <div data-diagram="URL of the BPMN" data-states='{"element": "state"}'>,
// or how its steps go: data-heat='{"element": {"state": "…", "text": "…"}}'.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './diagram.css';
import Viewer from 'bpmn-js/lib/NavigatedViewer';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';

const LABELS = { active: '办理中', waiting: '等待中', done: '已办', failed: '出错' };

for (const container of document.querySelectorAll('[data-diagram]')) {
  show(container).catch(() => {
    container.textContent = '流程图没有显示出来，请刷新页面；仍不行请联系管理员。';
  });
}

async function show(container) {
  const answer = await fetch(container.dataset.diagram, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(answer.status);
  const viewer = new Viewer({ container, moddleExtensions: { camunda }, zoomScroll: { enabled: false } });
  await viewer.importXML(await answer.text());
  mark(viewer, JSON.parse(container.dataset.states || '{}'));
  warm(viewer, JSON.parse(container.dataset.heat || '{}'));
  const canvas = viewer.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  const minimum = container.clientWidth < 600 ? 0.6 : 0.4; // smaller than this nobody can read it
  if (canvas.zoom() < minimum) {
    canvas.zoom(minimum, 'auto');
    centre(viewer, container);
  }
  describe(viewer, container);
  buttons(canvas, container);
}

function mark(viewer, states) {
  const canvas = viewer.get('canvas'), overlays = viewer.get('overlays'), elements = viewer.get('elementRegistry');
  for (const [ id, state ] of Object.entries(states)) {
    if (!elements.get(id)) continue;
    canvas.addMarker(id, `case-${state}`);
    if (state !== 'done') badge(overlays, id, state, LABELS[state]);
  }
}

function warm(viewer, heat) {
  const canvas = viewer.get('canvas'), overlays = viewer.get('overlays'), elements = viewer.get('elementRegistry');
  for (const [ id, { state, text } ] of Object.entries(heat)) {
    if (!elements.get(id)) continue;
    if (state !== 'done') canvas.addMarker(id, `case-${state}`);
    badge(overlays, id, state, text);
  }
}

function badge(overlays, id, state, text) {
  const html = Object.assign(document.createElement('div'), { className: `case-badge case-badge-${state}`, textContent: text });
  overlays.add(id, { position: { top: -14, left: 8 }, html });
}

/** Brings the place where the case stands into view when the whole does not fit. */
function centre(viewer, container) {
  const here = Object.entries(JSON.parse(container.dataset.states || '{}')).find(([ , state ]) => state !== 'done');
  const element = here && viewer.get('elementRegistry').get(here[0]);
  if (element) viewer.get('canvas').scrollToElement(element, { top: 80, bottom: 80, left: 120, right: 120 });
}

/** A click on a step shows its name, its clauses and what they say. */
function describe(viewer, container) {
  const note = document.getElementById(container.dataset.note);
  if (!note) return;
  viewer.on('element.click', ({ element }) => {
    const shown = element.businessObject, text = shown.documentation?.[0]?.text;
    if (!shown.name && !text) return;
    note.replaceChildren(Object.assign(document.createElement('strong'), { textContent: shown.name || '' }),
      document.createTextNode(text ? `　${text}` : ''));
    note.hidden = false;
  });
}

function buttons(canvas, container) {
  const steps = { in: () => canvas.zoom(canvas.zoom() * 1.25), out: () => canvas.zoom(canvas.zoom() / 1.25), fit: () => canvas.zoom('fit-viewport', 'auto') };
  for (const button of document.querySelectorAll('[data-zoom]')) {
    if (button.getAttribute('aria-controls') === container.id) button.addEventListener('click', steps[button.dataset.zoom]);
  }
}
