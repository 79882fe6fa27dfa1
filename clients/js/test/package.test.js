import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function run(cwd, ...command) {
  return execFileSync(command[0], command.slice(1), { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

test('what would be published is complete, nothing more, and loads by its name', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'atalaya-client-'));
  try {
    const [packed] = JSON.parse(run(root, 'npm', 'pack', '--json', '--pack-destination', folder));
    const sources = (await readdir(path.join(root, 'src'))).map((name) => `src/${name}`);
    assert.deepEqual(
      packed.files.map((file) => file.path).sort(),
      ['LICENSE', 'README.md', 'index.d.ts', 'package.json', ...sources].sort(),
    );

    writeFileSync(path.join(folder, 'package.json'), '{"private": true, "type": "module"}');
    run(folder, 'npm', 'install', '--offline', '--no-audit', '--no-fund', path.join(folder, packed.filename));
    const names = run(
      folder,
      process.execPath,
      '--input-type=module',
      '--eval',
      "console.log(Object.keys(await import('@atalaya/client')).sort().join())",
    );

    assert.equal(names.trim(), 'After,AtalayaClient,HEARTBEAT_LOST,afterClose');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
