/** Kinds of requests that are limited apart from one another. */
export const RATE_CLASSES = ['read', 'costly', 'write', 'settings', 'failed-authentication'] as const
export type RateClass = typeof RATE_CLASSES[number]

/** Requests in ten seconds; 0: as many as come. */
export type RateLimits = Readonly<Record<RateClass, number>>

export const RATE_SECONDS = 10

/** Ten times what anybody needs, and far less than what harms others. */
export const RATE_LIMITS: RateLimits = {
  read: 60_000, costly: 3000, write: 60_000, settings: 6000, 'failed-authentication': 3000
}

/** The limits of a text such as `read=1000,costly=0`, the defaults for the rest; undefined for another text. */
export function parseRateLimits (text: string): RateLimits | undefined {
  const limits: Record<string, number> = { ...RATE_LIMITS }
  for (const part of text.split(',')) {
    const [, name = '', most] = /^\s*([a-z-]+)\s*=\s*(\d{1,9})\s*$/.exec(part) ?? []
    if (!Object.hasOwn(limits, name)) return undefined
    limits[name] = Number(most)
  }
  return limits as RateLimits
}
