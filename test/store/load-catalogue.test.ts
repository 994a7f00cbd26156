import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { describePlan } from '../../src/catalogue/load/describe.ts'
import { readTexts, type FileName, type Texts } from '../../src/catalogue/load/files.ts'
import { loadCatalogue, planCatalogue } from '../../src/catalogue/load/index.ts'
import { openCatalogue } from '../../src/catalogue/live.ts'
import { testDatabase } from '../support/app.ts'

const NOW = new Date('2026-11-28T12:00:00Z')
const shipped = readTexts()

/** The files of a later release: those of this one with some words replaced. */
function release (...changes: Array<[FileName, string, string]>): Texts {
  const texts = { ...shipped }
  for (const [file, from, to] of changes) {
    if (!texts[file].includes(from)) throw new Error(`${file} has no ${from}`)
    texts[file] = texts[file].replaceAll(from, to)
  }
  return texts
}

t.test('a release changes what was shipped, and nothing that somebody here said', async (t) => {
  const { database: { db, pool } } = await testDatabase(t)
  const rows = async (text: string) => (await pool.query(text)).rows
  await pool.query(`
    UPDATE authority SET name = 'Slough Council', origin = 'local', changed_at = now() WHERE slug = 'slough';
    UPDATE area SET name = 'Blythe Valley', origin = 'local' WHERE code = 'E05016417';
    UPDATE area SET removed_at = now() WHERE code = 'E05016421';
    UPDATE channel SET removed_at = now() WHERE slug = 'sms';
    UPDATE service SET title = 'Zoos', origin = 'local' WHERE slug = 'zoo-licence';
    UPDATE provision SET delivers = 'yes', provider_id = NULL, origin = 'local'
      WHERE (authority_id, service_id) = (
        (SELECT id FROM authority WHERE slug = 'belfast'),
        (SELECT id FROM service WHERE slug = 'pay-council-tax')
      );
    INSERT INTO area (authority_id, code, provisional_code, slug, name, valid_from, origin)
      SELECT id, 'slough-new', true, 'slough-new', 'Slough New', '2026-06-01', 'local' FROM authority WHERE slug = 'slough'`)
  const next = release(
    ['authorities', 'Slough Borough Council', 'Slough Town Council'],
    ['authorities', 'Darlington Borough Council', 'Darlington Town Council'],
    ['solihull-wards', ',Blythe,blythe,E08000029,solihull,2026-05-07', ',Blythe,blythe,E08000029,solihull,2026-05-08'],
    ['solihull-wards', ',Elmdon,elmdon,E08000029,solihull,2026-05-07', ',Elmdon,elmdon,E08000029,solihull,2026-05-08'],
    ['solihull-wards', ',Knowle,knowle,E08000029,solihull,2026-05-07', ',Knowle,knowle,E08000029,solihull,2026-05-08'],
    ['channels', 'sms,Text message', 'sms,Text'],
    ['channels', 'email,Email', 'email,Electronic mail'],
    ['lgsl', 'Zoo licence', 'Zoo licences'],
    ['lgsl', 'Zoos and farm parks', 'Farm parks and zoos'],
    ['provision-rules', '57 58 59 60', '58 59 60'],
    ['wards', 'E05000026,Abbey,', 'E05000026,Abbey Road,'],
    [
      'wards',
      'E05000027,Alibon,E09000002,E09000002,2016,2022,left-when-new-came\n',
      'E05000027,Alibon,E09000002,E09000002,2016,2022,left-when-new-came\nE05099999,Slough New,E06000039,E06000039,2026,,new-2026\n'
    ]
  )
  const planned = describePlan(await planCatalogue(db, next))
  t.same(planned.filter((line) => !/ provision /.test(line)).sort(), [
    '+ service farm-parks-and-zoos',
    '+ service zoo-licences',
    '= area E05016417 of E08000029 (Blythe) is local and stays: name "Blythe Valley" here, shipped "Blythe"; ' +
    'valid_from "2026-05-07" here, shipped "2026-05-08"',
    '= area E05016421 of E08000029 (Elmdon) is local and stays: valid_from "2026-05-07" here, shipped "2026-05-08"',
    '= area E05099999 of E06000039 (Slough New) is local and stays: code "slough-new" here, shipped "E05099999"; ' +
    'provisional_code true here, shipped false; valid_from "2026-06-01" here, shipped "2026-05-07"; ' +
    'dates_basis "stated" here, shipped "derived: new-2026"',
    '= authority slough E06000039 is local and stays: name "Slough Council" here, shipped "Slough Town Council"',
    '= channel sms is local and stays: label "Text message" here, shipped "Text"',
    '~ area E05000026 of E09000002 (Abbey Road): slug "abbey" -> "abbey-road"; name "Abbey" -> "Abbey Road"',
    '~ area E05016424 of E08000029 (Knowle): valid_from "2026-05-07" -> "2026-05-08"',
    '~ authority darlington E06000005: name "Darlington Borough Council" -> "Darlington Town Council"',
    '~ channel email: label "Email" -> "Electronic mail"'
  ].sort())
  const provision = planned.filter((line) => / provision /.test(line))
  t.ok(provision.includes('- provision N09000001 pay-council-tax'))
  t.notOk(provision.some((line) => line.startsWith('-') && line.includes('N09000003 pay-council-tax')), 'Belfast’s is local')
  t.same(await rows("SELECT name FROM area WHERE code = 'E05000026'"), [{ name: 'Abbey' }], 'a plan changes nothing')

  const abbey = await rows("SELECT id FROM area WHERE code = 'E05000026'")
  await loadCatalogue(db, NOW, next)
  t.same(await rows("SELECT name FROM authority WHERE slug IN ('slough', 'darlington') ORDER BY slug"), [
    { name: 'Darlington Town Council' }, { name: 'Slough Council' }
  ])
  t.same(await rows("SELECT code, valid_from FROM area WHERE code IN ('E05016417', 'E05016421', 'E05016424') ORDER BY code"), [
    { code: 'E05016417', valid_from: '2026-05-07' },
    { code: 'E05016421', valid_from: '2026-05-07' },
    { code: 'E05016424', valid_from: '2026-05-08' }
  ])
  t.same(await rows("SELECT id FROM area WHERE code = 'E05000026' AND name = 'Abbey Road'"), abbey, 'it is the same ward')
  t.same(await rows("SELECT code FROM area WHERE slug = 'slough-new'"), [{ code: 'slough-new' }])
  t.same(await rows("SELECT slug, title FROM service WHERE slug LIKE 'zoo%' ORDER BY slug"), [
    { slug: 'zoo-licence', title: 'Zoos' },
    { slug: 'zoo-licences', title: 'Zoo licences' },
    { slug: 'zoos-and-farm-parks', title: 'Zoos and farm parks' }
  ], 'what is no longer shipped stays')
  t.same(
    await rows(`
      SELECT a.slug, p.delivers FROM provision p JOIN authority a ON a.id = authority_id JOIN service s ON s.id = service_id
      WHERE s.slug = 'pay-council-tax' AND a.type = 'ni-district' AND a.valid_to IS NULL`),
    [{ slug: 'belfast', delivers: 'yes' }],
    'provision that is no longer shipped goes, and what is local stays'
  )

  const left = describePlan(await planCatalogue(db, next))
  t.same(left.filter((line) => !line.startsWith('=')), [], 'nothing is left to do')
  await pool.query("UPDATE service SET title = 'Changed by hand' WHERE slug = 'report-missed-bin'")
  await loadCatalogue(db, NOW, next)
  t.same(
    await rows("SELECT title FROM service WHERE slug = 'report-missed-bin'"), [{ title: 'Changed by hand' }],
    'an edition is loaded once'
  )
})

t.test('broken files leave the catalogue as it is', async (t) => {
  const { database: { db, pool } } = await testDatabase(t)
  const broken = release(['channels', 'sms,Text message,digital', 'sms,Texts,nice'], ['channels', 'email,', 'email!,'])
  const message = /data:\nchannels\.csv:10: email! is no slug.*\nchannels\.csv:12: .* of sms is nice/
  await t.rejects(async () => await loadCatalogue(db, NOW, broken), { message })
  await t.rejects(async () => {
    await planCatalogue(db, broken)
  }, { message })
  t.same((await pool.query("SELECT label FROM channel WHERE slug = 'sms'")).rows, [{ label: 'Text message' }])
})

t.test('a council whose code changed is the same council', async (t) => {
  const { database: { db, pool } } = await testDatabase(t)
  const ids = async () => (await pool.query("SELECT id, slug, gss FROM authority WHERE slug IN ('barnsley', 'sheffield') ORDER BY slug")).rows
  const now = await ids()
  await pool.query(`
    UPDATE authority SET key = 'E08000016', gss = 'E08000016', former_gss = '{}' WHERE slug = 'barnsley';
    UPDATE authority SET key = 'E08000019', gss = 'E08000019', former_gss = '{}', origin = 'local' WHERE slug = 'sheffield';
    DELETE FROM catalogue_edition`)
  const plan = await planCatalogue(db)
  t.same(plan.recoded, [{ from: 'E08000016', to: 'E08000038' }])
  t.same(describePlan(plan).map((line) => line.slice(0, 34)), [
    '~ authority E08000016: key and gss',
    '~ authority barnsley E08000038: gs',
    '= authority sheffield E08000039 is'
  ])
  await loadCatalogue(db, NOW)
  t.same(await ids(), [now[0], { ...now[1], gss: 'E08000019' }])
})

t.test('areas are read again when somebody has written some', async (t) => {
  const { database: { db, pool } } = await testDatabase(t)
  const catalogue = await openCatalogue(db, () => Date.parse('2026-11-28T12:00:00Z'))
  const one = () => [...catalogue.directory.areaById.values()].find(({ code }) => code === 'E05016417')
  let areaReads = 0
  const counting = await openCatalogue(db.withPlugin({
    transformQuery: ({ node }) => {
      if (JSON.stringify(node).includes('"area"')) areaReads++
      return node
    },
    transformResult: async ({ result }) => result
  }), () => Date.parse('2026-11-28T12:00:00Z'))
  await counting.refresh()
  await pool.query("UPDATE service SET title = 'Missed bin' WHERE slug = 'report-missed-bin'")
  await counting.refresh()
  t.equal(areaReads, 1)
  t.match(counting.directory.service('report-missed-bin'), { title: 'Missed bin' })
  for (const text of [
    "UPDATE area SET name = 'Blythe Valley' WHERE code = 'E05016417'",
    "DELETE FROM area WHERE code = 'E05016417'",
    "INSERT INTO area (authority_id, code, provisional_code, slug, name) SELECT id, 'E05016417', false, 'b', 'B' FROM authority WHERE slug = 'solihull'"
  ]) {
    const before = one()?.name
    await pool.query(text)
    await Promise.all([catalogue.refresh(), counting.refresh()])
    t.not(one()?.name, before, text)
  }
  t.equal(areaReads, 4)
})

t.test('two starts at once load an edition once', async (t) => {
  const { database: { db, pool } } = await testDatabase(t)
  const next = release(['channels', 'email,Email', 'email,Electronic mail'])
  const written = async () => (await pool.query('SELECT count(*) FROM area_write')).rows[0].count
  const before = await written()
  await Promise.all([loadCatalogue(db, NOW, next), loadCatalogue(db, NOW, next), loadCatalogue(db, NOW, next)])
  t.same((await pool.query("SELECT label FROM channel WHERE slug = 'email'")).rows, [{ label: 'Electronic mail' }])
  t.equal((await pool.query('SELECT digest FROM catalogue_edition')).rows.length, 1)
  t.equal(await written(), before, 'areas that did not change are not written')
})

t.test('npm run catalogue -- diff says what a release would change, and changes nothing', async (t) => {
  const { database: { pool }, connectionString } = await testDatabase(t)
  await pool.query(`
    UPDATE authority SET region = 'Mercia' WHERE slug = 'solihull';
    UPDATE channel SET label = 'Texts', origin = 'local' WHERE slug = 'sms'`)
  const command = (...words: string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, '../../src/cli/catalogue.ts'), ...words], {
      env: { PATH: process.env['PATH'], DATABASE_URL: connectionString }, encoding: 'utf8'
    })
  const { stdout, status } = command('diff')
  t.equal(status, 0)
  t.same(stdout.split('\n').filter((line) => line !== ''), [
    '~ authority solihull E08000029: region "Mercia" -> "West Midlands"',
    '= channel sms is local and stays: label "Texts" here, shipped "Text message"',
    'authorities: 0 added, 1 changed, 0 gone, 0 local that stay',
    'services: 0 added, 0 changed, 0 gone, 0 local that stay',
    'channels: 0 added, 0 changed, 0 gone, 1 local that stay',
    'areas: 0 added, 0 changed, 0 gone, 0 local that stay',
    'provision: 0 added, 0 changed, 0 gone, 0 local that stay'
  ])
  t.same((await pool.query("SELECT region FROM authority WHERE slug = 'solihull'")).rows, [{ region: 'Mercia' }])
  t.match(command('load'), { status: 2, stderr: /usage: npm run catalogue -- diff/ })
  await pool.query('DROP TABLE provision')
  t.match(command('diff'), { status: 2, stderr: /tables of another release/ })
})
