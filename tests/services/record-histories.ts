// Writes the histories of ended workflows as JSON for the replay spec, without names of machines and processes and
// without stacks, which hold paths.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

/** So many of each type are enough; the first ones of a spec differ most. */
const EACH = 6;

export async function recordHistories(client: Client, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const count = new Map<string, number>();
  const found = [];
  for await (const info of client.workflow.list()) if (info.status.name !== 'RUNNING') found.push(info);
  found.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
  for (const { workflowId, runId, type } of found) {
    const number = (count.get(type) ?? 0) + 1;
    count.set(type, number);
    if (number > EACH) continue;
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const text = JSON.stringify(JSON.parse(historyToJSON(history))).replace(
      /"(identity|sdkName|binaryChecksum|stackTrace)":"(?:[^"\\]|\\.)*"/g,
      '"$1":""',
    );
    await writeFile(join(folder, `${type}-${number}.json`), `${text}\n`);
  }
}
