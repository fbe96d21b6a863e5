// A file that is dropped anywhere on a form goes into its only field for files; the form is sent as it always is.
for (const form of document.querySelectorAll('form[data-drop]')) {
  const field = form.querySelector('input[type=file]'), zone = field.closest('.drop');
  const carries = event => event.dataTransfer?.types.includes('Files');
  zone.classList.add('is-ready');
  for (const kind of [ 'dragenter', 'dragover' ]) document.addEventListener(kind, event => {
    if (!carries(event)) return;
    event.preventDefault(); // else the browser opens the file and leaves the page
    zone.classList.add('is-over');
  });
  document.addEventListener('dragleave', event => event.relatedTarget || zone.classList.remove('is-over'));
  document.addEventListener('drop', event => {
    if (!carries(event)) return;
    event.preventDefault();
    zone.classList.remove('is-over');
    field.files = event.dataTransfer.files;
    field.focus();
  });
}
