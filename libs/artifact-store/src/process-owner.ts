// The process that owns a lock or a temporary folder, and whether it has exited.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

export interface Owner {
  pid: number;
  /** Start of the process in clock ticks, where the system reports it: detects a reused pid. */
  started: string;
  /** Identifies the machine or container; empty in files of older versions. */
  host: string;
}

export const thisProcess: Owner = {
  pid: process.pid,
  started: processStart(process.pid),
  host: createHash('sha256').update(hostname()).digest('hex').slice(0, 8),
};

function processStart(pid: number): string {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[19] ?? ''
    );
  } catch {
    return '';
  }
}

/** True for a process of another machine or container on the same folder: its pid means nothing here. */
export function isOnOtherMachine(owner: Owner): boolean {
  return owner.host !== '' && owner.host !== thisProcess.host;
}

/** For a process of this machine. */
export function hasExited(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EPERM') return true;
  }
  const started = processStart(owner.pid);
  return started !== '' && owner.started !== '' && started !== owner.started;
}
