import t from 'tap'
import {
  arrayOf, boolArray, dateArray, int2Array, int4Array, int8Array, textArray
} from '../../src/postgres/binary-array.ts'
import { testDatabase } from '../support/app.ts'

t.test('binary arrays arrive in Postgres as what they were', async (t) => {
  const { database: { pool } } = await testDatabase(t)
  const same = <T>(value: T): T => value
  const [jsonbArray, timestamptzArray, byteaArray] = [arrayOf('jsonb'), arrayOf('timestamptz'), arrayOf('bytea')]
  const text = async (type: string, array: Buffer) =>
    (await pool.query(`SELECT $1::${type}[]::text AS text`, [array])).rows[0].text
  t.equal(await text('int2', int2Array([-32768, 0, 32767], same)), '{-32768,0,32767}')
  t.equal(await text('int4', int4Array([1, null, -2147483648], same)), '{1,NULL,-2147483648}')
  t.equal(
    await text('int8', int8Array([0, -1, 4294967296, -4294967297, Number.MAX_SAFE_INTEGER, null], same)),
    '{0,-1,4294967296,-4294967297,9007199254740991,NULL}'
  )
  t.equal(await text('date', dateArray([0, 10957, 20000], same)), '{1970-01-01,2000-01-01,2024-10-04}')
  t.equal(
    await text('timestamptz', timestamptzArray([0, Date.UTC(2014, 5, 30, 23, 30, 0, 5)], same)),
    '{"1970-01-01 00:00:00+00","2014-06-30 23:30:00.005+00"}'
  )
  t.equal(await text('bool', boolArray([true, false], same)), '{t,f}')
  t.equal(await text('text', textArray(['a', 'b,"c', null, 'né', '漢'.repeat(50)], same)), `{a,"b,\\"c",NULL,né,${'漢'.repeat(50)}}`)
  t.equal(await text('bytea', byteaArray([Buffer.from([0, 255]), null], same)), '{"\\\\x00ff",NULL}')
  t.equal(await text('jsonb', jsonbArray(['{"a":"é"}', null], same)), '{"{\\"a\\": \\"é\\"}",NULL}')
  for (
    const [type, empty] of [['int4', int4Array([], same)], ['text', textArray([], same)], [
      'jsonb', jsonbArray([], same)
    ]] as const
  ) t.equal(await text(type, empty), '{}')
})
