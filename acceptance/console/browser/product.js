import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_LIMIT = 60_000;
const STOP_LIMIT = 20_000;
const OUTPUT_KEPT = 20_000;

/** The packaged product as a child process, on ports and with data of its own. */
export class Product {
  #command;
  #environment;
  #child = null;
  #output = '';
  #beginning = '';
  #folder = mkdtempSync(join(tmpdir(), 'atalaya-console-'));

  constructor(command, environment) {
    this.#command = command;
    this.#environment = environment;
  }

  /** A gateway as `./atalaya run` starts it, with further settings as environment variables. */
  static async gateway(settings = {}) {
    const secret = () => randomBytes(32).toString('hex');
    const product = new Product(['run'], {
      JWT_SECRET: secret(),
      TABLE_TOKEN_SECRET: secret(),
      INGEST_API_KEYS: `${secret()}=*`,
      WS_PORT: String(await freePort()),
      MANAGEMENT_PORT: String(await freePort()),
      ...settings,
    });
    await product.start();
    return product;
  }

  /** `./atalaya demo`, evening after evening. */
  static async demo(...options) {
    const product = new Product(['demo', ...options], {});
    await product.start();
    return product;
  }

  /** Starts a command of the product's beside it, such as `bench`; to be killed by whoever starts it. */
  command(...words) {
    return spawn(java(), javaOptions(words), { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Changes the embedded store behind the gateway's back, as a broken disk or a wrong migration would. */
  sql(...statements) {
    const data = this.#dataFolder();
    const store = readdirSync(data).find((name) => readFileSync(join(data, name)).subarray(0, 13).toString('latin1') === 'SQLite format');
    const program = new URL('Sql.java', import.meta.url).pathname;
    execFileSync(java(), ['--enable-native-access=ALL-UNNAMED', '-cp', jar(), program, join(data, store), ...statements]);
  }

  #dataFolder() {
    return join(this.#folder, 'data');
  }

  /** Publishes one event, or several of them, for the gateway's own tenants; answers the status. */
  async publish(events) {
    const key = this.#environment.INGEST_API_KEYS?.replace(/=\*$/, '') ?? /Bearer (\S+?)'/.exec(this.#beginning)[1];
    const answer = await fetch(`${this.publicAddress}/api/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(events),
    });
    await answer.body?.cancel();
    return answer.status;
  }

  /** What operators are answered, without a login. */
  async ask(path) {
    return (await fetch(this.address + path)).json();
  }

  setting(name) {
    return this.#environment[name];
  }

  /** Where operators go, such as `http://127.0.0.1:8002`. */
  get address() {
    const port = this.#environment.MANAGEMENT_PORT ?? /operators on http:\/\/127\.0\.0\.1:(\d+)/.exec(this.#beginning)?.[1];
    return `http://127.0.0.1:${port}`;
  }

  /** Where clients and producers go. */
  get publicAddress() {
    const port = this.#environment.WS_PORT ?? /producers on http:\/\/127\.0\.0\.1:(\d+)/.exec(this.#beginning)?.[1];
    return `http://127.0.0.1:${port}`;
  }

  /** What it has written first: addresses, credentials to try. */
  get beginning() {
    return this.#beginning;
  }

  async start() {
    this.#output = '';
    this.#beginning = '';
    this.#child = spawn(java(), javaOptions(this.#command), {
      env: { DATA_DIR: this.#dataFolder(), NO_COLOR: '1', ...this.#environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => this.#onOutput(text));
    }
    await until(`a gateway that is ready\n${this.#output}`, START_LIMIT, async () => {
      if (this.#child.exitCode !== null) {
        throw new Error(`the gateway ended with ${this.#child.exitCode}:\n${this.#output}`);
      }
      return !this.address.endsWith('undefined') && (await fetch(`${this.address}/health/ready`).then((answer) => answer.ok, () => false));
    });
  }

  #onOutput(text) {
    this.#beginning = (this.#beginning + text).slice(0, OUTPUT_KEPT);
    this.#output = (this.#output + text).slice(-OUTPUT_KEPT);
  }

  /** Ends it at once, as a crash would. */
  async kill() {
    await this.#end('SIGKILL');
  }

  async close() {
    await this.#end('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(signal) {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    child.kill(signal);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
    await ended;
    clearTimeout(late);
  }
}

function java() {
  const home = process.env.JAVA_HOME;
  return home ? join(home, 'bin', 'java') : 'java';
}

function jar() {
  const path = process.env.ATALAYA_JAR;
  if (!path || !existsSync(path)) {
    throw new Error(`ATALAYA_JAR: ${path ?? 'not set'} (expected: the packaged product; ./verify console makes it)`);
  }
  return path;
}

function javaOptions(command) {
  const options = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '--enable-native-access=ALL-UNNAMED', '--sun-misc-unsafe-memory-access=allow'];
  return [...options, '-jar', jar(), ...command];
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Waits until `holds` says so. */
export async function until(what, limit, holds) {
  const end = Date.now() + limit;
  while (!(await holds())) {
    if (Date.now() > end) {
      throw new Error(`not within ${limit} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
