import { freshId, h } from './dom.js';
import { button } from './parts.js';
import { t } from './i18n.js';

/**
 * Asks before something is done that cannot be undone.
 *
 * @returns {Promise<boolean>}
 */
export function confirmed(title, text, action) {
  return new Promise((resolve) => {
    const head = freshId('dialog');
    const body = freshId('dialog');
    const dialog = h(
      'dialog',
      { class: 'dialog', 'aria-labelledby': head, 'aria-describedby': body },
      h(
        'form',
        { method: 'dialog' },
        h('h2', { id: head, text: title }),
        h('p', { id: body, text }),
        h(
          'div',
          { class: 'dialog-buttons' },
          h('button', { class: 'button', value: 'no', text: t('common.cancel'), autofocus: true }),
          h('button', { class: 'button danger', value: 'yes', text: action }),
        ),
      ),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    show(dialog);
  });
}

/** A sheet beside the page, or over it on a phone: more about one thing. Escape closes it; focus goes back. */
export function sheet(title, ...content) {
  const head = freshId('sheet');
  const dialog = h('dialog', { class: 'sheet', 'aria-labelledby': head });
  dialog.append(
    h(
      'header',
      { class: 'sheet-head' },
      h('h2', { id: head, text: title }),
      button(t('common.close'), () => dialog.close(), { kind: 'quiet', iconName: 'close' }),
    ),
    h('div', { class: 'sheet-body' }, content),
  );
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  show(dialog);
  return dialog;
}

/** It belongs to the view that it was opened from: whoever goes back, or elsewhere, leaves it, too. */
function show(dialog) {
  const leave = () => dialog.close();
  addEventListener('popstate', leave); // comes before hashchange, so before the new view takes the focus
  dialog.addEventListener('close', () => removeEventListener('popstate', leave));
  document.body.append(dialog);
  dialog.showModal();
}
