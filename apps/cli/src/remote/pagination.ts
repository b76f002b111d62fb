// Iterates over all entries of a paginated list of the API.
import { answer } from '@portrait/api-client';
import { MAX_PAGE_SIZE } from '@portrait/contracts/api';

interface Page<T> {
  data: T[];
  nextCursor: string | null;
}
type PageResponse<T> = Parameters<typeof answer<Page<T>>>[0];

export async function* listAll<T>(
  page: (query: { limit: number; cursor?: string }) => PageResponse<T>,
): AsyncGenerator<T> {
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { data, nextCursor }: Page<T> = await answer(
      page({ limit: MAX_PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) }),
    );
    yield* data;
    cursor = nextCursor;
  }
}
