// Serves liveness, readiness and metrics over HTTP in a separate Nest application: a probe never waits for work.
import 'reflect-metadata';
import { Controller, Get, Header, Inject, Module, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** Returns null when healthy, else the reason. */
export type Check = () => Promise<string | null> | string | null;

export interface HealthServer {
  readonly url: string;
  close(): Promise<void>;
}

interface HttpResponse {
  status(code: number): { json(body: unknown): void };
}

const SOURCE = Symbol('health source');
interface Source {
  checks: Readonly<Record<string, Check>>;
  registry: Registry;
  /** Updates the registry before it is read. */
  beforeScrape(): void;
}

@Controller()
class HealthController {
  constructor(@Inject(SOURCE) private readonly source: Source) {}

  @Get('livez')
  live(): { status: string } {
    return { status: 'ok' };
  }

  @Get('readyz')
  async ready(@Res() response: HttpResponse): Promise<void> {
    const entries = Object.entries(this.source.checks).map(
      async ([name, check]) =>
        [name, await Promise.resolve(check()).catch((error: unknown) => (error as Error).message)] as const,
    );
    const results = Object.fromEntries(await Promise.all(entries));
    const ready = Object.values(results).every((why) => why === null);
    response.status(ready ? 200 : 503).json({
      status: ready ? 'ready' : 'not ready',
      checks: Object.fromEntries(Object.entries(results).map(([name, why]) => [name, why ?? 'ok'])),
    });
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    this.source.beforeScrape();
    return this.source.registry.metrics();
  }
}

/** @param options.checks all must pass for `/readyz` to answer 200 */
export async function serveHealth(options: {
  host: string;
  port: number;
  checks: Readonly<Record<string, Check>>;
  registry: Registry;
  beforeScrape?: () => void;
}): Promise<HealthServer> {
  const { checks, registry, host, port, beforeScrape = () => undefined } = options;
  @Module({
    controllers: [HealthController],
    providers: [{ provide: SOURCE, useValue: { checks, registry, beforeScrape } satisfies Source }],
  })
  class HealthModule {}
  const app = await NestFactory.create(HealthModule, { logger: false });
  await app.listen(port, host);
  const address = (app.getHttpServer() as { address(): AddressInfo }).address();
  return { url: `http://${host}:${address.port}`, close: () => app.close() };
}
