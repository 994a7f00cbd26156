import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Folders of tests whose files share a process. A process of one file spends most of its time on reading the service's
 * code and on running it cold: together the same tests take half as long.
 */
const SHARING = ['unit', 'store', 'contract', 'http']
const PROCESSES = 30

/** Folders whose files have a process each: they wait more than they compute, so they run between the others. */
const ALONE = ['faults', 'cluster']

/** Files of the folders that share which watch, or change, something of their whole process. */
const OF_THE_PROCESS = [
  'test/http/tracing.test.ts', // the environment, and OpenTelemetry, which is one for a process
  'test/store/snapshot.test.ts', // its warnings
  'test/unit/charts/drawer.test.ts', 'test/unit/release-auditor.test.ts' // its threads
]

const ROOT = join(import.meta.dirname, '../..')
const FOLDER = '.tap/together'

/** Writes a file for each process, which imports its tests, and names them in the order in which they should run. */
export function allTests (): string[] {
  rmSync(join(ROOT, FOLDER), { recursive: true, force: true })
  mkdirSync(join(ROOT, FOLDER), { recursive: true })
  return testsByProcess().map((files, i) => {
    const path = `${FOLDER}/${String(i + 1).padStart(2, '0')}.test.ts` // tap runs them in the order of their names
    writeFileSync(join(ROOT, path), oneAfterTheOther(files))
    return path
  })
}

/** The files of each process. */
export function testsByProcess (): string[][] {
  const sharing = find(SHARING).filter((file) => !OF_THE_PROCESS.includes(file))
  const alone = [...find(ALONE), ...OF_THE_PROCESS].map((file) => [file])
  // Each takes one in every so many: neighbours by name are alike, and some are long.
  const shares = Array.from({ length: PROCESSES }, (_, i) => sharing.filter((_, place) => place % PROCESSES === i))
  return [...shares.flatMap((files, i) => [files, ...alone.slice(i, i + 1)]), ...alone.slice(PROCESSES)]
}

const find = (folders: string[]): string[] =>
  globSync(`test/{${folders.join(',')}}/**/*.test.ts`, { cwd: ROOT }).map((path) => path.replaceAll('\\', '/')).sort()

/** What imports a file is a test as well: tap's queue is never empty, and the file's own tests come before the next. */
const oneAfterTheOther = (files: string[]): string => [
  "import t from 'tap'",
  "import '../../test/support/plain-children.ts'",
  ...files.map((file) => `await t.test('${file}', async () => { await import('../../${file}') })`),
  ''
].join('\n')
