// The viewer of diagrams is fetched when one comes near the eye: <div data-diagram="…" data-viewer="URL of the viewer">.

const near = new IntersectionObserver(entries => {
  const found = entries.find(entry => entry.isIntersecting);
  if (!found) return;
  near.disconnect();
  document.head.append(Object.assign(document.createElement('script'), { src: found.target.dataset.viewer }));
}, { rootMargin: '300px' });

for (const diagram of document.querySelectorAll('[data-viewer]')) near.observe(diagram);
