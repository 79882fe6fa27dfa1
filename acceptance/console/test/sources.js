import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The console's own sources. */
export const CONSOLE = new URL('../../../gateway/src/main/resources/io/atalaya/console/', import.meta.url).pathname;

/** The example pages, which it serves, too. */
const EXAMPLES = new URL('../../../clients/js/examples/', import.meta.url).pathname;

/** Every file of the console's with that ending, other people's excepted: `{path, text}`. */
export function sources(ending) {
  return within(CONSOLE, ending);
}

/** The same of the example pages. */
export function examples(ending) {
  return within(EXAMPLES, ending);
}

function within(folder, ending) {
  return files(folder)
    .filter((path) => path.endsWith(ending) && !path.includes('/vendor/'))
    .map((path) => ({ path: relative(folder, path), text: readFileSync(path, 'utf8') }));
}

function files(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(directory, entry.name)) : [join(directory, entry.name)],
  );
}
