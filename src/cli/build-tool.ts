import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const BUILD = join(ROOT, 'build')

interface Manifest {
  name: string
  version: string
  license: string
  type: string
  bin: Record<string, string>
  exports: Record<string, Record<string, string>>
  dependencies: Record<string, string>
  peerDependencies: Record<string, string>
  peerDependenciesMeta: object
}

/**
 * Writes `build/`: the command line and the client as JavaScript, for Node 20 and newer, with a package.json that has
 * their dependencies and none of the service's (docs/adr/0042).
 */
function main (): void {
  rmSync(BUILD, { recursive: true, force: true })
  const typescript = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  execFileSync(process.execPath, [typescript, '-p', join(ROOT, 'tsconfig.build.json')], { stdio: 'inherit' })
  chmodSync(join(BUILD, 'dist/tool/main.js'), 0o755)
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest
  writeFileSync(join(BUILD, 'package.json'), `${JSON.stringify(manifestOf(manifest), null, 2)}\n`)
  copyFileSync(join(ROOT, 'LICENSE'), join(BUILD, 'LICENSE'))
  copyFileSync(join(ROOT, 'docs/command-line.md'), join(BUILD, 'README.md'))
}

function manifestOf ({ name, version, license, type, bin, exports, ...of }: Manifest) {
  const needed = packagesOf(globSync(join(BUILD, 'dist/**/*.js')).map((file) => readFileSync(file, 'utf8')))
  const nobodys = needed.filter((one) => !(one in of.dependencies) && !(one in of.peerDependencies))
  if (nobodys.length > 0) throw new Error(`the tool imports ${nobodys.join(', ')}, which package.json does not name`)
  return {
    name,
    version,
    description: 'Sends to a Local Performance Platform from a command line or a scheduler; and its typed client',
    license,
    type,
    engines: { node: '>=20.18.1' },
    // The root's own addresses, seen from this folder.
    bin: JSON.parse(JSON.stringify(bin).replaceAll('build/', '')) as object,
    exports: JSON.parse(JSON.stringify(exports).replaceAll('build/', '')) as object,
    files: ['dist'],
    dependencies: Object.fromEntries(needed.filter((one) => one in of.dependencies).map((one) =>
      [one, of.dependencies[one]])),
    peerDependencies: of.peerDependencies,
    peerDependenciesMeta: of.peerDependenciesMeta
  }
}

/** Packages that compiled code imports, at once or when it needs them. */
function packagesOf (sources: string[]): string[] {
  const names = sources.flatMap((source) =>
    [...source.matchAll(/(?:\bfrom|^import|\bimport\()\s*'([^'.][^']*)'/gm)].flatMap(([, specifier = '']) =>
      isBuiltin(specifier) ? [] : specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/'))
  )
  return [...new Set(names)].sort()
}

main()
