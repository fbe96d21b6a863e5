// The editor for files that are plain text: manifests, stories, contracts of letters.
import { showFindings } from './findings.js';
import { Saver, forget, unsaved } from './saving.js';

export function open(host) {
  const area = host.querySelector('textarea');
  showFindings(host, ({ row }) => toLine(area, row));
  if ('readonly' in host.dataset) return;
  const saver = new Saver(host, () => area.value);
  const kept = unsaved(host);
  if (kept !== null && kept !== area.value) {
    area.value = kept;
    saver.touch();
  } else {
    forget(host);
  }
  area.addEventListener('input', () => saver.touch());
  area.addEventListener('keydown', event => indent(event, area));
}

/** Tab would leave the field: two blanks at the start of a line are what YAML wants, Escape then Tab leaves. */
function indent(event, area) {
  if (event.key === 'Escape') area.dataset.leaving = '';
  else if (event.key === 'Tab' && !event.shiftKey && !('leaving' in area.dataset)) {
    event.preventDefault();
    area.setRangeText('  ', area.selectionStart, area.selectionEnd, 'end');
    area.dispatchEvent(new Event('input'));
  } else delete area.dataset.leaving;
}

/** Selects a line (from 1) and brings it into view. */
function toLine(area, row) {
  if (!row) return area.focus();
  const lines = area.value.split('\n'), begin = lines.slice(0, row - 1).join('\n').length + (row > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(begin, begin + (lines[row - 1] || '').length);
  area.scrollTop = Math.max(0, (row - 6) * parseFloat(getComputedStyle(area).lineHeight));
}
