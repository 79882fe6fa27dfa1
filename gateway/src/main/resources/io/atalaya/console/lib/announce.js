/** Tells screen readers, and shows for a moment, what an action has come to. */
export function announce(text) {
  const announcer = document.getElementById('announcer');
  announcer.textContent = '';
  requestAnimationFrame(() => (announcer.textContent = text));
  const toast = document.createElement('div');
  toast.className = 'toast';
  toast.setAttribute('aria-hidden', 'true');
  toast.textContent = text;
  for (const before of document.querySelectorAll('.toast')) {
    before.remove();
  }
  document.body.append(toast);
  setTimeout(() => toast.remove(), 5_000);
}
