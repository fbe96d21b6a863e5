// Keeps what is typed: a moment after each change the content goes to the server, which refuses to overwrite what the
// page has not seen. Until the server has it, it also rests in this browser, so that a crash or a lost network loses
// nothing; there it is sealed to one version of the file and forgotten once it is saved.
import { outdated, saved } from './findings.js';

const PAUSE = 1500, RETRY = 10000;

/** Saves `read()` of an editor; `host` is its element with data-content, data-hash, data-path and data-token. */
export class Saver {
  constructor(host, read) {
    this.host = host;
    this.read = read;
    this.hash = host.dataset.hash;
    this.told = document.getElementById('saved');
    this.changed = this.saving = this.stopped = this.held = false;
    window.addEventListener('beforeunload', event => { if (this.changed) event.preventDefault(); });
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.save(); });
    document.addEventListener('keydown', event => {
      if ((event.ctrlKey || event.metaKey) && event.key === 's') {
        event.preventDefault();
        this.save();
      }
    });
  }

  /** The editor's content is another than before. */
  touch() {
    if (this.stopped) return;
    this.changed = true;
    this.held = false;
    this.tell('正在编辑…');
    outdated();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  async save() {
    if (!this.changed || this.saving || this.stopped) return;
    this.saving = true;
    this.changed = false;
    let content;
    try {
      content = await this.read();
      keep(this.host, this.hash, content);
      this.tell('正在保存…');
      await this.send(content);
    } catch (error) {
      this.changed = this.held = true;
      this.tell(content === undefined ? `没有保存：${error.message}` : '网络不通，没有保存。内容留在这台电脑上，网络恢复后自动再存。', true);
      this.timer = setTimeout(() => this.save(), RETRY);
    } finally {
      this.saving = false;
    }
    if (this.changed && !this.held) this.touch(); // what was said of a save that failed stays until somebody goes on
  }

  async send(content) {
    const address = `${this.host.dataset.content}&was=${this.hash}`;
    const answer = await fetch(address, {
      method: 'PUT', body: content, credentials: 'same-origin', redirect: 'manual',
      headers: { 'X-CSRFToken': this.host.dataset.token, 'Content-Type': 'application/octet-stream' },
    });
    if (answer.type === 'opaqueredirect') return this.stop('登录已失效，没有保存。请在另一个窗口登录，再回到这里继续。', true);
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) return this.stop(told.message || '没有保存，请刷新页面后重试。', answer.status === 409);
    this.hash = told.hash;
    forget(this.host);
    const clock = new Date().toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
    this.tell(`已保存 ${clock}`);
    saved();
  }

  /** The server refused. What cannot be mended by going on editing ends saving, so that nothing is overwritten. */
  stop(message, forever) {
    this.stopped = forever;
    this.changed = this.held = !forever;
    this.tell(message, true);
  }

  tell(text, red = false) {
    this.told.textContent = text;
    this.told.classList.toggle('is-red', red);
  }
}

/** What was typed against this version of the file and never reached the server; null where there is nothing. */
export function unsaved(host) {
  try {
    const kept = JSON.parse(localStorage.getItem(name(host)));
    return kept && kept.hash === host.dataset.hash ? kept.content : null;
  } catch {
    return null;
  }
}

export function forget(host) {
  try { localStorage.removeItem(name(host)); } catch { /* a browser that keeps nothing has nothing to forget */ }
}

function keep(host, hash, content) {
  if (typeof content !== 'string') return;
  try { localStorage.setItem(name(host), JSON.stringify({ hash, content })); } catch { /* full, or forbidden */ }
}

function name(host) {
  return `studio:${host.dataset.content}`;
}
