// Which process a lock or a temporary folder belongs to, and whether that process is gone.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

export interface Owner {
  pid: number;
  /** Start of the process in clock ticks, where the system tells: tells a reused pid from the owner. */
  started: string;
  /** Mark of the machine or container; empty in what older versions wrote. */
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

/** True for a process of another machine or container that shares this folder: its pid says nothing here. */
export function isElsewhere(owner: Owner): boolean {
  return owner.host !== '' && owner.host !== thisProcess.host;
}

/** Whether the owner, a process of this machine, has ended. */
export function isGone(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EPERM') return true;
  }
  const started = processStart(owner.pid);
  return started !== '' && owner.started !== '' && started !== owner.started;
}
