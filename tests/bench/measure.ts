// Times one benchmark: prepare, warm up, then run rounds until the time is used. The best round is the result,
// because on a shared machine only that one depends on the code alone; the median shows the spread.

export interface Work {
  /** Units that one run does. */
  amount: number;
  run(round: number): Promise<unknown>;
  close?(): Promise<void>;
}

export interface Benchmark {
  /** Unique; `--only` matches parts of it. */
  name: string;
  /** What is counted a second. */
  unit: string;
  /** Rejects where the machine lacks something; the message is the reason. */
  open(): Promise<Work>;
}

export interface Row {
  name: string;
  unit: string;
  better: 'more' | 'less';
  /** Of the best round; null: not measured. */
  best: number | null;
  median: number | null;
  rounds: number;
  /** Why it was not measured. */
  reason?: string;
}

const LEAST_ROUNDS = 3;
const WARM_UP = 2;

export async function measure({ name, unit, open }: Benchmark, seconds: number): Promise<Row> {
  let work: Work | undefined;
  try {
    work = await open();
    for (let round = 0; round < WARM_UP; round++) await work.run(round);
    const rates: number[] = [];
    for (const end = performance.now() + seconds * 1000; rates.length < LEAST_ROUNDS || performance.now() < end;) {
      const start = performance.now();
      await work.run(WARM_UP + rates.length);
      rates.push((work.amount * 1000) / (performance.now() - start));
    }
    rates.sort((a, b) => b - a);
    return {
      name,
      unit: `${unit}/s`,
      better: 'more',
      best: rates[0]!,
      median: rates[rates.length >> 1]!,
      rounds: rates.length,
    };
  } catch (error) {
    return {
      name,
      unit: `${unit}/s`,
      better: 'more',
      best: null,
      median: null,
      rounds: 0,
      reason: error instanceof Error ? error.message : String(error),
    };
  } finally {
    await work?.close?.();
  }
}
