// Successful responses of endpoints.
export const ok = <const S>(schema: S) => ({ status: 200, schema }) as const;
export const created = <const S>(schema: S) => ({ status: 201, schema }) as const;
export const accepted = <const S>(schema: S) => ({ status: 202, schema }) as const;
