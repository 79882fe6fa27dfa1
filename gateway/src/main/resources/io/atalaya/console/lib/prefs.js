const PREFIX = 'atalaya.';

/** A remembered choice; storage may be forbidden, then it lasts as long as the page. */
export function remembered(name, otherwise = null) {
  try {
    return localStorage.getItem(PREFIX + name) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Remembers a choice; null forgets it. */
export function remember(name, value) {
  try {
    if (value === null) {
      localStorage.removeItem(PREFIX + name);
    } else {
      localStorage.setItem(PREFIX + name, value);
    }
  } catch {
    // not remembered, then
  }
}

/** Light, dark, or what the system says (`auto`). */
export function theme() {
  return remembered('theme', 'auto');
}

export function chooseTheme(choice) {
  if (choice === 'auto') {
    remember('theme', null);
    delete document.documentElement.dataset.theme;
  } else {
    remember('theme', choice);
    document.documentElement.dataset.theme = choice;
  }
  dispatchEvent(new CustomEvent('atalaya:theme'));
}
