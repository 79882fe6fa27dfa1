/**
 * Which view an address stands for: `#/sessions?tenant=1` is the view `sessions` with these parameters; `#/events/tail`
 * is a part of a view.
 */
export function parseRoute(hash, names, first) {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name, part = ''] = path.split('/', 2);
  return {
    name: names.includes(name) ? name : first,
    part: names.includes(name) ? decoded(part) : '',
    parameters: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** The address of a route; parameters that are empty are left out. */
export function routeHash(name, part = '', parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '' && value !== undefined));
  return `#/${name}${part ? `/${encodeURIComponent(part)}` : ''}${query.size > 0 ? `?${query}` : ''}`;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
