const [NEWLINE, RETURN, SPACE, TAB] = [10, 13, 32, 9]

/** Lines that end in the bytes: with a newline, a carriage return, or both. */
export function linesIn (bytes: Buffer): number {
  let lines = 0
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === NEWLINE || (bytes[i] === RETURN && bytes[i + 1] !== NEWLINE)) lines++
  }
  return lines
}

/** How many bytes of blank lines stand before a row. */
export function leadingBlanks (bytes: Buffer): number {
  let at = 0
  const isBlank = (byte?: number): boolean =>
    byte === NEWLINE || byte === RETURN || byte === SPACE || byte === TAB
  while (isBlank(bytes[at])) at++
  // A row may begin with blanks of its own; a line that is blank ends with a newline.
  return at === bytes.length ? 0 : Math.max(bytes.lastIndexOf(NEWLINE, at), bytes.lastIndexOf(RETURN, at), -1) + 1
}
