// Types of tools.mjs for what is compiled.
/** `reason` completes "not supported, because …". */
export function provide(
  name: string,
  options: { make: boolean },
): Promise<{ path: string; reason: null } | { path: null; reason: string }>;
