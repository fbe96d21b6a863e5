// The sentences of a letter: leads to the paragraph that a finding is about, and marks it.
import { showFindings } from './findings.js';

export function open(host) {
  const line = row => host.querySelector(`[data-number="${row}"]`);
  showFindings(host, ({ row }) => {
    const found = line(row);
    (found?.querySelector('textarea') || found)?.focus();
    found?.scrollIntoView({ block: 'center' });
  }, findings => {
    host.querySelectorAll('[class*=finding-]').forEach(each => each.classList.remove('finding-error', 'finding-warning'));
    findings.forEach(({ row, severity }) => line(row)?.classList.add(`finding-${severity}`));
  });
}
