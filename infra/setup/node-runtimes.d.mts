// Types of node-runtimes.mjs for what is compiled.
export interface NodeRuntime {
  major: number;
  version: string;
  integrity: Record<string, string>;
}
export const NODE_RUNTIMES: NodeRuntime[];
export function findRuntime(runtime: NodeRuntime): { path: string | null; reason: string | null };
