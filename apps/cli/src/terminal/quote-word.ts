// Quotes a word for a POSIX shell, for commands shown to the user.
export const quoteWord = (word: string): string =>
  /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
