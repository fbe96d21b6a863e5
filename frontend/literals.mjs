// form-js has no way to translate: its texts are replaced where they stand as labels, at build time.
import fs from 'node:fs';
import path from 'node:path';

const words = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, 'src/studio/zh/form.json'), 'utf8'));
const BEFORE = String.raw`(?:\b(?:label|name|title|placeholder|description|children|tooltip)|'aria-label'|"aria-label"|alt): ?\[?|\? |: |\|\| |return |, |= |\[`;

export const literals = {
  name: 'literals',
  setup(build) {
    build.onLoad({ filter: /form-js-(editor|viewer)\/dist\/index\.es\.js$/ }, ({ path: file }) => {
      let text = fs.readFileSync(file, 'utf8');
      for (const [ english, chinese ] of Object.entries(words)) {
        const escaped = english.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
        text = text.replace(new RegExp(`(${BEFORE})(['"])${escaped}\\2(?!\\s*[:=])`, 'g'), (_, before) => before + JSON.stringify(chinese));
      }
      return { contents: text, loader: 'js' };
    });
  },
};
