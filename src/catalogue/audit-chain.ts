import type { Kysely } from 'kysely'
import type { Tables } from '../postgres/tables.ts'
import { chainAfter, lineHash, NO_HASH, type ChainLine } from './store/audit.ts'

const AT_ONCE = 5000

/** `fault` names the first line that is not as it was written; undefined: all are. `last`: hash of the last line. */
export interface ChainVerdict { lines: number, last: string, fault: string | undefined }

/**
 * Walks the audit trail from its first line. `noted`: the hash, in hexadecimal, of a line that was the last one once
 * and so must still be there: lines taken off the end leave a chain that is whole.
 */
export async function verifyAudit (db: Kysely<Tables>, noted?: string): Promise<ChainVerdict> {
  let last: Buffer = NO_HASH
  let [lines, seen] = [0, noted === undefined]
  let fault: string | undefined
  for (;;) {
    const chunk = await chainAfter(db, lines, AT_ONCE)
    for (const line of chunk) {
      fault = faultOf(line, lines, last)
      if (fault !== undefined) return { lines, last: last.toString('hex'), fault }
      lines = line.id
      last = line.hash
      seen ||= last.toString('hex') === noted
    }
    if (chunk.length < AT_ONCE) break
  }
  if (!seen) {
    fault = `no line has the hash ${noted}: lines after line ${lines} were removed, or the trail was made anew`
  }
  return { lines, last: last.toString('hex'), fault }
}

function faultOf ({ id, previous, hash, canonical }: ChainLine, before: number, last: Buffer): string | undefined {
  if (id !== before + 1) return `line ${before + 1} is missing: the next one is ${id}`
  if (!hash.equals(lineHash(previous, canonical))) return `line ${id} was changed or added: its hash is not its own`
  if (previous.equals(last)) return undefined
  return before === 0
    ? 'line 1 was not the first one: lines before it were removed'
    : `line ${before} was changed, with a new hash of its own: it is not the one that line ${id} was written after`
}
