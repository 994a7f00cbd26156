import type pg from 'pg'

/** Resolves once the database has answered; throws if it has not within `limitMs`. */
export async function pingDatabase (pool: pg.Pool, limitMs: number): Promise<void> {
  const answer = pool.query('SELECT 1')
  answer.catch(() => undefined) // it may fail after the limit, when nobody waits for it any more
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs)
  })
  try {
    await Promise.race([answer, limit])
  } finally {
    clearTimeout(timer)
  }
}
