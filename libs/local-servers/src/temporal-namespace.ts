// Configures a namespace of a Temporal server for the product. The server's own flags affect only namespaces that they
// create, not existing ones.
import type { Connection } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { PortraitError } from '@portrait/contracts';

/** Type names of the server's command line → numbers of the wire protocol. */
const SEARCH_ATTRIBUTE_TYPES = {
  Text: 1,
  Keyword: 2,
  Int: 3,
  Double: 4,
  Bool: 5,
  Datetime: 6,
  KeywordList: 7,
} as const;

export type SearchAttributes = Readonly<Record<string, keyof typeof SEARCH_ATTRIBUTE_TYPES>>;

/** The server's default is one day; a batch that ran over the weekend must still be visible on Monday. */
const RETENTION_SECONDS = 30 * 24 * 3600;

export async function hasNamespace(connection: Connection, namespace: string): Promise<boolean> {
  return connection.workflowService.describeNamespace({ namespace }).then(
    () => true,
    () => false,
  );
}

export async function prepareNamespace(
  connection: Connection,
  namespace: string,
  searchAttributes: SearchAttributes,
): Promise<void> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  if (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) !== RETENTION_SECONDS) {
    await connection.workflowService.updateNamespace({
      namespace,
      config: {
        workflowExecutionRetentionTtl: {
          seconds: RETENTION_SECONDS as never /* the type asks for a Long, the encoder takes a number */,
        },
      },
    });
  }
  await addSearchAttributes(connection, namespace, searchAttributes);
}

async function addSearchAttributes(connection: Connection, namespace: string, wanted: SearchAttributes): Promise<void> {
  const present = async (): Promise<Record<string, number>> =>
    ((await connection.operatorService.listSearchAttributes({ namespace })).customAttributes ?? {}) as Record<
      string,
      number
    >;
  const have = await present();
  const missing: Record<string, number> = {};
  for (const [name, type] of Object.entries(wanted)) {
    const number = SEARCH_ATTRIBUTE_TYPES[type];
    if (have[name] === undefined) missing[name] = number;
    else if (have[name] !== number) {
      throw new PortraitError(
        'INCOMPATIBLE',
        `Namespace ${namespace} has the search attribute ${name} with another type than ${type}.`,
        { hint: 'Use another namespace or directory; the type of a search attribute cannot be changed.' },
      );
    }
  }
  if (Object.keys(missing).length === 0) return;
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: missing });
  while (!Object.keys(missing).every((name) => name in have)) {
    await sleep(50);
    Object.assign(have, await present());
  }
}
