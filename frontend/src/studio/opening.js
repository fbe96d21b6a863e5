// How an editor of a library opens a file and saves it. What only was opened stays as it is, byte for byte: while an
// editor would write what it wrote right after opening, the file's own text is what counts.
import { Saver, forget, unsaved } from './saving.js';

/**
 * Opens the file of `host`. `show(text)` puts a text into the editor, `write()` gives its content; both may be async.
 * Returns `touch`, to be called when something may have changed.
 */
export async function openFile(host, show, write) {
  const answer = await fetch(host.dataset.content, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error('文件没有打开，请刷新页面');
  const original = await answer.text();
  await show(original);
  const untouched = await write();
  const read = async () => {
    const now = await write();
    return now === untouched ? original : now;
  };
  const saver = new Saver(host, read);
  const kept = unsaved(host);
  if (kept !== null && kept !== original) {
    await show(kept);
    saver.touch();
  } else {
    forget(host);
  }
  return () => saver.touch();
}

/** Tells in place of the editor that it did not open; the file can still be downloaded. */
export function failed(host, error) {
  const note = document.createElement('p');
  note.className = 'sheet-body';
  note.textContent = `编辑器没有打开：${error.message}。可以下载文件，改好后到变更页面上传。`;
  host.replaceChildren(note);
  console.error(error);
}

/** An element with class, text and children. */
export function make(tag, className = '', text = '', ...children) {
  const made = Object.assign(document.createElement(tag), { className, textContent: text });
  made.append(...children);
  return made;
}

/** JSON of a route of this change; `body` is posted where there is one. */
export async function ask(host, address, body) {
  const post = body && {
    method: 'POST', body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'X-CSRFToken': host.dataset.token },
  };
  const answer = await fetch(address, { credentials: 'same-origin', redirect: 'manual', ...post });
  if (!answer.ok) throw new Error('服务器没有回答，请刷新页面');
  return answer.json();
}
