import { DAY_MS } from '../domain/calendar.ts'
import type { Directory, Token } from './directory.ts'

/** A token that expires is told of so many days ahead. */
export const WARN_DAYS = 30
const EVERY_MS = DAY_MS

interface Expiring { id: string, role: Token['role'], of: string, expiresAt: string }

/** Whether a token that is in force expires soon. */
export const expiresSoon = ({ expires_at: at }: Pick<Token, 'expires_at'>, now: number): boolean =>
  at !== null && at.getTime() > now && at.getTime() - now <= WARN_DAYS * DAY_MS

/** Those that expire soon, the first of them first, and whose they are. */
export function expiringTokens (directory: Directory, now: number): Expiring[] {
  const ofDataSets = directory.dataSets.flatMap((set) => directory.tokensOfDataSet(set))
  return [...directory.tokenByHash.values(), ...ofDataSets].filter((token) => expiresSoon(token, now)).map((token) => ({
    id: token.id,
    role: token.role,
    of: holderOf(token, directory),
    expiresAt: token.expires_at?.toISOString() ?? ''
  })).sort((a, b) => a.expiresAt < b.expiresAt ? -1 : 1)
}

function holderOf ({ label, source_id: sourceId, data_set_id: dataSetId }: Token, directory: Directory): string {
  const source = directory.sourceById.get(sourceId ?? 0)
  if (source !== undefined) return `${source.authority.slug}/${source.name}`
  const set = directory.dataSets.find(({ id }) => id === dataSetId)
  return set === undefined ? label : `${set.data_group}/${set.data_type}`
}

interface Options {
  catalogue: { directory: Directory }
  clock: () => number
  /** Told of each token that expires soon, once a day. */
  warn: (token: Expiring) => void
}

/** Looks at once, and every day. */
export function watchExpiry ({ catalogue, clock, warn }: Options): { stop: () => void } {
  const look = (): void => {
    for (const token of expiringTokens(catalogue.directory, clock())) warn(token)
  }
  look()
  const timer = setInterval(look, EVERY_MS).unref()
  return { stop: () => clearInterval(timer) }
}
