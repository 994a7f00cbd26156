import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { moveDurably } from '../../embedded-postgres/durable.ts'

/**
 * Moves a file with all that was written beside it into a folder there, under a name of its own where it has one by
 * that name already. What it says of a refused file is beside it as text.
 */
export function putAway (folder: string, name: string, to: 'sent' | 'refused', why?: string, now = new Date()): string {
  const target = join(folder, to)
  mkdirSync(target, { recursive: true })
  const put = freeName(target, name, now)
  if (why !== undefined) writeFileSync(join(target, `${put}.refused.txt`), `${why}\n`)
  // The file goes last: what is cut short before is done again, and finds what has moved where it belongs.
  for (const beside of ['.refused.csv', '.lpp-journal', '']) {
    const from = join(folder, `${name}${beside}`)
    if (existsSync(from)) moveDurably(from, join(target, `${put}${beside}`))
  }
  return join(to, put)
}

function freeName (target: string, name: string, now: Date): string {
  if (!existsSync(join(target, name))) return name
  const extension = extname(name)
  const stamp = now.toISOString().replaceAll(/[-:.]/g, '')
  return `${name.slice(0, name.length - extension.length)}.${stamp}${extension}`
}
