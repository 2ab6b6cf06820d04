/** Load on a collector, from a process of its own, so that sending does not take the server's core. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface LoadOptions {
  /** Origin of the server, on this machine. */
  url: string;
  seed: number;
  messagesPerRequest: number;
  /** Kept alive; each has one request under way. */
  connections: number;
  /** All are made before the clock starts, so that only sending is measured. */
  maxRequests: number;
  maxSeconds: number;
  /** [visitors="one after the other"] */
  visitors?: 'one after the other' | 'interleaved';
  /**
   * Offered whatever the answers do, as visitors do; latency then counts from when a request was due.
   * [requestsPerSecond=as fast as answers come]
   */
  requestsPerSecond?: number;
}

export interface LoadResult {
  requests: number;
  /** Answered as accepted. */
  messages: number;
  seconds: number;
  /** Time to the whole answer. */
  p50Ms: number;
  p99Ms: number;
  longestMs: number;
}

const ENTRY = fileURLToPath(new URL('load-process.ts', import.meta.url));

/** @throws if any message was not accepted */
export function load(options: LoadOptions): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = fork(ENTRY);
    child.once('message', (result) => resolve(result as LoadResult));
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
    child.send(options);
  });
}
