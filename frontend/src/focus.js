// The cursor goes where work is: to the first wrong field, to the first field of a task, to the heading of what came.

const FIELD = 'input:not([type=hidden]):not(:disabled):not([readonly]), select:not(:disabled), textarea:not(:disabled):not([readonly])';
const WRONG = '.is-invalid, [aria-invalid="true"]';
const said = () => document.querySelector('[data-said]');

/** Something that takes no part in tabbing may still be looked at first. */
function look(element) {
  if (!element) return;
  if (!element.matches('a, button, input, select, textarea, [tabindex]')) element.tabIndex = -1;
  element.focus({ preventScroll: element.matches('h1, h2') });
}

function begin() {
  document.querySelector('.mainnav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  const wrong = document.querySelector(`main ${WRONG.split(', ').join(', main ')}`);
  if (wrong) look(wrong.matches(FIELD) ? wrong : wrong.querySelector(FIELD) || wrong);
  else if (window.matchMedia('(min-width: 768px)').matches && document.activeElement === document.body) {
    look([ ...document.querySelectorAll('form[data-first] .form-grid :is(input, select, textarea)') ].find(each => each.matches(FIELD)));
  }
}

const nav = document.querySelector('.masthead nav');
function edge() {
  nav.classList.toggle('is-at-end', nav.scrollLeft + nav.clientWidth >= nav.scrollWidth - 2);
}

if (nav) {
  nav.addEventListener('scroll', edge, { passive: true });
  window.addEventListener('resize', edge);
  edge();
}
begin();

// What is swapped in is announced where it asks for it; only a focus that was swapped away is given a new place.
document.addEventListener('htmx:afterSettle', event => {
  const target = document.getElementById(event.target.id) || event.target;
  if (document.activeElement === document.body) look(target.querySelector('h1, h2') || target);
  const rows = target.querySelectorAll('[data-row]').length;
  if (said() && target.matches('[aria-label]') && (rows || target.querySelector('.empty'))) {
    said().textContent = `${target.getAttribute('aria-label')}：${rows ? `本页 ${rows} 条` : '没有符合条件的'}`;
  }
});
