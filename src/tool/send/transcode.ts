/** UTF-16, by its mark or by the zeros of its beginning, as Excel's "Unicode text" and PowerShell write it. */
export function utf16In (sample: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le'
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be'
  const start = sample.subarray(0, 200)
  return start.length >= 4 && start.every((byte, i) => (byte === 0) === (i % 2 === 1)) ? 'utf-16le' : undefined
}

/** The same text in UTF-8, with its mark. */
export async function * asUtf8 (chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding)
  yield '\ufeff'
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}
