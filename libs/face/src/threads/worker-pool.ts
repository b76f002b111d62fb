// A pool of identical worker threads. Models run only in threads: the event loop stays free, and globals that a model
// sets stay in its thread.
import { Worker } from 'node:worker_threads';
import { PortraitError } from '@portrait/contracts';
import type { Reply } from './serve.js';

interface PoolOptions {
  /** Number of threads, ≥ 1. */
  size: number;
  /** Given to each thread as workerData. */
  data: unknown;
  signal?: AbortSignal | undefined;
}

interface Job<Request, Response> {
  request: Request;
  transfer: ArrayBuffer[];
  resolve(value: Response): void;
  reject(error: unknown): void;
}

/** Entry file of a worker: JavaScript in dist, TypeScript when running from the sources. */
export function workerEntry(from: string, name: string): URL {
  return new URL(`./${name}${from.endsWith('.ts') ? '.ts' : '.js'}`, from);
}

const fromSource = import.meta.url.endsWith('.ts');
const execArgv = fromSource
  ? ['--conditions=@portrait/source', '--import', new URL('../../run-from-source/register.mjs', import.meta.url).href]
  : [];
/** Last output of a thread that error messages quote, characters. */
const MAX_OUTPUT_TAIL = 2000;
const cancelled = (): PortraitError => new PortraitError('CANCELLED', 'Stopped on request.');

export class WorkerPool<Request, Response> {
  readonly #idle: Worker[] = [];
  readonly #workers: Worker[] = [];
  readonly #running = new Map<Worker, Job<Request, Response>>();
  /** Threads that run native code: loading a model or handling a request. */
  readonly #busy = new Set<Worker>();
  readonly #waiting: Job<Request, Response>[] = [];
  readonly #signal: AbortSignal | undefined;
  #failure: unknown = null;
  #ended: Promise<void> | null = null;
  readonly #onAbort = (): void => void this.#end(cancelled());

  private constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort);
  }

  /** Resolves when every thread has loaded its model. */
  static async open<Request, Response>(
    entry: URL,
    { size, data, signal }: PoolOptions,
  ): Promise<WorkerPool<Request, Response>> {
    if (signal?.aborted) throw cancelled();
    const pool = new WorkerPool<Request, Response>(signal);
    try {
      await Promise.all(Array.from({ length: Math.max(1, size) }, () => pool.#start(entry, data)));
    } catch (error) {
      await pool.#end(error);
      throw error;
    }
    return pool;
  }

  #start(entry: URL, workerData: unknown): Promise<void> {
    // The output of models is not logged; error messages quote its end.
    const worker = new Worker(entry, { workerData, execArgv, stdout: true, stderr: true });
    let output = '';
    const keepTail = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-MAX_OUTPUT_TAIL));
    worker.stdout.on('data', keepTail);
    worker.stderr.on('data', keepTail);
    this.#workers.push(worker);
    this.#busy.add(worker);
    return new Promise((resolve, reject) => {
      const broken = (why: string, cause?: unknown): void => {
        const error =
          this.#failure ??
          new PortraitError('INTERNAL', `A model thread ${why}.${output ? `\n${output.trim()}` : ''}`, { cause });
        reject(error);
        void this.#end(error);
      };
      worker.once('message', (reply: Reply<null>) => {
        this.#busy.delete(worker);
        if (this.#failure) return reject(this.#failure);
        if (!reply.ok) return broken(`could not start: ${reply.message}`, reply.stack);
        worker.on('message', (answer: Reply<Response>) => this.#settle(worker, answer));
        this.#idle.push(worker);
        resolve();
        this.#next();
      });
      worker.once('error', (error) => broken(`failed: ${error.message}`, error));
      worker.once('exit', (code) => broken(`ended with code ${code}`));
    });
  }

  run(request: Request, transfer: ArrayBuffer[] = []): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#waiting.push({ request, transfer, resolve, reject });
      this.#next();
    });
  }

  /** Answers in the order of the items. Reads ahead at most twice the number of threads, so memory is bounded. */
  async *map<Item>(
    items: AsyncIterable<Item>,
    toRequest: (item: Item) => { request: Request; transfer?: ArrayBuffer[] },
  ): AsyncGenerator<Response> {
    const ahead: Promise<Response>[] = [];
    for await (const item of items) {
      const { request, transfer } = toRequest(item);
      const answer = this.run(request, transfer);
      answer.catch(() => undefined); // thrown when it is awaited
      ahead.push(answer);
      if (ahead.length >= 2 * this.#workers.length) yield await ahead.shift()!;
    }
    for (const answer of ahead) yield await answer;
  }

  async close(): Promise<void> {
    await this.#end(new PortraitError('INTERNAL', 'The pool is closed.'));
  }

  #next(): void {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const worker = this.#idle.pop()!;
      const job = this.#waiting.shift()!;
      this.#running.set(worker, job);
      this.#busy.add(worker);
      worker.postMessage(job.request, job.transfer);
    }
  }

  #settle(worker: Worker, answer: Reply<Response>): void {
    const job = this.#running.get(worker);
    this.#running.delete(worker);
    this.#busy.delete(worker);
    this.#idle.push(worker);
    if (answer.ok) job?.resolve(answer.value);
    else job?.reject(new PortraitError('INTERNAL', `A model failed: ${answer.message}`, { cause: answer.stack }));
    this.#next();
  }

  /** Resolves when every thread has exited. */
  #end(failure: unknown): Promise<void> {
    this.#ended ??= this.#endOnce(failure);
    return this.#ended;
  }

  async #endOnce(failure: unknown): Promise<void> {
    this.#failure = failure;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    for (const job of [...this.#running.values(), ...this.#waiting.splice(0)]) job.reject(failure);
    this.#running.clear();
    await Promise.all(this.#workers.map((w) => this.#stop(w)));
  }

  /** Terminating a thread inside native code crashes the process, so this waits for its current request to end. */
  async #stop(worker: Worker): Promise<void> {
    if (this.#busy.has(worker) && worker.threadId >= 0) {
      await new Promise<void>((resolve) => {
        worker.once('message', () => resolve());
        worker.once('exit', () => resolve());
      });
    }
    await worker.terminate();
  }
}
