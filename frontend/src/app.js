// Every page works without this script; it only saves clicks and key strokes.
import htmx from 'htmx.org';
import './conditions.js';
import './forms.js';
import './keyboard.js';

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0; // pages hold personal data: they must not stay in the browser's storage
htmx.config.selfRequestsOnly = true;
