// A reader of identity cards types like a keyboard, in lines, and is done when it pauses after a number.
const box = document.querySelector('[data-card]'), PAUSE_MS = 500;
let timer = 0;

box?.addEventListener('input', () => {
  clearTimeout(timer);
  if (/\d{17}[\dXx]/.test(box.value)) timer = setTimeout(() => box.form.querySelector('[value=card]').click(), PAUSE_MS);
});
