// Materials are looked at beside the form: pictures that the server drew, page by page, to zoom and to turn.

const box = document.getElementById('viewer'), files = [ ...document.querySelectorAll('[data-picture]') ];
if (box && files.length) begin();

// What the server could not draw says what kind of file it is.
for (const image of document.querySelectorAll('[data-materials] img')) {
  const instead = () => {
    const name = image.closest('a').dataset.name, mark = document.createElement('span');
    mark.className = 'thumb-kind';
    mark.textContent = name.slice(name.lastIndexOf('.') + 1).toUpperCase();
    image.replaceWith(mark);
  };
  image.addEventListener('error', instead);
  if (image.complete && !image.naturalWidth && image.currentSrc) instead();
}

function begin() {
  const canvas = box.querySelector('canvas'), stage = box.querySelector('.viewer-stage');
  const said = box.querySelector('[data-viewer-said]'), name = box.querySelector('[data-viewer-name]');
  let at = 0, page = 1, pages = 1, zoom = 1, turned = 0, picture = null, asked = 0;

  const open = document.querySelector('[data-viewer-open]');
  open.hidden = false;
  open.addEventListener('click', () => (box.hidden ? show(at) : acts.close()));
  document.addEventListener('click', event => {
    const link = event.target.closest('[data-picture]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(files.indexOf(link));
  });

  function show(place, first = 1) {
    [ at, page, zoom, turned ] = [ (place + files.length) % files.length, first, 1, 0 ];
    const hidden = box.hidden;
    box.hidden = false;
    name.textContent = files[at].dataset.name;
    box.querySelector('[data-viewer-file]').href = files[at].href;
    for (const each of files) each.classList.toggle('is-current', each === files[at]);
    load();
    if (hidden) {
      name.focus({ preventScroll: true });
      box.scrollIntoView({ block: 'nearest' });
    }
  }

  async function load() {
    const mine = ++asked;
    said.textContent = '正在打开…';
    try {
      const answer = await fetch(`${files[at].dataset.picture}?page=${page}`, { credentials: 'same-origin' });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const found = await createImageBitmap(await answer.blob());
      if (mine !== asked) return;
      picture = found;
      pages = Number(answer.headers.get('X-Pages')) || 1;
      said.textContent = '';
      draw();
    } catch {
      if (mine !== asked) return;
      picture = null;
      canvas.hidden = true;
      said.textContent = '这份材料不能在页面里显示，请打开原件查看。';
    }
    const of = pages > 1 ? `，第 ${page} / ${pages} 页` : '';
    box.querySelector('[data-viewer-place]').textContent = `第 ${at + 1} / ${files.length} 份${of}`;
    canvas.setAttribute('aria-label', name.textContent + of);
  }

  /** At zoom 1 all of it is to be seen. */
  function draw() {
    if (!picture) return;
    const flat = turned % 180 === 0;
    canvas.hidden = false;
    canvas.width = flat ? picture.width : picture.height;
    canvas.height = flat ? picture.height : picture.width;
    const paper = canvas.getContext('2d');
    paper.translate(canvas.width / 2, canvas.height / 2);
    paper.rotate(turned * Math.PI / 180);
    paper.drawImage(picture, -picture.width / 2, -picture.height / 2);
    const fits = Math.min(1, (stage.clientWidth - 12) / canvas.width, (stage.clientHeight - 12) / canvas.height);
    canvas.style.width = `${Math.round(canvas.width * fits * zoom)}px`;
  }

  const turnTo = (next, otherwise) => (next >= 1 && next <= pages ? (page = next, load()) : otherwise());
  const acts = {
    before: () => show(at - 1),
    after: () => show(at + 1),
    back: () => turnTo(page - 1, acts.before),
    on: () => turnTo(page + 1, acts.after),
    smaller: () => { zoom = Math.max(zoom / 1.25, 0.5); draw(); },
    larger: () => { zoom = Math.min(zoom * 1.25, 6); draw(); },
    fit: () => { zoom = 1; draw(); },
    left: () => { turned = (turned + 270) % 360; draw(); },
    right: () => { turned = (turned + 90) % 360; draw(); },
    close: () => {
      box.hidden = true;
      files[at].classList.remove('is-current');
      files[at].focus();
    },
  };
  const arrows = { ArrowLeft: 'back', ArrowRight: 'on', Escape: 'close' };

  box.addEventListener('click', event => acts[event.target.closest('[data-viewer-do]')?.dataset.viewerDo]?.());
  box.addEventListener('keydown', event => {
    const act = arrows[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    if (act !== 'close' && zoom > 1 && event.target === stage) return; // then the arrows move the paper
    event.preventDefault();
    event.stopPropagation();
    acts[act]();
  });
  window.addEventListener('resize', draw);
}
