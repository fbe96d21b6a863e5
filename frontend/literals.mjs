// Many texts of the libraries have no way to be translated: they are replaced where they stand, at build time. What is
// neither replaced nor known to a dictionary that translates at run time ends the build, so that no English is seen.
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'acorn';
import { ancestor } from 'acorn-walk';

const here = import.meta.dirname;
const read = name => JSON.parse(fs.readFileSync(path.join(here, 'src/studio/zh', `${name}.json`), 'utf8'));
const { replaced, fragments, kept } = read('literals');
const { default: bpmnZh } = await import('bpmn-js-i18n-zh/lib/bpmn-js/index.js');
const { default: panelZh } = await import('bpmn-js-i18n-zh/lib/properties-panel/index.js');
const translated = { ...bpmnZh, ...panelZh, ...read('bpmn'), ...read('dmn') };
const unseen = Object.keys(kept).map(pattern => new RegExp(`^(?:${pattern})$`, 's'));

const SHOWN = /^(label|title|placeholder|description|children|tooltip|text|message|content|emptyText|header|aria-?label|alt|textContent|innerText|ariaLabel|\w+AriaLabel|\w+Title)$/i;
const WRITES = /^(createTextVNode|phrase|setAttribute|attr)$/, TRANSLATES = /^_?translate$/;
/** What of the libraries is otherwise here: the file, what stands there, and what takes its place. */
const CHANGES = [
  // Camunda's own products stay out, for which it is enough that nothing names them.
  [ 'bpmn-js-properties-panel', /^(Zeebe|CamundaPlatform)PropertiesProvider\.\$inject = .*$/gm, '' ],
  [ 'bpmn-js-element-templates', /, CamundaPlatformPropertiesProviderModule(?=\],)/g, '' ],
  [ 'feel-editor/dist', /^ {4}autocompletion\(\),$/gm, '' ], // completion.js is the same in all fields
  [ 'DragAndDrop.js', "`Move ${isInput(col) ? 'Input' : 'Output'}`", "isInput(col) ? '移动条件列' : '移动结果列'" ],
  [ 'InputSelect.js', '"value": value,', '"value": label,' ], // a type by its title, as in its list
  [ 'form-js-viewer', /(?<=(?:name|label): )'Select'/g, "'下拉单选'" ], // elsewhere it asks to choose
  // Drawn anew, the field that is edited would take the focus from the panel where somebody types.
  [ 'form-js-editor', /(?<=if \(selection\.isSelected\(field\))(?=\) {\n\s*ref\.current\.focus\(\);)/, " && !document.activeElement?.closest('[class*=properties]')" ],
  [ 'form-js', /(?<=DATE_LABEL_PATH, )'Date'/, "'日期'" ],
  [ 'form-js', /(?<=TIME_LABEL_PATH, )'Time'/, "'时间'" ],
  [ 'form-js-viewer', "let format = getLocaleDateFormat(locale).toLowerCase();", "return '年/月/日';" ],
];
const WORD = /[A-Za-z]{2}/, CHINESE = /[\u4e00-\u9fff]/, CAPITAL = /^\W*[A-Z][a-z]+\b/, PHRASE = /^\W*([A-Z][\w'-]*[ ,].*[a-z]{2}|[A-Z][a-z]+ {})/s;
const MARKUP = /(?:title|placeholder|aria-label)=["'][A-Z][a-z]|>\s*[A-Z][a-z]+[\w ]*</;

/** A plugin; `left` gathers what may be seen and stays English, with its file. */
export function literals() {
  const left = new Map(), used = new Set();
  return {
    name: 'literals',
    setup(build) {
      const ours = /frontend\/node_modules\/(@bpmn-io\/(form-js|properties-panel|diagram-js-ui|feel-editor|feelers-editor|feel-lint\/dist|element-template-chooser)|dmn-js|diagram-js|bpmn-js|table-js|flatpickr).*\.js$/;
      build.onLoad({ filter: ours }, ({ path: file }) => {
        const whole = changed(fs.readFileSync(file, 'utf8'), file, used);
        const text = Object.entries(fragments).reduce((text, [ english, chinese ]) => text.replaceAll(english, chinese), whole);
        const contents = rewritten(text, file, left, used);
        return { contents, loader: 'js' };
      });
      build.onEnd(({ metafile }) => {
        if (!metafile) return;
        const outputs = Object.keys(metafile.outputs).filter(each => each.endsWith('.js')).map(each => fs.readFileSync(path.join(here, each), 'utf8'));
        const found = wrong(outputs, left, used).sort();
        return { errors: found.length ? [ { text: found.join('\n') } ] : [] };
      });
    },
  };
}

/** Every text of `left` that is in one of the built files, and the words that replaced nothing. */
function wrong(outputs, left, used) {
  const english = [ ...left ].filter(([ text, { position } ]) => outputs.some(output => reached(output, text, position)));
  const idle = [ ...Object.keys(replaced), ...CHANGES ].filter(each => !used.has(each));
  return [ ...english.map(([ text, { file } ]) => `English in ${file}: ${JSON.stringify(text)}`), ...idle.map(each => `replaces nothing: ${each}`) ];
}

/** Whether a text is in a built file; esbuild chooses the quotes, so of one with quotes its longest part is looked for. */
function reached(output, text, position) {
  const parts = text.split(/["'`\\\n]|{}/).sort((a, b) => b.length - a.length);
  if (parts.length > 1) return output.includes(parts[0]);
  return [ '"', "'", '`' ].some(quote => output.includes(`${position === 'translated' ? '(' : ''}${quote}${text}${quote}`));
}

function changed(text, file, used) {
  return CHANGES.filter(each => file.includes(each[0])).reduce((whole, change) => {
    const result = whole.replace(change[1], change[2]);
    if (result !== whole) used.add(change);
    return result;
  }, text);
}

function rewritten(text, file, left, used) {
  const edits = [];
  const see = (node, english, ancestors) => {
    const position = positionOf(node, ancestors, file);
    const chinese = replaced[english] ?? (position === 'translated' ? translated[english] : undefined);
    if (chinese !== undefined && mayBeReplaced(english, position, ancestors.at(-2).type)) {
      used.add(english);
      return void edits.push(...edit(node, chinese));
    }
    if (mayBeSeen(english, position) && !unseen.some(each => each.test(english))) left.set(english, { position, file: path.relative(here, file) });
  };
  ancestor(parse(text, { ecmaVersion: 'latest', sourceType: 'module' }), {
    Literal: (node, _, ancestors) => { if (typeof node.value === 'string') see(node, node.value, ancestors); },
    TemplateLiteral: (node, _, ancestors) => see(node, node.quasis.map(each => each.value.cooked).join('{}'), ancestors),
  });
  return edits.sort((a, b) => b.start - a.start).reduce((whole, { start, end, by }) => whole.slice(0, start) + by + whole.slice(end), text);
}

/** Only the editor of forms shows names; elsewhere they are those of the format. */
const shows = (key, file) => SHOWN.test(key) || key === 'name' && file.includes('form-js');

/** A single word is often a key or a kind: it is a text only where it is shown, or chosen and given back with a capital. */
function mayBeReplaced(text, position, parent) {
  if (/[ \n]|^\W/.test(text) || /^(translated|written)$/.test(position)) return position !== 'hidden';
  return /^[A-Z]|^i[A-Z]/.test(text) && (position === 'shown' || position === 'loose' && /^(Return|Conditional|Logical|Variable|Arrow)/.test(parent));
}

function mayBeSeen(text, position) {
  if (position === 'hidden' || !WORD.test(text) || CHINESE.test(text)) return false;
  if (position === 'translated') return true;
  return PHRASE.test(text) || MARKUP.test(text) || position === 'shown' && CAPITAL.test(text) || position === 'written';
}

/** `hidden` where only programmers read it, `translated`, `written` as text, `shown` in some way, `loose` where nothing tells. */
function positionOf(node, ancestors, file) {
  let inner = node, position = 'loose', direct = true;
  for (const outer of ancestors.slice(0, -1).reverse()) {
    if (/Function|Class|Program/.test(outer.type)) break;
    if (outer.type === 'ThrowStatement' || /^(Import|Export)/.test(outer.type)) return 'hidden';
    if (outer.type === 'NewExpression' && /Error$/.test(outer.callee.name)) return 'hidden';
    if (outer.type === 'BinaryExpression' && outer.operator !== '+') return 'hidden';
    if (outer.type === 'MemberExpression' || outer.type === 'SwitchCase' && outer.test === inner || outer.type === 'Property' && outer.key === inner) return 'hidden';
    if (outer.type === 'CallExpression') {
      const called = outer.callee.property?.name || outer.callee.name || '';
      if (outer.callee.object?.name === 'console' || called === 'require') return 'hidden';
      if (position === 'loose' && TRANSLATES.test(called) && outer.arguments[0] === inner) position = 'translated';
      if (position === 'loose' && WRITES.test(called)) position = 'shown';
    }
    if (direct && outer.type === 'Property' && outer.key.name === 'children') position = 'written';
    if (position === 'loose' && outer.type === 'Property' && (outer.computed || shows(outer.key.name || outer.key.value, file))) position = 'shown';
    if (position === 'loose' && outer.type === 'AssignmentExpression' && shows(outer.left.property?.name, file)) position = 'shown';
    direct &&= /^(Array|Conditional|Logical|Binary)Expression|TemplateLiteral$/.test(outer.type);
    inner = outer;
  }
  return position;
}

/** The parts of a literal anew: `{}` in the Chinese stands for the values of a template in their order, `{-}` for one left out. */
function edit(node, chinese) {
  if (node.type === 'Literal') return [ { start: node.start, end: node.end, by: JSON.stringify(chinese) } ];
  const parts = chinese.split(/{-?}/), values = chinese.match(/{-?}/g) || [];
  if (parts.length !== node.quasis.length) throw new Error(`not as many values: ${chinese}`);
  return node.quasis.flatMap(({ start, end }, index) => [
    { start, end, by: parts[index] },
    ...values[index] === '{-}' ? [ { start: end, end: node.quasis[index + 1].start, by: '' } ] : [],
  ]);
}
