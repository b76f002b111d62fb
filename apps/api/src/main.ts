// Starts the API service, or creates a key: node main.js create-key [tenant] [name].
import { readServiceSettings } from '@portrait/config';
import { toPortraitError } from '@portrait/contracts';
import { runService } from '@portrait/service-kit';
import { createKey } from './keys/create-key.js';
import { DEFAULT_TENANT } from './keys/first-key.js';
import { apiService } from './service.js';

const [command, tenant = DEFAULT_TENANT, name = 'made by hand'] = process.argv.slice(2);
if (command === undefined) {
  process.exitCode = await runService(apiService);
} else if (command === 'create-key') {
  try {
    process.stdout.write(`${await createKey(readServiceSettings().database, tenant, name)}\n`);
  } catch (error) {
    const failure = toPortraitError(error);
    process.stderr.write(`${failure.message} ${failure.hint ?? ''}\n`);
    process.exitCode = failure.class.exitCode;
  }
} else {
  process.stderr.write('Usage: node main.js [create-key [tenant] [name]]\n');
  process.exitCode = 2;
}
