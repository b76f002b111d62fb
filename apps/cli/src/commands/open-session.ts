// How a command gets its session: opened when it runs, not when help is printed.
import type { Command } from 'commander';
import type { Session } from '../session.js';

export type OpenSession = (command: Command) => Session;
