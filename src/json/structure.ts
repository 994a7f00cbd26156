export interface StructureBounds { values: number, textBytes: number, depth: number }

const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] =
  [0x22, 0x5c, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d]

/**
 * What of a JSON text is more than its bounds allow, in words; undefined: nothing. Found in the bytes, before a value
 * is made of them: eight megabytes of `[[],[],…` are three million lists.
 */
export function tooMuchIn (bytes: Buffer, { values, textBytes, depth }: StructureBounds): string | undefined {
  let [found, level] = [1, 0]
  for (let i = 0; i < bytes.length; i++) {
    switch (bytes[i]) {
      case QUOTE: {
        const end = endOfText(bytes, i + 1)
        if (end - i - 1 > textBytes) return `a text of more than ${textBytes} bytes`
        i = end
        break
      }
      case OPEN_LIST:
      case OPEN_OBJECT:
        if (++found > values) return `more than ${values} values`
        if (++level > depth) return `more than ${depth} levels`
        break
      case COMMA:
        if (++found > values) return `more than ${values} values`
        break
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        level--
        break
    }
  }
  return undefined
}

function endOfText (bytes: Buffer, start: number): number {
  for (let end = bytes.indexOf(QUOTE, start); end !== -1; end = bytes.indexOf(QUOTE, end + 1)) {
    let escapes = 0
    while (bytes[end - 1 - escapes] === BACKSLASH) escapes++
    if (escapes % 2 === 0) return end
  }
  return bytes.length
}
