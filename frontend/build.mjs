// Builds the browser bundles into app/web/static/bundle. The result depends on the lock file and these sources alone,
// so that a second build gives the same bytes.
import { build } from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import { literals } from './literals.mjs';

const here = import.meta.dirname;
const out = path.join(here, '../app/web/static/bundle');
const vendored = [
  'swagger-ui-dist/swagger-ui-bundle.js',
  'swagger-ui-dist/swagger-ui.css',
];

fs.rmSync(out, { recursive: true, force: true });
const result = await build({
  absWorkingDir: here,
  entryPoints: [
    'src/app.js', 'src/theme.js', 'src/app.css', 'src/diagram.js', 'src/studio.js', 'src/api-docs.js',
    { in: 'src/studio/modeler.js', out: 'studio-bpmn' },
    { in: 'src/studio/dmn.js', out: 'studio-dmn' },
    { in: 'src/studio/form-editor.js', out: 'studio-form' },
  ].map(each => each.in ? each : { in: each, out: path.parse(each).name }),
  jsx: 'automatic',
  jsxImportSource: '@bpmn-io/properties-panel/preact',
  define: { 'process.env.NODE_ENV': '"production"' },
  alias: { '@camunda/feel-builtins': './src/studio/functions.js' },
  plugins: [ literals() ],
  bundle: true,
  minify: true,
  format: 'iife',
  outdir: out,
  target: [ 'chrome86', 'firefox91' ],
  charset: 'utf8',
  legalComments: 'inline',
  loader: { '.svg': 'dataurl', '.woff': 'dataurl', '.woff2': 'dataurl', '.eot': 'empty', '.ttf': 'empty' },
  metafile: true,
  logLevel: 'warning',
});

for (const file of vendored) {
  const text = fs.readFileSync(path.join(here, 'node_modules', file), 'utf8');
  // The source maps stay behind, so nobody may be sent looking for them.
  fs.writeFileSync(path.join(out, path.basename(file)), text.replace(/\n?(\/\/|\/\*)# sourceMappingURL=.*$/m, ''));
}

// What the tests look at pages with; it is shipped to nobody.
fs.copyFileSync(path.join(here, 'node_modules/axe-core/axe.min.js'), path.join(here, '../tests/browser/axe.min.js'));

const packages = new Set(vendored.map(packageOf));
for (const input of Object.keys(result.metafile.inputs)) {
  if (input.startsWith('node_modules/')) packages.add(packageOf(input.slice('node_modules/'.length)));
}
fs.writeFileSync(path.join(out, 'LICENSES.txt'), [ ...packages ].sort().map(notice).join('\n'));

/** The package that owns a path below node_modules, scope included. */
function packageOf(file) {
  return file.split('/').slice(0, file.startsWith('@') ? 2 : 1).join('/');
}

/** Name, version, licence and the licence's own text of one package. */
function notice(name) {
  const folder = path.join(here, 'node_modules', name);
  const { version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const files = fs.readdirSync(folder).filter(file => /^(licen[cs]e|notice)(\.|$)/i.test(file)).sort();
  const bundled = vendored.filter(file => packageOf(file) === name && file.endsWith('.js')).map(file => `${path.basename(file)}.LICENSE.txt`);
  const texts = [ ...files, ...bundled ].map(file => fs.readFileSync(path.join(folder, file), 'utf8').trim());
  return `${'='.repeat(78)}\n${name} ${version} (${license})\n${'='.repeat(78)}\n${texts.join('\n\n')}\n`;
}
