import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readXlsx } from 'hucre/xlsx'
import t from 'tap'
import { OUTCOMES, PERIODS } from '../../src/tool/template/columns.ts'
import { EventSchema, OUTCOMES_OF } from '../../src/domain/event.ts'
import { ObservationSchema } from '../../src/domain/observation.ts'
import { testTool } from '../support/tool.ts'

const BINS = ['--authority', 'solihull', '--service', 'report-missed-bin']

t.test('the words that the contract has in another shape are the service’s own', async (t) => {
  t.same(OUTCOMES, OUTCOMES_OF)
  t.same(PERIODS, ObservationSchema.properties.period.enum)
})

t.test('templates', async (t) => {
  const { run, ok } = await testTool(t)
  const cwd = t.testdir()
  const env = { LPP_TOKEN: '' }

  t.test('of events have the service’s columns, and drop-downs of its words', async (t) => {
    t.match(await ok(['template', ...BINS], { cwd, env }), /^solihull-report-missed-bin-events\.xlsx is ready/)
    const { sheets } = await readXlsx(readFileSync(join(cwd, 'solihull-report-missed-bin-events.xlsx')))
    const [fill, about, words] = sheets
    const headings = fill?.rows[0]?.map(String) ?? []
    t.same(headings.slice(0, 7), ['id', 'authority', 'service', 'occurred_at', 'channel', 'outcome', 'ward'])
    t.ok(headings.includes('attributes.reason'))
    for (const heading of headings) {
      t.ok(heading in EventSchema.properties || /^attributes\.[a-z]/.test(heading), `${heading} is a field`)
    }
    t.same(fill?.rows.slice(1).flat().filter((cell) => cell !== null), [], 'no row is filled in, with a 0 least of all')

    const columnOf = (heading: string): unknown[] => {
      const at = words?.rows[0]?.indexOf(heading) ?? -1
      return words?.rows.slice(1).map((row) => row[at]).filter((word) => word !== null && word !== undefined) ?? []
    }
    t.ok(columnOf('channel').includes('telephone-agent'))
    t.same(columnOf('outcome'), OUTCOMES_OF.transaction)
    t.equal(columnOf('ward').length, 17)
    t.ok(columnOf('attributes.reason').includes('not-presented'))
    t.notOk(fill?.dataValidations?.some(({ range }) => range.startsWith('A')), 'an id is anything')
    const listed = headings.filter((heading) => columnOf(heading).length > 0)
    t.equal(fill?.dataValidations?.length, listed.length)
    for (const [i, heading] of listed.entries()) {
      const { range = '', formula1 = '', errorStyle } = fill?.dataValidations?.[i] ?? {}
      const column = String.fromCharCode(65 + headings.indexOf(heading))
      t.match(range, new RegExp(`^${column}2:${column}\\d+$`), heading)
      const rows = /^Words!\$[A-Z]+\$2:\$[A-Z]+\$(\d+)$/.exec(formula1)
      t.equal(Number(rows?.[1]), columnOf(heading).length + 1, `${heading}: all of its words and no more`)
      t.equal(errorStyle, ['authority', 'service', 'channel', 'ward'].includes(heading) ? 'warning' : 'stop')
    }
    const explained = about?.rows.map(([heading]) => heading)
    for (const heading of headings) t.ok(explained?.includes(heading), `${heading} is explained`)
  })

  t.test('of figures have measures and periods', async (t) => {
    await ok(['template', ...BINS, '--measures', 'collections_made', 'misses_confirmed', '--output', 'figures.xlsx'], { cwd, env })
    const [fill, , words] = (await readXlsx(readFileSync(join(cwd, 'figures.xlsx')))).sheets
    for (const heading of fill?.rows[0]?.map(String) ?? []) t.ok(heading in ObservationSchema.properties, heading)
    t.same(words?.rows.slice(1, 4).map((row) => row[4]), ['collections_made', 'misses_confirmed', null])
    t.match(await run(['template', ...BINS, '--measures', 'nonsense'], { cwd, env }), {
      code: 2, stderr: /^There is no measure nonsense; there are .*collections_made/
    })
  })

  t.test('as CSV have the heading alone', async (t) => {
    const csv = await ok(['template', ...BINS, '--type', 'rating', '--format', 'csv', '--output', '-'], { cwd, env })
    t.match(csv, /^id,type,authority,service,occurred_at,channel,outcome,.*\r\n$/)
    t.equal(csv.trim().split('\n').length, 1)
  })

  t.test('overwrite nothing, and know their names', async (t) => {
    t.match(await run(['template', ...BINS], { cwd, env }), { code: 2, stderr: /is there already; name another with --output/ })
    t.match(await run(['template', '--authority', 'solihul', '--service', 'report-missed-bin'], { cwd, env }), {
      code: 2, stderr: /Did you mean solihull\?/
    })
    t.match(await run(['template', '--authority', 'solihull'], { cwd, env }), { code: 2, stderr: /--service <service>' not specified/ })
    t.notOk(existsSync(join(cwd, 'solihul-report-missed-bin-events.xlsx')))
  })
})
