// A word of a command line as a shell takes it unchanged, for commands the user is told to run.
export const quoteWord = (word: string): string =>
  /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
