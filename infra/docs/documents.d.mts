export function replaceBlock(page: string, name: string, content: string): string;
export function documents(source: object, read: (path: string) => string): Record<string, string>;
