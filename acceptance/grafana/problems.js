// What Grafana's types have against a dashboard.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));
const options = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};

/**
 * The problems of dashboards, each as one text that starts with the name of its dashboard.
 *
 * @param {Record<string, string>} dashboards texts in JSON, by name
 * @returns {string[]}
 */
export function problems(dashboards) {
  const files = new Map();
  Object.entries(dashboards).forEach(([name, text], index) => {
    // a literal, since only those are held against types member by member
    const source = `import type { File } from './dashboard';\nexport const file: File =\n${text};\n`;
    files.set(join(here, `checked-${index}.ts`), { name, source });
  });
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path)?.source ?? readFile(path);
  host.getSourceFile = (path, version, ...rest) =>
    files.has(path) ? ts.createSourceFile(path, files.get(path).source, version) : getSourceFile(path, version, ...rest);
  const program = ts.createProgram([...files.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map((found) => {
    const text = ts.flattenDiagnosticMessageText(found.messageText, '\n');
    if (!found.file) {
      return text;
    }
    const line = found.file.getLineAndCharacterOfPosition(found.start ?? 0).line;
    const checked = files.get(found.file.fileName);
    return checked ? `${checked.name}:${line - 1}: ${text}` : `${found.file.fileName}:${line + 1}: ${text}`;
  });
}

/** The version of Grafana that the types are of. */
export function version() {
  return JSON.parse(readFileSync(join(here, 'node_modules/@grafana/schema/package.json'), 'utf8')).version;
}
