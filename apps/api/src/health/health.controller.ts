// Liveness and readiness probes.
import { Controller, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Route, type ResponseOf } from '../http/route.js';
import { CHECKS, type Checks } from '../tokens.js';

/** A check that takes longer has failed. */
const TIMEOUT_MS = 5_000;

@Controller()
export class HealthController {
  constructor(@Inject(CHECKS) private readonly checks: Checks) {}

  @Route('live')
  live(): ResponseOf<'live'> {
    return { status: 'ok' };
  }

  @Route('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<ResponseOf<'ready'>> {
    const results = Object.fromEntries(
      await Promise.all(
        Object.entries(this.checks).map(async ([name, check]) => [name, (await outcome(check)) ?? 'ok'] as const),
      ),
    );
    const ready = Object.values(results).every((result) => result === 'ok');
    if (!ready) response.status(503);
    return { status: ready ? 'ready' : 'not ready', checks: results };
  }
}

/** The reason in a few words: the endpoint needs no key, so it must not name addresses. */
async function outcome(check: () => Promise<string | null>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((settle) => {
    timer = setTimeout(() => settle('no answer'), TIMEOUT_MS);
  });
  try {
    return await Promise.race([check(), late]);
  } catch {
    return 'no answer';
  } finally {
    clearTimeout(timer);
  }
}
