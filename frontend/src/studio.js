// The studio: <section data-editor="text" data-content="URL" data-hash="SHA-256"> becomes an editor that saves itself.
import './studio/studio.css';
import { open as letter } from './studio/letter.js';
import { walk } from './studio/grid.js';
import { open as text } from './studio/text.js';

const EDITORS = { letter, text };

for (const host of document.querySelectorAll('[data-editor]')) {
  EDITORS[host.dataset.editor]?.(host);
}

for (const form of document.querySelectorAll('[data-grid]')) walk(form);
