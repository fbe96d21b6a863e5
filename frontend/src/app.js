// Every page works without this script; it only saves clicks and key strokes.
import htmx from 'htmx.org';
import './beside.js';
import './bell.js';
import './card.js';
import './conditions.js';
import './drafts.js';
import './dropping.js';
import './focus.js';
import './foresight.js';
import './forms.js';
import './keyboard.js';
import './phrases.js';
import './regions.js';
import './viewing.js';
import './live.js';
import './materials.js';

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0; // pages hold personal data: they must not stay in the browser's storage
htmx.config.selfRequestsOnly = true;

// Rows of links that are wider than a phone begin with the link of this page in view.
for (const here of document.querySelectorAll('nav [aria-current]')) {
  const row = here.closest('nav'), { left, width } = here.getBoundingClientRect();
  if (row.scrollWidth > row.clientWidth) row.scrollLeft += left + width / 2 - window.innerWidth / 2;
}
