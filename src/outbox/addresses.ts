import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'

/** An address that a name stands for. */
export interface Address { address: string, family: number }

/** Where a message may not go: what was refused, and what to do. */
export class AddressRefused extends Error {}

// IANA's special-purpose registries; of IPv6 what is not global unicast is refused whole.
const PRIVATE = blockListOf([
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24',
  '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24',
  '224.0.0.0/3', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'
])
const GLOBAL = blockListOf(['2000::/3'])

/** Networks as a list that answers whether an address lies in one: `10.20.0.0/16`, `::1`. */
export function blockListOf (networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family)
  }
  return list
}

const isIn = (list: BlockList, { address, family }: Address): boolean =>
  list.check(address, family === 6 ? 'ipv6' : 'ipv4')

const isPublic = (address: Address): boolean =>
  !isIn(PRIVATE, address) && (address.family === 4 || isIn(GLOBAL, address))

/**
 * Throws `AddressRefused` unless all addresses of a name may be sent to: those of the internet over https, and those
 * of the networks that the configuration names, over http as well.
 */
export function checkAddresses (
  { protocol, hostname }: URL, addresses: readonly Address[], networks: BlockList
): void {
  const own = addresses.filter((one) => isIn(networks, one))
  const isOpen = addresses.length > 0 && addresses.every((one) => own.includes(one) || isPublic(one))
  if (!isOpen) {
    throw new AddressRefused(
      `${hostname} is no address of the internet: the operator lets webhooks go to private networks (WEBHOOK_NETWORKS)`
    )
  }
  if (protocol !== 'https:' && own.length < addresses.length) {
    throw new AddressRefused(`${hostname} is reached over https alone, outside of the networks of WEBHOOK_NETWORKS`)
  }
}

/** Names are looked up by threads that all of the process shares: one at a time leaves the others free. */
let last: Promise<unknown> = Promise.resolve()

export async function addressesOf (url: URL): Promise<Address[]> {
  const name = url.hostname.replace(/^\[|\]$/g, '')
  const family = isIP(name)
  if (family !== 0) return [{ address: name, family }]
  const found = last.catch(() => undefined).then(async () => await lookup(name, { all: true }))
  last = found
  return await found
}
