import t from 'tap'
import { free } from '../../src/postgres/free.ts'

t.test('memory of a Buffer is given back, of Node\'s own pool not', async (t) => {
  for (const length of [100_000, Buffer.poolSize, 7]) {
    const alone = Buffer.allocUnsafeSlow(length)
    free(alone)
    t.equal(alone.length, 0, `${length} bytes`)
  }
  const larger = Buffer.allocUnsafeSlow(100_000)
  free(larger.subarray(0, 10))
  t.equal(larger.length, 0, 'with all that share it')

  const [mine, others] = [Buffer.from('mine'), Buffer.from('others')]
  t.equal(mine.buffer, others.buffer, 'of one pool')
  free(mine)
  t.equal(others.toString(), 'others')
})
