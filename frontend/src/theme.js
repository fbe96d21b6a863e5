// Light or dark before anything is drawn: what was chosen in this browser, otherwise what the system wants. Print is light.

const KEY = 'doudi-theme', root = document.documentElement, dark = window.matchMedia('(prefers-color-scheme: dark)');

/** What somebody chose: light, dark, or empty for the system's. A browser that keeps nothing follows the system. */
function chosen() {
  try {
    return localStorage.getItem(KEY) || '';
  } catch {
    return '';
  }
}

function paint() {
  root.dataset.bsTheme = chosen() || (dark.matches ? 'dark' : 'light');
}

paint();
dark.addEventListener('change', paint);
window.addEventListener('beforeprint', () => { root.dataset.bsTheme = 'light'; });
window.addEventListener('afterprint', paint);

document.addEventListener('DOMContentLoaded', () => {
  const choice = document.querySelector('[data-theme-choice]');
  if (!choice) return;
  choice.closest('[hidden]')?.removeAttribute('hidden');
  choice.value = chosen();
  choice.addEventListener('change', () => {
    localStorage.setItem(KEY, choice.value);
    paint();
  });
});
