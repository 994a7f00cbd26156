import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type pg from 'pg'
import { ProblemError } from '../errors.ts'
import { hasWitnesses, readSecret, readState, type DatabaseState } from './store/state.ts'

/** What an export has seen: everything that was committed before it, by transactions older than `xmins`. */
export interface Watermark extends Omit<DatabaseState, 'nexts'> {
  /** When it was taken, in milliseconds. */
  at: number
  /** Of what it is, and for whom: no export of anything else goes on from it. */
  of: string
}

const [CIPHER, IV_BYTES, TAG_BYTES] = ['aes-256-gcm', 12, 16] as const

/**
 * The watermark of an export that is about to read, as a text that says nothing to whoever has it: numbers of
 * transactions and receipts would tell how often anybody sends.
 */
export async function takeWatermark (client: pg.Pool, of: string, now: number): Promise<string> {
  const [{ nexts: _, ...state }, secret] = await Promise.all([readState(client), readSecret(client)])
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, secret, iv)
  const sealed = Buffer.concat([cipher.update(JSON.stringify({ ...state, at: now, of })), cipher.final()])
  return Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64url')
}

/**
 * What a watermark says. Throws `ProblemError` (watermark-unknown) for one that this database did not give for this
 * export, or of which it cannot tell what has changed since.
 */
export async function readWatermark (client: pg.Pool, text: string, of: string): Promise<Watermark> {
  const [state, secret] = await Promise.all([readState(client), readSecret(client)])
  const watermark = opened(text, secret)
  if (watermark === undefined) throw unknownWatermark('This service did not give this watermark, or was restored since')
  if (watermark.of !== of) {
    throw unknownWatermark('This watermark is of another export: of another period, source, or token')
  }
  const isOfHistory = watermark.history === state.history && areBefore(watermark.xmins, state.nexts) &&
    await hasWitnesses(client, watermark)
  if (!isOfHistory) {
    throw unknownWatermark(
      'The database was restored since, or rows were moved to another server, or the watermark is too old')
  }
  return watermark
}

/** Whether each of these numbers of transactions is one that its server has had, and not too long ago to tell. */
const areBefore = (xmins: Watermark['xmins'], nexts: DatabaseState['nexts']): boolean =>
  Object.entries(nexts).every(([node, next]) => {
    const xmin = xmins[node]
    return xmin !== undefined && xmin <= next && next - xmin < 2 ** 31
  })

/** `why`: as the beginning of a sentence. */
export const unknownWatermark = (why: string): ProblemError =>
  new ProblemError('watermark-unknown', `${why}; leave since out and take everything anew.`)

function opened (text: string, secret: Buffer): Watermark | undefined {
  try {
    const bytes = Buffer.from(text, 'base64url')
    const decipher = createDecipheriv(CIPHER, secret, bytes.subarray(0, IV_BYTES))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    const said = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
    return JSON.parse(said.toString()) as Watermark
  } catch {
    return undefined
  }
}
