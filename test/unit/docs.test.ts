import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { VARIABLES } from '../../src/config.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const firstCells = (text: string): string[] => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, cell]) => cell ?? '')

t.test('docs/configuration.md has every variable of src/config.ts, with its default', async (t) => {
  const table = read('docs/configuration.md')
  for (const { name, fallback } of Object.values(VARIABLES)) {
    const row = table.split('\n').find((line) => line.startsWith(`| \`${name}\` |`))
    t.ok(row, name)
    if (fallback !== undefined) t.match(row, `\`${fallback}\``, `${name} has its default`)
  }
})

t.test('docs/dependencies.md has every dependency and no other', async (t) => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
  t.same(firstCells(read('docs/dependencies.md')).sort(), Object.keys({ ...dependencies, ...devDependencies }).sort())
})

t.test('no document links to a file that is not there', async (t) => {
  const documents = [
    'README.md',
    'CHANGELOG.md',
    'src/catalogue/data/README.md',
    ...readdirSync(join(ROOT, 'docs'), { recursive: true }).map((path) => join('docs', String(path))).filter((path) =>
      path.endsWith('.md')
    )
  ]
  for (const document of documents) {
    for (const [, target = ''] of read(document).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
      t.ok(existsSync(join(ROOT, dirname(document), target)), `${document} links to ${target}`)
    }
  }
})

t.test('the catalogue data says where every file of it comes from', async (t) => {
  const files = readdirSync(join(ROOT, 'src/catalogue/data')).filter((name) => name !== 'README.md')
  t.same(firstCells(read('src/catalogue/data/README.md')).sort(), files.sort())
})
