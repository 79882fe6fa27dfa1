const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an element. Texts go in as text nodes, never as markup: what the page shows comes from strangers.
 *
 * `attributes`: `class`, `text`, `on` (listeners by event), `data` (dataset), properties by `prop`; everything else is an
 * attribute, where `true` stands for the empty value, and `false`, `null` and `undefined` for none.
 */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, { text, on, data, prop, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  for (const [type, listener] of Object.entries(on ?? {})) {
    element.addEventListener(type, listener);
  }
  Object.assign(element.dataset, data);
  Object.assign(element, prop);
  if (text !== undefined && text !== null) {
    element.textContent = String(text);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Puts `children` in the place of everything that `element` holds. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Writes a text only where it has changed: most figures stay as they are from second to second. */
export function write(element, text) {
  const value = String(text);
  if (element.firstChild?.nodeType === Node.TEXT_NODE && element.childNodes.length === 1) {
    if (element.firstChild.data !== value) {
      element.firstChild.data = value;
    }
  } else if (element.textContent !== value) {
    element.textContent = value;
  }
  return element;
}

/** Sets or takes away an attribute, only where it changes. */
export function mark(element, name, value) {
  const wanted = value === true ? '' : value === false || value === null || value === undefined ? null : String(value);
  if (element.getAttribute(name) !== wanted) {
    if (wanted === null) {
      element.removeAttribute(name);
    } else {
      element.setAttribute(name, wanted);
    }
  }
}

let ids = 0;

/** An id that no other element has. */
export function freshId(prefix = 'id') {
  ids += 1;
  return `${prefix}-${ids}`;
}
