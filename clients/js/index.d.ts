/** An event as it was published, with what the gateway adds. */
export interface AtalayaEvent {
  type: string;
  id: string;
  tenant_id: number | string;
  /** ISO-8601 UTC. */
  ts: string;
  /** Where the log continues after it; missing on events that are never replayed. */
  cursor?: string;
  /** Sent again because nobody acknowledged it. */
  redelivered?: true;
  [member: string]: unknown;
}

/** Events that cannot be had any more. */
export interface Gap {
  type: 'gap';
  reason: 'retention' | 'ahead' | 'epoch' | 'slow' | (string & {});
  /** Where the stream continues. */
  cursor?: string;
  /** How many events were dropped, where the gateway knows. */
  dropped?: number;
}

export type State = 'idle' | 'connecting' | 'open' | 'waiting' | 'stopped';

export interface StateChange {
  state: State;
  /** `open`: the transport in use. */
  transport?: 'websocket' | 'sse';
  /** `waiting` and `stopped`: why the connection before ended. */
  code?: number;
  reason?: string;
  /** `waiting`: milliseconds until the next attempt. */
  retryIn?: number;
}

export interface Clock {
  now(): number;
  after(delay: number, run: () => void): unknown;
  clear(timer: unknown): void;
}

/** Asked before every attempt; `refused` when the token before was refused, so that a cached one will not do. */
export type TokenCallback = (why: { refused: boolean }) => string | Promise<string>;

export interface ClientOptions {
  /** `ws://` or `wss://` URL of the endpoint, without credentials. */
  url: string;
  /** The token, or where to get one. A token that expires needs a callback, or the client stops with 4001. */
  token?: string | TokenCallback;
  /** Query parameter of the token (`token`; `table_token` for diners). */
  tokenParameter?: string;
  /** Continue after this position, as stored by `onCursor`. */
  cursor?: string;
  /** Where to begin without a cursor: `now` (default), a cursor, or null for live events that cannot be resumed. */
  since?: string | null;
  /** Told of every new position; store it to continue there after a restart. */
  onCursor?: (cursor: string) => void;
  /** Names this device among those of the same user, for acknowledgements. */
  clientId?: string;
  /** Types that are acknowledged as soon as their handlers are done; true for all. */
  autoAck?: true | string[];
  /** Transports in order of preference (`websocket` alone). */
  transports?: Array<'websocket' | 'sse'>;
  /** URL of the event stream (default: the one of `url` with `/sse/` for `/ws/`). */
  sseUrl?: string;
  /** Milliseconds between two pings (30,000): the gateway ends who says nothing for a minute; over server-sent events at least 20,000. */
  pingInterval?: number;
  /** Milliseconds to wait for an answer before the connection is given up (10,000); over server-sent events 20,000. */
  pongTimeout?: number;
  /** Milliseconds that an attempt to connect may take (15,000). */
  connectTimeout?: number;
  /** Bound of the first pause between attempts, in milliseconds (1,000); it doubles each time. */
  backoffBase?: number;
  /** Bound of every pause, in milliseconds (30,000). */
  backoffCap?: number;
  /** A connection that lived so long makes the next pause a short one again, in milliseconds (10,000). */
  stableAfter?: number;
  /** Ids remembered to recognise repetitions (20,000: as many acknowledgements as one recipient may owe and see again, marked and replayed). */
  rememberedIds?: number;
  /** The platform's, unless given. */
  WebSocket?: unknown;
  fetch?: typeof fetch;
  window?: unknown;
  clock?: Clock;
  random?: () => number;
}

export class AtalayaClient {
  constructor(options: ClientOptions);
  readonly state: State;
  readonly cursor: string | null;
  readonly transport: 'websocket' | 'sse' | null;
  connect(): this;
  close(): void;
  wake(): void;
  on<E extends AtalayaEvent = AtalayaEvent>(type: string, handler: (event: E) => void | Promise<void>): () => void;
  onState(watcher: (change: StateChange) => void): () => void;
  onGap(watcher: (gap: Gap) => void): () => void;
  onError(watcher: (error: unknown) => void): () => void;
  send(message: string | object): boolean;
  ack(event: AtalayaEvent | string): boolean;
}

export const After: Readonly<{ RETRY: 'retry'; LATER: 'later'; NEW_TOKEN: 'new-token'; STOP: 'stop' }>;
export const HEARTBEAT_LOST: 4000;
export function afterClose(code: number): (typeof After)[keyof typeof After];
