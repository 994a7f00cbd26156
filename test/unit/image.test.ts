import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { VARIABLES } from '../../src/config.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const dockerfile = read('Dockerfile')
const manifest = JSON.parse(read('package.json')) as {
  scripts: { start: string }, devDependencies: { node: string }
}

t.test('the image starts as npm start does, in a process that hears signals', async (t) => {
  const [, expression = ''] = /^RUN node -p '(.*)' > start && chmod 555 start$/m.exec(dockerfile) ?? []
  const script = execFileSync(process.execPath, ['-p', expression], { cwd: ROOT, encoding: 'utf8' })
  t.equal(script, `#!/bin/sh\nexec ${manifest.scripts.start.replace(/^exec /, '')}\n`)
  t.match(script, /^exec node .*src\/main\.ts$/m)
  t.match(dockerfile, /^CMD \["\.\/start"\]$/m)
})

t.test('the image has the Node that is tested, a user by number, and no frontend to fetch', async (t) => {
  const bases = [...dockerfile.matchAll(/^FROM (node:\S+)/gm)].map(([, base]) => base)
  t.same(new Set(bases), new Set([`node:${/\d+/.exec(manifest.devDependencies.node)?.[0] ?? ''}-alpine`]))
  t.match(dockerfile.slice(dockerfile.lastIndexOf('\nFROM ')), /^USER 1000:1000$/m)
  t.notMatch(dockerfile, /^# *syntax *=/m)
})

t.test('compose sets variables that there are, and pastes no password into an address', async (t) => {
  const { services } = parse(read('compose.yaml')) as {
    services: Record<string, { environment: Record<string, string> }>
  }
  const { environment = {} } = services['service'] ?? {}
  for (const name of Object.keys(environment)) {
    t.ok(Object.values(VARIABLES).some((variable) => variable.name === name), name)
  }
  t.notMatch(environment['DATABASE_URL'], /\$/)
  t.equal(environment['PGPASSWORD'], services['database']?.environment['POSTGRES_PASSWORD'], 'one password for both')
})

t.test('the image has the guides that the service shows', async (t) => {
  for (const path of ['README.md', 'docs']) {
    t.match(dockerfile, new RegExp(`^COPY (?:\\S+ )*${path} `, 'm'), `${path} is copied`)
    t.match(read('.dockerignore'), new RegExp(`^!${path}$`, 'm'), `${path} is sent to the engine`)
  }
})
