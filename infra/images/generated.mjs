// Writes files that are generated from the services, for the generators of compose file and manifests.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listServices } from './services.mjs';
import { builtContracts, readPackages, root } from './workspace.mjs';

/** @param files services → path below the root → text */
export async function writeGenerated(files) {
  const services = listServices(await builtContracts(), readPackages());
  for (const [path, text] of Object.entries(files(services))) {
    const place = join(root, path);
    if (existsSync(place) && readFileSync(place, 'utf8') === text) continue;
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text);
    console.log(`${path} written`);
  }
}
