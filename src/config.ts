import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { parseContact, type Contact } from './domain/contact.ts'
import { parseRateLimits, type RateLimits } from './domain/rate-limits.ts'
import { QUOTAS, type Quotas } from './domain/quotas.ts'

/**
 * Everything the environment can say, in one place. Nobody else reads `process.env`.
 * `databaseUrl` absent means: an embedded Postgres under `dataDir`.
 */
export interface Config {
  host: string
  port: number
  databaseUrl: string | undefined
  /** Postgres itself, where a pooler stands at `databaseUrl`: for the listener and whatever else needs a session. */
  databaseListenUrl: string | undefined
  /** A standby of that database, which answers the public while it lags no more than so many seconds. */
  databaseReplicaUrl: string | undefined
  replicaMaxLag: number
  /** In these already, where they have none of their own. */
  databasePassword: string | undefined
  /** Seconds that a database is waited for which cannot be used yet. */
  databaseWait: number
  /** Whether a start changes the schema and loads the shipped catalogue; else it only checks that both are there. */
  migrate: boolean
  /** Who runs the service without owning the tables: whoever migrates gives the rights that it takes. */
  runRole: string | undefined
  dataDir: string
  operatorToken: string | undefined
  /** Reads `/metrics`, and nothing else. */
  metricsToken: string | undefined
  /** Where `/metrics` is served without a token. */
  metricsPort: number | undefined
  /** Where spans of requests are sent; other variables of OpenTelemetry are read by its library. */
  tracesTo: string | undefined
  logLevel: string
  databasePoolSize: number
  /** Minutes after midnight in London. */
  releaseAt: number
  /** Whose word on a client's address is taken: so many proxies before this service, or those of these addresses. */
  trustProxy: number | string[] | undefined
  /** The path before every address of the service, such as `/performance`; empty where it has a name of its own. */
  basePath: string
  /** Seconds for which a connection is kept on which nothing is asked. */
  keepAliveTimeout: number
  rateLimits: RateLimits | undefined
  /** `shared`: instances count a client's requests together, by way of the database. */
  rateLimitStore: 'local' | 'shared'
  /** For requests to be answered once the service is told to stop. */
  stopSeconds: number
  /** What this process serves. */
  role: 'all' | 'ingest' | 'read'
  /** Private networks to which webhooks may go, over http as well. */
  webhookNetworks: string[]
  /** Where clients reach the service, as catalogues of data sets name it; no slash behind it. */
  publicUrl: string | undefined
  /** Whom catalogues name for questions about the data. */
  contact: Contact | undefined
  quotas: Quotas
}

interface Variable<T> {
  name: string
  fallback?: string
  /** Read from the file that `<name>_FILE` names as well. */
  isSecret?: true
  /** What it takes, for the message that refuses another value. */
  hint: string
  /** Undefined for a text that is none of these. */
  parse: (text: string) => T | undefined
}

const text = (pattern: RegExp) => (value: string) => pattern.test(value) ? value : undefined
const whole = (least: number, most: number) => (value: string) =>
  /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most ? Number(value) : undefined

const SECRET = {
  isSecret: true as const,
  hint: 'a secret of 16 or more printable ASCII characters without spaces',
  parse: text(/^[\x21-\x7E]{16,}$/)
}

/** What docs/configuration.md tells of each is checked against this. */
export const VARIABLES: { [Key in keyof Config]-?: Variable<NonNullable<Config[Key]>> } = {
  host: { name: 'HOST', fallback: '127.0.0.1', hint: 'an address to listen on', parse: text(/./) },
  port: { name: 'PORT', fallback: '3000', hint: 'a port number; 0 takes a free one', parse: whole(0, 65_535) },
  databaseUrl: {
    name: 'DATABASE_URL',
    isSecret: true,
    hint: 'postgres://user:password@host:port/database; percent-encode the password, or give it by PGPASSWORD',
    parse: (value) => isDatabaseUrl(value) ? value : undefined
  },
  databaseListenUrl: {
    name: 'DATABASE_LISTEN_URL',
    isSecret: true,
    hint: 'the address of Postgres itself, as DATABASE_URL has it, where that is the address of a pooler',
    parse: (value) => isDatabaseUrl(value) ? value : undefined
  },
  databaseReplicaUrl: {
    name: 'DATABASE_REPLICA_URL',
    isSecret: true,
    hint: 'the address of one standby of the database, written as DATABASE_URL',
    parse: (value) => isDatabaseUrl(value) ? value : undefined
  },
  replicaMaxLag: {
    name: 'REPLICA_MAX_LAG',
    fallback: '5',
    hint: 'seconds that a read replica may lag, 1 to 300',
    parse: whole(1, 300)
  },
  databasePassword: { name: 'PGPASSWORD', isSecret: true, hint: 'the password of the database', parse: text(/./) },
  databaseWait: {
    name: 'DATABASE_WAIT',
    fallback: '60',
    hint: 'seconds to wait for the database at a start, 0 to 3600',
    parse: whole(0, 3600)
  },
  migrate: { name: 'MIGRATE', fallback: 'true', hint: 'true or false', parse: yesOrNo },
  runRole: {
    name: 'RUN_ROLE', hint: 'a role of the database: letters, digits, _ and -', parse: text(/^[A-Za-z_][\w-]{0,62}$/)
  },
  dataDir: { name: 'DATA_DIR', fallback: './data', hint: 'a folder', parse: text(/./) },
  operatorToken: { name: 'OPERATOR_TOKEN', ...SECRET },
  metricsToken: { name: 'METRICS_TOKEN', ...SECRET },
  metricsPort: { name: 'METRICS_PORT', hint: 'a port number; 0 takes a free one', parse: whole(0, 65_535) },
  tracesTo: {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    hint: 'the address of a collector, such as http://collector:4318',
    parse: text(/^https?:\/\/\S+$/)
  },
  logLevel: {
    name: 'LOG_LEVEL',
    fallback: 'info',
    hint: 'trace, debug, info, warn, error, fatal or silent',
    parse: text(/^(trace|debug|info|warn|error|fatal|silent)$/)
  },
  databasePoolSize: {
    name: 'DATABASE_POOL_SIZE', fallback: '10', hint: 'connections to Postgres, 1 to 200', parse: whole(1, 200)
  },
  releaseAt: {
    name: 'RELEASE_AT',
    fallback: '09:30',
    hint: 'the time of day in London at which figures of wards and streets are released, as HH:MM',
    parse: (value) => {
      const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(value) ?? []
      return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes)
    }
  },
  trustProxy: {
    name: 'TRUST_PROXY',
    hint: 'how many proxies stand before the service, or their addresses and networks with commas between',
    parse: (value) => {
      if (/^[1-9]$/.test(value)) return Number(value)
      const networks = value.split(',').map((one) => one.trim())
      return networks.every(isNetwork) ? networks : undefined
    }
  },
  basePath: {
    name: 'BASE_PATH',
    fallback: '/',
    hint: 'the path under which a proxy serves the service, such as /performance: letters, digits, ., _, ~ and - ' +
      'between slashes, and none that the service has itself, such as /v1',
    parse: basePathOf
  },
  keepAliveTimeout: {
    name: 'KEEP_ALIVE_TIMEOUT',
    fallback: '72',
    hint: 'seconds for which a connection is kept on which nothing is asked, 5 to 4000',
    parse: whole(5, 4000)
  },
  rateLimits: {
    name: 'RATE_LIMITS',
    hint: 'requests in ten seconds by class, such as read=60000,costly=600,write=60000,settings=6000,' +
      'failed-authentication=3000; 0 limits nobody',
    parse: parseRateLimits
  },
  rateLimitStore: {
    name: 'RATE_LIMIT_STORE',
    fallback: 'shared',
    hint: 'shared or local',
    parse: (value) => value === 'local' || value === 'shared' ? value : undefined
  },
  stopSeconds: {
    name: 'STOP_SECONDS',
    fallback: '30',
    hint: 'seconds for requests to be answered when the service is told to stop, 0 to 3600',
    parse: whole(0, 3600)
  },
  role: {
    name: 'ROLE',
    fallback: 'all',
    hint: 'all, ingest or read',
    parse: (value) => value === 'all' || value === 'ingest' || value === 'read' ? value : undefined
  },
  webhookNetworks: {
    name: 'WEBHOOK_NETWORKS',
    fallback: 'none',
    hint: 'private addresses and networks with commas between, such as 10.20.0.0/16, ::1; none is the default',
    parse: (value) => {
      if (value === 'none') return []
      const networks = value.split(',').map((one) => one.trim())
      return networks.every(isNetwork) ? networks : undefined
    }
  },
  publicUrl: {
    name: 'PUBLIC_URL',
    hint: 'where clients reach the service, such as https://performance.example.gov.uk; a path behind it must be one ' +
      'that BASE_PATH may have',
    parse: (value) =>
      /^https?:\/\/[^\s?#<>"]+$/.test(value) && URL.canParse(value) ? value.replace(/\/+$/, '') : undefined
  },
  contact: {
    name: 'CONTACT',
    hint: 'an address of mail, or of a page (https://…), for questions about the data',
    parse: parseContact
  },
  quotas: {
    name: 'QUOTAS',
    fallback: amountsAsText(QUOTAS),
    hint: `some of ${Object.keys(QUOTAS).join(', ')}, each with a number, such as wards=5000,notes=0`,
    parse: (value) => amounts(value, QUOTAS)
  }
}

function amountsAsText (amounts: object): string {
  return Object.entries(amounts).map(([name, amount]) => `${name}=${String(amount)}`).join(',')
}

// The first part of what the service serves itself: under such a base it could not tell what a proxy left of it.
const OWN_PATHS = new Set([
  'v1', 'data', 'docs', 'status', 'public', '_status', 'livez', 'readyz', 'metrics', 'openapi.json', 'openapi.yaml',
  'data.json'
])

function basePathOf (value: string): string | undefined {
  const path = value.replace(/\/$/, '')
  const [, first = '', ...others] = path.split('/')
  const parts = [first, ...others]
  if (path === '') return ''
  const isPath = /^(\/[\w.~-]{1,100}){1,10}$/.test(path) && !parts.some((part) => /^\.+$/.test(part))
  return isPath && !OWN_PATHS.has(first) ? path : undefined
}

// Where both are set they say the same of the path; either alone says it for both.
function reachedBy ({ publicUrl, basePath }: Config): Pick<Config, 'publicUrl' | 'basePath'> {
  if (publicUrl === undefined) return { publicUrl, basePath }
  const path = new URL(publicUrl).pathname.replace(/\/$/, '')
  if (path === basePath) return { publicUrl, basePath }
  if (path === '') return { publicUrl: `${publicUrl}${basePath}`, basePath }
  const own = basePathOf(path)
  if (basePath === '' && own !== undefined) return { publicUrl, basePath: own }
  throw new ConfigError(
    basePath === ''
      ? `PUBLIC_URL must be ${VARIABLES.publicUrl.hint}`
      : `PUBLIC_URL (${publicUrl}) and BASE_PATH (${basePath}) name different paths: leave the path out of one of them`
  )
}

// Names with numbers, `wards=5000,notes=0`; what is left out stays as it is.
function amounts<T extends Readonly<Record<string, number>>> (value: string, usual: T): T | undefined {
  const given = value.split(',').map((one) => /^\s*(\w+)\s*=\s*(\d{1,9})\s*$/.exec(one) ?? [])
  if (!given.every(([, name = '']) => Object.hasOwn(usual, name))) return undefined
  return given.reduce((all, [, name = '', number]) => ({ ...all, [name]: Number(number) }), usual)
}

function yesOrNo (value: string): boolean | undefined {
  return value === 'true' || value === 'false' ? value === 'true' : undefined
}

// What stands behind the `@` of a user and a password is the host. A password with one of `/`, `?` or `#` in it would
// end the address before, and what is left of it would be taken for a path.
function isDatabaseUrl (value: string): boolean {
  if (!/^postgres(ql)?:\/\//.test(value)) return false
  try {
    const { username, password, pathname, search, hash } = new URL(value.replace('@/', '@socket/'))
    for (const part of [username, password, pathname]) decodeURIComponent(part)
    return hash === '' && !pathname.includes('@') && !search.includes('@')
  } catch {
    return false
  }
}

function withPassword (url: string | undefined, password: string | undefined): string | undefined {
  if (url === undefined || password === undefined) return url
  const [, scheme = '', user = '', rest = ''] = /^(\w+:\/\/)(?:([^@/?]*)@)?(.*)$/.exec(url) ?? []
  return user.includes(':') ? url : `${scheme}${user}:${encodeURIComponent(password)}@${rest}`
}

function isNetwork (text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return most > 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
}

export class ConfigError extends Error {}

type Environment = Record<string, string | undefined>

/** Parses and checks the environment. Throws `ConfigError` naming each wrong variable and what it takes. */
export function readConfig (env: Environment = process.env): Config {
  const wrong: string[] = []
  const values = Object.entries(VARIABLES).map(([key, variable]) => {
    const { name, fallback, hint, parse } = variable
    const given = (variable.isSecret === true ? secretOf(name, env, wrong) : env[name]) || fallback // empty is not set
    const value = given === undefined ? undefined : parse(given)
    if (given !== undefined && value === undefined) wrong.push(`${name} must be ${hint}`)
    return [key, value] as const
  })
  if (wrong.length > 0) throw new ConfigError(wrong.join('; '))
  const config = Object.fromEntries(values) as unknown as Config
  const { databaseUrl, databaseListenUrl, databaseReplicaUrl, databasePassword } = config
  if (databaseUrl === undefined && databaseListenUrl !== undefined) {
    throw new ConfigError('DATABASE_LISTEN_URL is set, and DATABASE_URL is not: set both, or DATABASE_URL alone')
  }
  return {
    ...config,
    ...reachedBy(config),
    databaseUrl: withPassword(databaseUrl, databasePassword),
    databaseListenUrl: withPassword(databaseListenUrl, databasePassword),
    databaseReplicaUrl: withPassword(databaseReplicaUrl, databasePassword)
  }
}

/** A secret, from its variable or from the file that `<name>_FILE` names: its last newline is none of it. */
function secretOf (name: string, env: Environment, wrong: string[]): string | undefined {
  const file = env[`${name}_FILE`]
  if (!file) return env[name]
  if (env[name]) wrong.push(`${name} and ${name}_FILE are both set: leave one of them out`)
  try {
    const secret = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    if (secret === '') wrong.push(`the file of ${name}_FILE (${file}) is empty`)
    return secret
  } catch (error) {
    wrong.push(`the file of ${name}_FILE (${file}) cannot be read (${(error as NodeJS.ErrnoException).code})`)
    return undefined
  }
}

/** Whether `npm start` started this process, which would otherwise go on when npm is gone. */
export const isStartedByNpm = (env: Environment = process.env): boolean => env['npm_lifecycle_event'] === 'start'
