export const ALLOWED: Set<string>;
export const EXCEPTIONS: { licence: string; package: RegExp; reason: string }[];
export const READ_FROM_FILE: Record<string, { licence: string; file: string; says: RegExp }>;
export function licenceGroups(expression: string): string[][];
export function refusedPart(expression: string, name: string): string | null;
export interface LockedPackage {
  name: string;
  version: string;
  licence: string;
  use: string;
}
export function lockedPackages(lock: unknown): LockedPackage[];
export function missingOptional(lock: unknown): string[];
