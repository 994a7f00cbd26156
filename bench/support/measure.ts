import { readdirSync, readFileSync } from 'node:fs'

const TICKS_PER_SECOND = 100

function stat (pid: number): { parent: number, own: number, reaped: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number)
    return { parent: fields[1]!, own: fields[11]! + fields[12]!, reaped: fields[13]! + fields[14]! }
  } catch {
    return undefined // it ended meanwhile
  }
}

export function parentOf (pid: number): number {
  const parent = stat(pid)?.parent
  if (parent === undefined) throw new Error(`no process ${pid} on this machine`)
  return parent
}

/** Seconds of CPU a process used so far; with `tree`, all its children too, living and reaped. */
export function cpuSeconds (pid: number, tree: boolean): number {
  const root = stat(pid)
  if (root === undefined) return 0
  if (!tree) return root.own / TICKS_PER_SECOND
  let ticks = root.own + root.reaped
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const child = stat(Number(name))
    if (child?.parent === pid) ticks += child.own + child.reaped
  }
  return ticks / TICKS_PER_SECOND
}

export function residentMiB (pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

export function quantile (values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}
export const median = (values: number[]): number => quantile(values, 0.5)
