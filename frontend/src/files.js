// Files of a form: photos are made small here, each file has a line of its own from the moment it is chosen until it is
// kept, and what did not arrive can be sent again. The line never changes its height, so nothing below it moves.
import { shrunk, isVideo } from './photos.js';

const MEGABYTE = 1024 * 1024;
let lines = 0;

export const isShelf = input => input?.type === 'file' && input.closest('[data-files]') !== null;

/** What an input chose, as waiting items with their lines; the input is free to choose again. */
export function taken(input, changed) {
  const items = [ ...input.files ].map(file => new Item(input, file, changed));
  input.value = '';
  for (const item of items) item.begin();
  return items.filter(item => item.waits);
}

class Item {
  /** `changed` is called when somebody wants it sent again, or no more. */
  constructor(input, file, changed) {
    Object.assign(this, { input, file, changed, waits: true, stop: () => {} });
    this.shelf = input.closest('[data-files]');
    this.line = lineOf(input, file.name);
    this.button('取消', () => this.cancel());
  }

  begin() {
    const photo = this.file.type.startsWith('image/') || /\.hei[cf]$/i.test(this.file.name);
    const most = Number(this.shelf.dataset[photo ? 'photoBytes' : 'fileBytes']);
    if (this.file.size === 0) this.refuse(`「${this.file.name}」是空文件，请重新选择`);
    else if (this.file.size > most) this.refuse(`「${this.file.name}」有 ${megabytes(this.file.size)}，超过 ${megabytes(most)}，请换一个小一些的`);
    else this.say(this.shelf.dataset.files ? '已选好，提交时一起上传' : '等待上传');
  }

  /** The file as it is to be sent; null where it was refused or cancelled meanwhile. */
  async ready() {
    if (this.made) return this.made;
    if (await isVideo(this.file)) {
      this.refuse(`「${this.file.name}」是视频，不能作为材料。请拍成照片再上传`);
      return null;
    }
    this.say('正在处理照片');
    this.made = await shrunk(this.file);
    return this.waits ? this.made : null;
  }

  progress(share) {
    this.say(`正在上传 ${share}%${this.smaller()}`);
    this.line.querySelector('progress').value = share;
  }

  /** It waits for the network: nothing has to be done about it. */
  pause() { this.say('网络断开，恢复后自动再传', 'wait'); }

  /** It stays chosen, and is sent when the button is pressed once more. */
  await(message) {
    this.say(message, 'bad');
    announce(this.shelf, message);
  }

  refuse(message) {
    this.waits = false;
    this.say(message, 'bad');
    announce(this.shelf, message);
    this.button('移除', () => this.remove());
  }

  /** What the server has is a box to be unticked, as in a page that is opened again. */
  keep({ field, id, name }) {
    this.waits = false;
    const box = document.createElement('input');
    Object.assign(box, { type: 'checkbox', name: field, value: id, checked: true, id: `${this.input.id}-${id}`, className: 'form-check-input' });
    const label = this.line.querySelector('label');
    label.htmlFor = box.id;
    label.textContent = name;
    label.before(box);
    this.say(`已收到，取消勾选即移除${this.smaller()}`, 'good');
    this.line.querySelector('button').remove();
    announce(this.shelf, `${name} 已收到`);
  }

  cancel() {
    this.waits = false;
    this.stop();
    this.remove();
  }

  remove() {
    const next = this.line.nextElementSibling;
    this.line.remove();
    (next?.querySelector('input, button') || this.input).focus();
    this.changed();
  }

  /** The server would not have it now, though the file may be right. */
  offer(message) {
    this.say(message, 'bad');
    announce(this.shelf, message);
    this.waits = false;
    this.button('重试', () => {
      this.waits = true;
      this.button('取消', () => this.cancel());
      this.say('等待上传');
      this.changed(this);
    });
  }

  smaller() {
    return this.made && this.made !== this.file ? `（照片已缩小：${megabytes(this.file.size)} → ${megabytes(this.made.size)}）` : '';
  }

  say(message, state = 'wait') {
    this.line.dataset.state = state;
    this.line.querySelector('.file-said').textContent = message;
    this.line.querySelector('progress').hidden = !message.startsWith('正在上传');
  }

  /** What may be done about the file. */
  button(text, act) {
    const button = this.line.querySelector('button') || this.line.appendChild(document.createElement('button'));
    Object.assign(button, { type: 'button', className: 'btn btn-sm btn-outline-primary', textContent: text, onclick: act });
    button.setAttribute('aria-label', `${text} ${this.file.name}`);
  }
}

/** Files that an earlier visit left unsent. */
export function broken(input) {
  const line = lineOf(input, '');
  line.dataset.state = 'bad';
  line.querySelector('.file-said').textContent = '上次离开时有文件没有上传完，没有保存，请重新选择';
}

function lineOf(input, name) {
  const line = document.createElement('div'), label = document.createElement('label'), said = document.createElement('div');
  line.className = 'file-line';
  line.dataset.upload = '';
  label.textContent = name;
  label.id = `file-line-${++lines}`;
  said.className = 'file-said';
  const progress = Object.assign(document.createElement('progress'), { max: 100, value: 0, hidden: true });
  progress.setAttribute('aria-labelledby', label.id);
  line.append(label, said, progress);
  input.closest('[data-files]').querySelector('[data-files-list]').append(line);
  return line;
}

function announce(shelf, message) {
  shelf.querySelector('[data-files-said]').textContent = message;
}

function megabytes(size) {
  return size >= MEGABYTE ? `${(size / MEGABYTE).toPrecision(2)} MB` : `${Math.max(1, Math.round(size / 1024))} KB`;
}

/** As fetch, telling how far it has come; `stop` of the item gives it up. Answers `{ code, said }`, or null then. */
export function send(url, body, item, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = event => progress(Math.round(100 * event.loaded / event.total));
    request.onload = () => {
      try {
        resolve({ code: request.status, said: JSON.parse(request.responseText) });
      } catch (wrong) { // what stands in front of the application has its own pages
        if (request.status === 413) resolve({ code: 413, said: { message: '文件太大，请换一个小一些的' } });
        else reject(wrong);
      }
    };
    request.onerror = reject;
    request.onabort = () => resolve(null);
    item.stop = () => request.abort();
    request.open('POST', url);
    request.setRequestHeader('Accept', 'application/json');
    request.send(body);
  });
}

// Forms without a draft: what was chosen waits on the page and is sent with the rest when the button is pressed.
const waiting = new Map();

document.addEventListener('change', event => {
  const input = event.target;
  if (!isShelf(input) || !input.files.length || input.closest('[data-files]').dataset.files !== 'whole') return;
  const form = input.form, changed = item => waiting.set(form, [ ...waiting.get(form) || [], ...item ? [ item ] : [] ].filter(each => each.waits));
  if (!input.multiple) for (const old of waiting.get(form) || []) old.cancel();
  waiting.set(form, [ ...(waiting.get(form) || []).filter(each => each.waits), ...taken(input, changed) ]);
  input.required = false; // it is empty again, though something was chosen
});

/** Whether the form is sent here; `event` is a submission that nobody held back. */
export async function sendWhole(event) {
  const form = event.target, items = (waiting.get(form) || []).filter(each => each.waits);
  if (event.defaultPrevented || !items.length) return;
  event.preventDefault();
  const body = new FormData(form);
  if (event.submitter?.name) body.append(event.submitter.name, event.submitter.value);
  try {
    for (const item of items) {
      const file = await item.ready();
      if (file) body.append(item.input.name, file);
    }
    const left = items.filter(each => each.waits), url = event.submitter?.hasAttribute('formaction') ? event.submitter.formAction : form.action;
    const all = { set stop(stop) { for (const item of left) item.stop = stop; } };
    const result = left.length ? await send(url, body, all, share => left.forEach(each => each.progress(share))) : null;
    if (result?.said.to) return void location.assign(result.said.to);
    if (result) left.forEach(each => each.await(`没有提交：${result.said.message}`));
  } catch {
    for (const item of items) if (item.waits) item.await('网络断开，没有提交。网络恢复后请再提交');
  }
  delete form.dataset.sent;
  form.removeAttribute('aria-busy');
}
