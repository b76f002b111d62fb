// Types of programs.mjs for what is compiled.
export function postgresPrograms(path?: string, debian?: string): string | null;
