// What is typed is kept by itself: on the server while it can be reached, in this tab's own storage while it cannot.
// A copy here is shown to nobody but who typed it: the page says by `data-mark` whose it is, and logging out clears it.
import { broken, isShelf, send, taken } from './files.js';

const PAUSE_MS = 1000, RETRY_MS = 4000, LARGEST_BEACON = 60_000, PREFIX = 'draft:', UPLOAD = 'upload:';
const AWAY = '未能保存，正在重试；内容先留在这台设备上';

const keepers = [ ...document.querySelectorAll('form[data-draft]') ].map(keep);

// Whatever button is pressed, what was typed anywhere on the page is kept first; no form overtakes the draft of itself.
document.addEventListener('submit', event => {
  const { target, submitter } = event, own = keepers.find(each => each.form === target);
  if (target.method !== 'post' || event.defaultPrevented) return;
  if (target.dataset.ready !== undefined || (!own && !keepers.some(each => each.waits()))) {
    delete target.dataset.ready;
    own?.leave();
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  own?.hold();
  Promise.all(keepers.map(each => each.flush())).then(kept => {
    const lost = keepers.filter((_, place) => !kept[place]);
    if (lost.length) return lost.forEach(each => each.refuse());
    target.dataset.ready = '';
    setTimeout(() => target.requestSubmit(submitter)); // inside the event that was held back it would do nothing
  });
}, true);

document.addEventListener('submit', event => {
  if (event.target.action.endsWith('/logout')) forgetCopies();
});

function forgetCopies() {
  for (const [ store, prefix ] of [ [ sessionStorage, PREFIX ], [ localStorage, UPLOAD ] ]) {
    for (const name of Object.keys(store)) if (name.startsWith(prefix)) store.removeItem(name);
  }
}

function keep(form) {
  const revision = form.elements._revision, copy = PREFIX + form.dataset.mark, begun = UPLOAD + form.dataset.mark;
  const status = form.querySelector('[data-draft-status]');
  let files = []; // chosen, and not on the server yet
  let dirty = false, away = false, sent = false, timer = 0, queue = Promise.resolve();

  const text = () => {
    const found = new URLSearchParams();
    for (const [ name, value ] of new FormData(form)) {
      if (typeof value === 'string' && name !== 'csrf_token') found.append(name, value);
    }
    return found;
  };
  const later = wait => { clearTimeout(timer); timer = setTimeout(() => flush(), wait); };
  const inLine = step => queue = queue.then(step, step);

  /** Keep what stands in the form; true once the server has it. */
  function flush() {
    clearTimeout(timer);
    return inLine(async () => {
      if (!dirty && !files.length) return true;
      dirty = false;
      try {
        const kept = understood(await answer(await post(form.dataset.draft, text())));
        while (kept && files.length) await upload(files[0]);
        if (!files.length) localStorage.removeItem(begun);
        return kept;
      } catch { // no network, or no answer
        for (const item of files) item.pause();
        return lost();
      }
    });
  }

  function lost() {
    dirty = away = true;
    sessionStorage.setItem(copy, text());
    tell(AWAY);
    later(RETRY_MS);
    return false;
  }

  /** What the server said of it; false where it wants to be asked again. */
  function understood({ code, said }) {
    if (code >= 500) throw new Error(said.message);
    away = false;
    if (code === 429) sessionStorage.setItem(copy, text()); // too much from this address: what is sent still arrives
    else sessionStorage.removeItem(copy);
    if (said.beside) tell('这份表在另一个窗口里也填过，两份都留着。', '看两份');
    else if (said.at) {
      revision.value = said.revision;
      tell(`已保存 ${said.at}${said.ended ? '。登录已失效，提交时会先请您登录，内容不会丢' : ''}`);
    } else tell(`没有保存：${said.message}`);
    return true;
  }

  /** One file on its way; what the server has answered about, or its owner has cancelled, waits no more. */
  async function upload(item) {
    localStorage.setItem(begun, item.input.name); // a page closed in between says so when it is opened again, in any tab
    const file = item.waits ? await item.ready() : null;
    if (file) {
      const whole = new FormData();
      for (const [ name, value ] of text()) whole.append(name, value);
      whole.append(item.input.name, file);
      const result = await send(form.dataset.draft, whole, item, share => item.progress(share));
      if (result) settle(item, result);
    }
    files = files.filter(each => each !== item);
  }

  function settle(item, result) {
    understood(result);
    const refused = Object.values(result.said.refused || {})[0];
    if (refused) item.refuse(refused);
    else if (result.said.files?.length) item.keep(result.said.files[0]);
    else item.offer(`没有上传：${result.said.message}`);
  }

  function tell(message, again) {
    status.textContent = message;
    if (!again) return;
    const link = status.appendChild(document.createElement('a'));
    link.href = location.href;
    link.textContent = again;
  }

  form.addEventListener('input', event => {
    if (event.target.type === 'file') return;
    sent = false; // a question before sending may have been answered with no
    dirty = true;
    later(PAUSE_MS);
  });
  form.addEventListener('change', event => {
    if (!isShelf(event.target) || !event.target.files.length || event.target.closest('[data-files]').dataset.files) return;
    files.push(...taken(event.target, item => {
      files = files.filter(each => each.waits);
      if (item) files.push(item);
      else dirty = true; // a file that was sent already may stand in the draft
      flush();
    }));
    flush();
  });
  window.addEventListener('online', () => { if (dirty || files.length) flush(); });
  for (const [ where, leaving ] of [ [ window, 'pagehide' ], [ document, 'visibilitychange' ] ]) {
    where.addEventListener(leaving, () => {
      if (!dirty || sent || document.visibilityState === 'visible') return;
      const body = text();
      sessionStorage.setItem(copy, body);
      if (body.toString().length < LARGEST_BEACON) post(form.dataset.draft, body, true).catch(() => {});
    });
  }
  window.addEventListener('beforeunload', event => {
    if (((away && dirty) || files.length) && !sent) event.preventDefault();
  });
  window.addEventListener('pageshow', () => { sent = false; });

  restore();
  return {
    form, flush,
    waits: () => dirty || files.length > 0,
    hold() { if (files.length) tell('文件传完就提交，请稍候'); },
    leave() { sent = true; clearTimeout(timer); },
    refuse() { tell('网络断开，还没有提交。内容留在这台设备上，网络恢复后请再提交'); },
  };

  /** What this tab could not send when it was left: now it is sent, and the page shows it. */
  async function restore() {
    const name = localStorage.getItem(begun), input = [ ...form.elements ].find(each => isShelf(each) && each.name === name);
    if (input) broken(input);
    localStorage.removeItem(begun);
    const left = sessionStorage.getItem(copy);
    if ('unsent' in form.dataset) {
      sessionStorage.removeItem(copy);
      dirty = true;
      flush();
    } else if (left) {
      try {
        const { said } = await answer(await post(form.dataset.draft, new URLSearchParams(left)));
        sessionStorage.removeItem(copy);
        if (said.beside || (said.revision && String(said.revision) !== revision.value)) location.reload();
      } catch { later(RETRY_MS); }
    }
  }
}

function post(url, body, keepalive = false) {
  return fetch(url, { method: 'POST', body, keepalive, credentials: 'same-origin', headers: { Accept: 'application/json' } });
}

async function answer(response) {
  return { code: response.status, said: await response.json() };
}
