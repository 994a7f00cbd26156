import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { freePort } from '../../src/embedded-postgres/free-port.ts'
import { waitUntil } from './wait-until.ts'

export const HOST = 'council.example.gov.uk'
const DEPLOY = join(import.meta.dirname, '../../deploy/proxies')
const TLS = join(import.meta.dirname, 'tls')

interface ProxyProgram {
  name: string
  /** Undefined where it is not installed. */
  program: string | undefined
  /** The configuration as it ships, for other ports, and for a folder of its own. */
  files: (shipped: string, port: number, folder: string) => Record<string, string>
  shipped: string
  args: (folder: string) => string[]
}

const installed = (...paths: string[]): string | undefined => paths.find((path) => existsSync(path))

export const NGINX: ProxyProgram = {
  name: 'nginx',
  program: installed('/usr/sbin/nginx', '/usr/bin/nginx'),
  shipped: 'nginx.conf',
  files: (shipped, port, folder) => ({
    'site.conf': shipped.replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`),
    'nginx.conf': [
      'daemon off;',
      'worker_processes 1;',
      ...process.getuid?.() === 0 ? ['user root;'] : [],
      `pid ${folder}/pid;`,
      'error_log stderr;',
      'events {}',
      'http {',
      ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${folder}/${one};`),
      'access_log off;',
      `include ${folder}/site.conf;`,
      '}'
    ].join('\n')
  }),
  args: (folder) => ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']
}

export const CADDY: ProxyProgram = {
  name: 'Caddy',
  program: installed('/usr/bin/caddy', '/usr/local/bin/caddy'),
  shipped: 'Caddyfile',
  files: (shipped, port) => ({
    Caddyfile: [
      '{', 'admin off', `https_port ${port}`, 'auto_https disable_redirects', 'default_bind 127.0.0.1', '}', shipped
    ].join('\n')
  }),
  args: (folder) => ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')]
}

export interface Asked {
  path: string
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer
  /** An address of this machine. */
  from?: string
}
export interface Answered { status: number, headers: Record<string, string | string[] | undefined>, body: string }

/** Puts the program before what listens at `to`, with the configuration that ships. Resolves with who asks it. */
export async function startProxyProgram (
  t: Test, { name, program = '', files, shipped, args }: ProxyProgram, to: number
): Promise<(asked: Asked) => Promise<Answered>> {
  const [folder, port] = [mkdtempSync(join(tmpdir(), 'lpp-proxy-')), await freePort()]
  const text = readFileSync(join(DEPLOY, shipped), 'utf8')
    .replace('127.0.0.1:3000', `127.0.0.1:${to}`)
    .replaceAll(/\/etc\/\w+\/council\.example\.gov\.uk\.(pem|key)/g, `${TLS}/server.$1`)
  for (const [file, content] of Object.entries(files(text, port, folder))) writeFileSync(join(folder, file), content)
  const child = spawn(program, args(folder), {
    stdio: ['ignore', 'ignore', 'pipe'], env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-4000) })
  t.teardown(async () => {
    if (child.exitCode === null) {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    }
    if (!t.passing()) t.comment(said)
    rmSync(folder, { recursive: true, force: true })
  })
  const ask = async (asked: Asked): Promise<Answered> => await askAt(port, asked)
  await waitUntil(`${name} listens`, async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${said}`)
    return await ask({ path: '/performance/livez' }).then(({ status }) => status === 200, () => false)
  })
  return ask
}

async function askAt (
  port: number, { path, method = 'GET', headers = {}, body, from = '127.0.0.1' }: Asked
): Promise<Answered> {
  return await new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      localAddress: from,
      servername: HOST,
      rejectUnauthorized: false, // a certificate of the tests, for another name
      agent: false,
      headers: { host: HOST, ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) }
    }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (some: string) => { text += some })
      answer.on('end', () => { resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }) })
      answer.on('error', reject)
    })
    // Who refuses a large body need not read it.
    sent.on('error', reject)
    sent.end(body)
  })
}
