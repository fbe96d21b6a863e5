// A page that was submitted asks nothing more of the work that it submitted: what is under way is given up.

let left = false;
const asking = new Set();

// After every listener that may hold the event back. What opens in another window leaves this page where it is.
window.addEventListener('submit', event => {
  const { target, submitter } = event;
  if (event.defaultPrevented || target.method !== 'post' || submitter?.formTarget || target.target === '_blank') return;
  left = true;
  for (const each of asking) each.abort();
});
window.addEventListener('pageshow', () => { left = false; }); // it may come back from the history

/** A question to the server by the page itself: answers a Response, or null where it was given up. */
export async function ask(url, body, controller) {
  if (left) return null;
  asking.add(controller);
  try {
    return await fetch(url, { method: 'POST', body, credentials: 'same-origin', signal: controller.signal });
  } catch (error) {
    if (controller.signal.aborted) return null;
    throw error;
  } finally {
    asking.delete(controller);
  }
}
