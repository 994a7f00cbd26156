import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import type { Command } from 'commander'
import { createClient, type Client, type Fetch } from '../client/index.ts'
import { Failure } from './failure.ts'
import { VERSION } from './version.ts'

/** The options that every command has. */
export interface GlobalOptions {
  url?: string
  tokenFile?: string
  caFile?: string
  json?: boolean
}

export interface Connection {
  url: string
  token: string | undefined
  client: Client
  fetch: Fetch
  Request: typeof Request
}

type Environment = Record<string, string | undefined>

/**
 * The service that a command is about, and the token that it has: from its options, or else from the environment. The
 * secret is no option of its own: other people of the machine see those.
 */
export async function connect (command: Command, env: Environment = process.env): Promise<Connection> {
  const { url: given, tokenFile, caFile } = command.optsWithGlobals<GlobalOptions>()
  const url = addressOf(given ?? env['LPP_URL'])
  const token = tokenOf(tokenFile, env)
  const { fetch, Request } = await transportOf(env, caFile)
  const headers = { 'User-Agent': `local-performance-platform/${VERSION}` }
  return { url, token, fetch, Request, client: createClient({ url, token, fetch, Request, headers }) }
}

function addressOf (text: string | undefined): string {
  if (!text) throw new Failure('Say where the service is: --url https://… or the variable LPP_URL.')
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new Failure(`${text} is no address of a service; give one such as https://performance.example.gov.uk.`)
  }
  return text.replace(/\/+$/, '')
}

function tokenOf (option: string | undefined, env: Environment): string | undefined {
  const file = option ?? (env['LPP_TOKEN_FILE'] || undefined)
  if (option === undefined && file !== undefined && env['LPP_TOKEN']) {
    throw new Failure('LPP_TOKEN and LPP_TOKEN_FILE are both set: leave one of them out.')
  }
  const token = file === undefined ? env['LPP_TOKEN'] || undefined : textIn('token', file)
  if (token !== undefined && !/^[\x21-\x7E]+$/.test(token)) {
    throw new Failure('The token has a blank or a strange character in it; give it as it was shown when it was made.')
  }
  return token
}

function textIn (what: string, file: string): string {
  try {
    // PowerShell writes a byte order mark before what it redirects to a file.
    const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '').trim()
    if (text === '') throw new Failure(`The ${what} file ${file} is empty.`)
    return text
  } catch (error) {
    if (error instanceof Failure) throw error
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new Failure(`The ${what} file ${file} cannot be read (${code}).`)
  }
}

/** Node's own fetch knows no proxies without a flag; the package that it is made of does, and takes time to load. */
async function transportOf (
  env: Environment, caFile: string | undefined
): Promise<Pick<Connection, 'fetch' | 'Request'>> {
  const isProxied = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'].some((name) => env[name])
  if (!isProxied && caFile === undefined) return { fetch: async (request) => await fetch(request), Request }
  const { EnvHttpProxyAgent, ...undici } = await import('undici')
  // The same as the global ones, as another version of their package declares them. A tunnel for https alone, as curl.
  const proxied = undici as unknown as Pick<typeof globalThis, 'fetch' | 'Request'>
  const tls = caFile === undefined ? {} : { ca: [...rootCertificates, textIn('certificate', caFile)] }
  const agent = new EnvHttpProxyAgent({ proxyTunnel: false, connect: tls, requestTls: tls, proxyTls: tls })
  const init: object = { dispatcher: agent }
  return { fetch: async (request) => await proxied.fetch(request, init), Request: proxied.Request }
}
