import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The console's own sources. */
export const CONSOLE = new URL('../../../gateway/src/main/resources/io/atalaya/console/', import.meta.url).pathname;

/** Every file of the console's with that ending, other people's excepted: `{path, text}`. */
export function sources(ending) {
  return files(CONSOLE)
    .filter((path) => path.endsWith(ending) && !path.includes('/vendor/'))
    .map((path) => ({ path: relative(CONSOLE, path), text: readFileSync(path, 'utf8') }));
}

function files(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(directory, entry.name)) : [join(directory, entry.name)],
  );
}
