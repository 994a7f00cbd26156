import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * Everything the environment can say, in one place. Nobody else reads `process.env`.
 * `databaseUrl` absent means: an embedded Postgres under `dataDir`.
 */
const ConfigSchema = Type.Object({
  host: Type.String({ minLength: 1 }),
  port: Type.Integer({ minimum: 0, maximum: 65_535 }),
  databaseUrl: Type.Optional(Type.String({ pattern: '^postgres(ql)?://' })),
  dataDir: Type.String({ minLength: 1 }),
  operatorToken: Type.Optional(Type.String({ minLength: 16 })),
  logLevel: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  databasePoolSize: Type.Integer({ minimum: 1, maximum: 200 }),
  publicUrl: Type.Optional(Type.String({ pattern: '^https?://' }))
})
export type Config = Static<typeof ConfigSchema>

/** What the README tells of each is checked against this. */
export const VARIABLES: Record<keyof Config, { name: string, fallback?: string, hint: string }> = {
  host: { name: 'HOST', fallback: '127.0.0.1', hint: 'an address to listen on' },
  port: { name: 'PORT', fallback: '3000', hint: 'a port number; 0 takes a free one' },
  databaseUrl: { name: 'DATABASE_URL', hint: 'postgres://user:password@host:port/database' },
  dataDir: { name: 'DATA_DIR', fallback: './data', hint: 'a folder' },
  operatorToken: { name: 'OPERATOR_TOKEN', hint: 'a secret of 16 or more characters' },
  logLevel: { name: 'LOG_LEVEL', fallback: 'info', hint: 'trace, debug, info, warn, error, fatal or silent' },
  databasePoolSize: { name: 'DATABASE_POOL_SIZE', fallback: '10', hint: 'connections to Postgres, 1 to 200' },
  publicUrl: { name: 'PUBLIC_URL', hint: 'http(s)://host as clients see the service, for absolute links' }
}

const validator = Compile(ConfigSchema)
const NUMERIC = new Set(['port', 'databasePoolSize'])

export class ConfigError extends Error {}

/** Parses and checks the environment. Throws `ConfigError` naming each wrong variable and what it takes. */
export function readConfig (env: Record<string, string | undefined> = process.env): Config {
  const raw: Record<string, unknown> = {}
  for (const [key, { name, fallback }] of Object.entries(VARIABLES)) {
    const text = env[name] || fallback // an empty variable counts as not set
    if (text !== undefined) raw[key] = NUMERIC.has(key) ? Number(text) : text
  }
  if (validator.Check(raw)) return raw
  const wrong = new Set([...validator.Errors(raw)].map((error) => error.instancePath.slice(1)))
  throw new ConfigError([...wrong].map((key) => {
    const { name, hint } = VARIABLES[key as keyof Config]
    return `${name} must be ${hint}`
  }).join('; '))
}
