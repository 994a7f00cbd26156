import t from 'tap'
import { readConfig } from '../../src/config.ts'
import { addressOf } from '../../src/http/plugins/client.ts'

t.test('one client is one address, of IPv6 the network that it has to itself', async (t) => {
  const of = (ip: string): string => addressOf({ ip } as never)
  t.equal(of('192.0.2.7'), 'address 192.0.2.7')
  t.equal(of('::ffff:192.0.2.7'), 'address 192.0.2.7', 'the same on a socket of both families')
  t.equal(of('2001:db8:1:2:3:4:5:6'), 'address 2001:db8:1:2::/64')
  t.equal(of('2001:DB8:1:2::9'), of('2001:db8:1:2:3:4:5:6'), 'another address of that network')
  t.not(of('2001:db8:1:3::9'), of('2001:db8:1:2::9'))
  t.equal(of('2001:db8::9'), 'address 2001:db8:0:0::/64')
  t.equal(of('::1'), 'address 0:0:0:0::/64')
  t.equal(of('fe80::1%eth0'), 'address fe80:0:0:0::/64')
})

t.test('TRUST_PROXY is a number of proxies or their networks', async (t) => {
  const read = (text: string) => readConfig({ TRUST_PROXY: text }).trustProxy
  t.equal(read(''), undefined)
  t.equal(read('2'), 2)
  t.same(read('10.0.0.0/8, ::1'), ['10.0.0.0/8', '::1'])
  for (const wrong of ['true', '0', '10.0.0.0/33', 'proxy.example', '10.0.0.1,', '::1/129']) {
    t.throws(() => read(wrong), /TRUST_PROXY must be/, wrong)
  }
})
