import type pg from 'pg'

/** Well below the seconds after which the usual probes give up. */
const LIMIT_MS = 2000

/** Resolves once the database has answered; throws if it has not within two seconds. */
export async function pingDatabase (pool: pg.Pool | pg.ClientBase): Promise<void> {
  const answer = pool.query('SELECT 1')
  answer.catch(() => undefined) // it may fail after the limit, when nobody waits for it any more
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error(`no answer within ${LIMIT_MS} ms`), { code: 'ETIMEDOUT' })),
      LIMIT_MS
    )
  })
  try {
    await Promise.race([answer, limit])
  } finally {
    clearTimeout(timer)
  }
}
