import { parentPort, workerData } from 'node:worker_threads'
import { NoWorkbook, unpacked } from './unpack.ts'
import { readWorkbook, type SheetLines } from './workbook.ts'

/** Lines that are sent at once: what takes them makes objects of them in one go. */
const AT_ONCE = 100

/** What the worker answers: first what the sheet is, then, as often as it is asked, its next lines. */
export type Answer = { why: string } | Omit<SheetLines, 'lines'> & { count: number } | SheetLines['lines']

const port = parentPort
if (port !== null) {
  const { bytes, sheet } = workerData as { bytes: Uint8Array, sheet: string | undefined }
  try {
    const { lines, ...found } = readWorkbook(unpacked(bytes), sheet)
    let at = 0
    port.on('message', () => {
      port.postMessage(lines.slice(at, at + AT_ONCE))
      at += AT_ONCE
    })
    port.postMessage({ ...found, count: lines.length })
  } catch (error) {
    port.postMessage({
      why: error instanceof NoWorkbook
        ? error.message
        : 'The workbook cannot be read; open it, save it again as an Excel workbook (.xlsx), or as CSV.'
    })
  }
}
