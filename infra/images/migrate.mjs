// Job of an operator: migrates the database to the tables of this version. The API does the same when it starts. As
// a job it runs once, before the new version takes traffic, and a failure stops the roll-out.
import { openDatabase } from '../../apps/api/dist/database/open-database.js';
import { readServiceSettings } from '../../libs/config/dist/index.js';

try {
  const database = await openDatabase(readServiceSettings(process.env).database);
  await database.ping();
  await database[Symbol.asyncDispose]();
  console.log('The database has the tables of this version.');
} catch (error) {
  console.error(`${error.message}${error.hint ? ` ${error.hint}` : ''}`);
  process.exitCode = 4;
}
