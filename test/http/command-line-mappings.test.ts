import t from 'tap'
import { testTool } from '../support/tool.ts'

const SOURCE = 'solihull/bartec'
const MAPPING = `kind: event
fields:
  id: { column: Ref No }
  authority: { value: solihull }
  service: { value: report-missed-bin }
  occurred_at: { column: Reported, date: dd/mm/yyyy }
`

t.test('mappings of a source, by its own token', async (t) => {
  const { run, ok } = await testTool(t)
  await ok(['sources', 'put', SOURCE, '-'], { input: 'services: [report-missed-bin]' })
  const env = { LPP_TOKEN: (await ok(['tokens', 'make', '--source', SOURCE])).trim() }
  t.equal(await ok(['mappings', 'list', SOURCE], { env }), 'solihull/bartec has no mappings.\n')
  t.equal(await ok(['mappings', 'put', SOURCE, 'nightly', '-'], { env, input: MAPPING }),
    'nightly of solihull/bartec is set, as its version 1.\n')
  const kept = await ok(['mappings', 'get', SOURCE, 'nightly'], { env })
  t.match(kept, /column: Reported/)
  const changed = kept.replace('Reported', 'Date reported')
  t.match(await ok(['mappings', 'put', SOURCE, 'nightly', '-'], { env, input: changed }), /version 2/, 'what get says, put takes')
  t.equal(await ok(['mappings', 'get', SOURCE, 'nightly', '--mapping-version', '1'], { env }), kept)
  t.match(await ok(['mappings', 'list', SOURCE], { env }), /^nightly +events +2 +20/m)
  t.match(await run(['mappings', 'put', SOURCE, 'nightly', '-'], { env, input: 'kind: event\nfields: {}' }), {
    code: 2, stderr: /\((invalid-request|[a-z-]+)\)\n/
  })
  t.match(await run(['mappings', 'delete', SOURCE, 'nightly'], { env }), { code: 2, stderr: /add --yes/ })
  await ok(['mappings', 'delete', SOURCE, 'nightly', '--yes'], { env })
  t.match(await run(['mappings', 'get', SOURCE, 'nightly'], { env }), { code: 2, stderr: /\(not-found\)\n$/ })
})
