import { unzipSync, zipSync } from 'fflate'

/** Bytes that the parts of a workbook which are read may have together, unpacked. */
export const MOST_UNPACKED = 64 * 1024 * 1024

/** What of a workbook is read: its parts in XML. Pictures, macros and what else there is are left where they are. */
const READ = /\.(?:xml|rels)$/i
const MOST_PARTS = 1000

/** Why a workbook is not read, as a sentence. */
export class NoWorkbook extends Error {}

/**
 * The same workbook without its packing and without what is not read. Its directory says how large each part is,
 * before any is unpacked; a part that is larger than it says is cut there. Throws `NoWorkbook`.
 */
export function unpacked (bytes: Uint8Array): Uint8Array {
  let [total, parts] = [0, 0]
  let files: Record<string, Uint8Array>
  try {
    files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!READ.test(name)) return false
        total += originalSize
        if (total > MOST_UNPACKED || ++parts > MOST_PARTS) {
          throw new NoWorkbook(
            `The workbook has more than ${MOST_UNPACKED / 1024 / 1024} MiB unpacked; send it in pieces, or as CSV.`
          )
        }
        return true
      }
    })
  } catch (error) {
    if (error instanceof NoWorkbook) throw error
    throw new NoWorkbook('The file is no .xlsx, or is damaged; save it as an Excel workbook (.xlsx), or as CSV.')
  }
  if (!('xl/workbook.xml' in files)) {
    throw new NoWorkbook('The file is no .xlsx; save it as an Excel workbook (.xlsx), or as CSV.')
  }
  return zipSync(files, { level: 0 })
}
